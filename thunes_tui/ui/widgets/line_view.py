"""A window over a `LineStore` of any size: what it shows, where it stands, and what is selected.

It holds positions in the file and no line numbers, so that opening, following and scrolling cost the same
for a kilobyte and for ten gigabytes, and reads only the lines that are shown. It follows the end until a
person looks elsewhere; from then on nothing but the person moves it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from thunes_tui.lines.line import Line, Position
from thunes_tui.lines.store import LineStore
from thunes_tui.ui.widgets.line_walk import TOP, LineWalk, Place

R = TypeVar("R")


class Stand(NamedTuple):
    """Where a window stands."""

    following: bool
    held: bool
    new: int
    selected: Position | None
    top: Place


class LineView(Generic[R]):
    """The window; its height is given with every question, since only the pane knows it."""

    def __init__(self, rows_of: Callable[[Line], list[R]]) -> None:
        """`rows_of` lays a line out in at least one row; it may be asked for the same line again."""
        self._rows_of = rows_of
        self._walk: LineWalk[R] | None = None
        self.following = True
        self.held = False
        """Paused by the person: reaching the end does not follow again."""
        self.new = 0
        """Lines that came since the window left the end."""
        self.selected: Position | None = None
        self.top = TOP
        """The first row; counts only while not following."""

    @property
    def store(self) -> LineStore | None:
        return self._walk.store if self._walk is not None else None

    def open(self, store: LineStore | None) -> None:
        """Another store, from its end."""
        self._walk = LineWalk(store, self._rows_of) if store is not None else None
        self.follow()

    def turn_to(self, store: LineStore, height: int, place: Callable[[Position], Position]) -> None:
        """Another store over the same source: the window stays where it is, as near as there are lines.

        `place` gives where a line of the store before is in the new one.
        """
        if self._walk is None:
            self.open(store)
            return
        shown = [] if self.following else self.page(height)
        self._walk = LineWalk(store, self._rows_of)
        if not shown:
            return
        at = next((row for row, (line, _) in enumerate(shown) if line == self.selected), 0)
        near = self._walk.nearest(place(shown[at][0]))
        if self.selected is not None:
            self.selected = near
        self.top = self._walk.back(Place(near, 0), at) if near is not None else TOP

    def follow(self) -> None:
        """To the end, and stay there."""
        self.following, self.held, self.new = True, False, 0
        self.selected = None

    def pause(self, height: int) -> None:
        """Stay on what is shown now."""
        self._leave(height)
        self.held = True

    def arrived(self, count: int) -> None:
        """So many lines were added."""
        if not self.following:
            self.new += count

    def page(self, height: int) -> list[tuple[Position, R]]:
        """The rows of the window, top first, each with its line; fewer only where there are no more."""
        if self._walk is None or height <= 0:
            return []
        if self.following:
            return self._walk.tail(height)
        rows = self._walk.rows(self.top, height)
        if len(rows) < height and getattr(self._walk.store, "is_complete", True):
            self.top = self._walk.place_of_tail(height)
            rows = self._walk.rows(self.top, height)
        return rows

    def scroll(self, rows: int, height: int) -> None:
        """Move the window by rows, down for positive; at the end it follows again unless held."""
        walk = self._walk
        if walk is None or (self.following and (rows > 0 or len(walk.tail(height)) < height)):
            return
        self._leave(height)
        if rows < 0:
            self.top = walk.back(self.top, -rows)
        else:
            self.top = walk.on(self.top, rows)
            if len(walk.rows(self.top, height + 1)) <= height:
                self._at_end(walk, height)
        self._keep_selection(height)

    def select(self, by: int, height: int) -> None:
        """Move the selection by lines; the window goes with it."""
        walk = self._walk
        if walk is None or (by > 0 and self.following):
            return
        if self.selected is None:
            self._leave(height)
            visible = self._visible(height)
            self.selected = visible[-1] if visible else None
            return
        found = walk.neighbour(self.selected, by)
        if found is not None:
            self._bring(walk, found, height, middle=False)
        elif by > 0 and not self.held:
            self.follow()

    def show(self, position: Position, height: int) -> None:
        """Select a line and bring it into the middle, unless it is in the window already."""
        if self._walk is not None:
            self._leave(height)
            self._bring(self._walk, position, height, middle=True)

    def nearest(self, position: Position) -> Position | None:
        """The line at a position, or the one next to it."""
        return self._walk.nearest(position) if self._walk is not None else None

    @property
    def stand(self) -> Stand:
        """Where it stands, to come back to."""
        return Stand(self.following, self.held, self.new, self.selected, self.top)

    def stand_at(self, stand: Stand) -> None:
        """Come back; to the end, if that was followed."""
        self.following, self.held, self.new, self.selected, self.top = stand

    def to_beginning(self, height: int) -> None:
        if self._walk is None:
            return
        self._leave(height)
        self.top = TOP
        self.selected = next(iter(self._visible(height)), None)

    def _bring(self, walk: LineWalk[R], position: Position, height: int, *, middle: bool) -> None:
        """Select a line, and move the window as little as it takes to have it in it."""
        self.selected = position
        visible = self._visible(height)
        at = Place(position, 0)
        if position in visible and not (self.top.skip and position == visible[0]):
            return
        if middle:
            self.top = walk.back(at, height // 2)
        elif position < self.top.line or position in visible:
            self.top = at
        else:
            self.top = walk.back(at, max(0, height - walk.height(position)))

    def _leave(self, height: int) -> None:
        """Stop following, with the window where it is."""
        if self.following and self._walk is not None:
            self.top = self._walk.place_of_tail(height)
            self.following, self.new = False, 0

    def _at_end(self, walk: LineWalk[R], height: int) -> None:
        if self.held:
            self.top = walk.place_of_tail(height)
        else:
            self.follow()

    def _keep_selection(self, height: int) -> None:
        """A selection that was scrolled out of the window goes to its edge."""
        if self.selected is None:
            return
        visible = self._visible(height)
        if visible and self.selected not in visible:
            self.selected = visible[0] if self.selected < visible[0] else visible[-1]

    def _visible(self, height: int) -> list[Position]:
        """The lines in the window, in order."""
        return list(dict.fromkeys(position for position, _ in self.page(height)))
