"""Walking over the rows of a `LineStore` from any place, in either direction, without counting lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from thunes_tui.lines.line import BEGINNING, Line, Position
from thunes_tui.lines.store import END, LineStore

R = TypeVar("R")


class Place(NamedTuple):
    """A row: the line, and how many of its rows stand above."""

    line: Position
    skip: int


TOP = Place(BEGINNING, 0)


class LineWalk(Generic[R]):
    """One store and how its lines are laid out; a line may have no row at all."""

    def __init__(self, store: LineStore, rows_of: Callable[[Line], list[R]]) -> None:
        self.store = store
        self._rows_of = rows_of

    def tail(self, count: int) -> list[tuple[Position, R]]:
        """The last rows, in order."""
        rows: list[tuple[Position, R]] = []
        before = END
        while len(rows) < count:
            lines = self.store.before(before, count)
            if not lines:
                break
            rows = [(line.position, row) for line in lines for row in self._rows_of(line)] + rows
            before = lines[0].position
        return rows[-count:]

    def rows(self, place: Place, count: int) -> list[tuple[Position, R]]:
        """The rows from a place on."""
        first = self.line(place)
        if first is None:
            return []
        rows = [(first.position, row) for row in self._rows_of(first)]
        rows = rows[place.skip :] if first.position == place.line else rows
        at = first.position
        while len(rows) < count:
            lines = self.store.after(at, count)
            if not lines:
                break
            rows += [(line.position, row) for line in lines for row in self._rows_of(line)]
            at = lines[-1].position
        return rows[:count]

    def line(self, place: Place) -> Line | None:
        """The line of a place, or the next one where that went away."""
        found = self.store.at(place.line) if place.line != BEGINNING else None
        if found is None:
            found = next(iter(self.store.after(place.line, 1)), None)
        return found

    def nearest(self, position: Position) -> Position | None:
        """The line at a position, else the next one, else the one before."""
        line = self.line(Place(position, 0)) or next(iter(self.store.before(position, 1)), None)
        return line.position if line is not None else None

    def height(self, position: Position) -> int:
        """How many rows the line has."""
        line = self.store.at(position)
        return len(self._rows_of(line)) if line is not None else 0

    def place_of_tail(self, count: int) -> Place:
        """Where the last rows begin."""
        rows = self.tail(count)
        if not rows:
            return TOP
        first = rows[0][0]
        shown = sum(position == first for position, _ in rows)
        return Place(first, max(0, self.height(first) - shown))

    def back(self, place: Place, rows: int) -> Place:
        """The place so many rows above, or the first one."""
        top, skip = place.line, place.skip - rows
        while skip < 0:
            lines = self.store.before(top, -skip)
            if not lines:
                return Place(top, 0)
            for line in reversed(lines):
                top = line.position
                skip += len(self._rows_of(line))
                if skip >= 0:
                    break
        return Place(top, skip)

    def on(self, place: Place, rows: int) -> Place:
        """The place so many rows below, or the last one."""
        line, skip = self.line(place), place.skip + rows
        if line is None:
            return place
        lines = [line]
        while True:
            for line in lines:
                height = len(self._rows_of(line))
                if skip < height:
                    return Place(line.position, skip)
                skip -= height
            more = self.store.after(line.position, max(1, skip))
            if not more:
                return Place(line.position, max(0, len(self._rows_of(line)) - 1))
            lines = more

    def neighbour(self, position: Position, by: int) -> Position | None:
        """The line so many lines away, of those with rows; the last one on the way where there are fewer."""
        found: Position | None = None
        at, left = position, abs(by)
        while left:
            lines = self.store.after(at, left) if by > 0 else self.store.before(at, left)[::-1]
            if not lines:
                break
            for line in lines:
                at = line.position
                if self._rows_of(line):
                    found, left = at, left - 1
        return found
