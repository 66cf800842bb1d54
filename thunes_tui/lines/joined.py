"""A source with others merged in by time, seen as filters leave each of them."""

from __future__ import annotations

from thunes_tui.lines.filtered import FilteredStore
from thunes_tui.lines.line import BEGINNING, END, Position
from thunes_tui.lines.merge import MergedStore, Source


class Joined(MergedStore):
    """The first of the sources is the own one: its lines are found from and by their own positions."""

    def __init__(self, sources: list[Source]) -> None:
        super().__init__(sources)
        self._own = sources[0]
        self._views = [one.view for one in sources if isinstance(one.view, FilteredStore)]

    @property
    def hidden(self) -> int:
        """Records that the filters hide in all sources, as far as it is known."""
        return sum(view.hidden for view in self._views)

    @property
    def is_complete(self) -> bool:
        """The filters have judged everything."""
        return all(view.is_complete for view in self._views)

    @property
    def is_waiting(self) -> bool:
        return any(view.is_waiting for view in self._views)

    @property
    def failure(self) -> str:
        """Why a filter was stopped; empty while none was."""
        return next((view.failure for view in self._views if view.failure), "")

    def is_own(self, position: Position) -> bool:
        return self.source_of(position) is self._own

    def below(self, position: Position) -> Position:
        """Where the line stands in the own source; of another's line, what comes after it there."""
        if position in (BEGINNING, END):
            return position
        if self.is_own(position):
            return self.inner(position)
        boundary = self._boundary(self._member(Position(position.generation, 0)), position)
        return END if boundary is None else boundary

    def above(self, position: Position) -> Position:
        """Where a line of the own source stands among all."""
        return position if position in (BEGINNING, END) else self.place(self._own, position)

    def close(self) -> None:
        """Stop the filters; the sources stay open."""
        for view in self._views:
            view.close()
