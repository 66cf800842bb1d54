"""The audit trail in a pane: its rows, a filter above them, the open record below, what is damaged."""

from __future__ import annotations

import asyncio

from textual.strip import Strip

from thunes_tui.lines.audit import HARMLESS
from thunes_tui.lines.blocks import BlockStore
from thunes_tui.lines.jq.survey import Survey
from thunes_tui.lines.line import Line as TextLine
from thunes_tui.lines.recorded import RecordedStore
from thunes_tui.lines.store import LineStore
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.keymap import Action
from thunes_tui.ui.panes.jq_filter import JqFilter
from thunes_tui.ui.panes.record_details import RecordDetails
from thunes_tui.ui.panes.stream_keys import StreamPane
from thunes_tui.ui.widgets.gutter import WIDTH as GUTTER
from thunes_tui.ui.widgets.jq_line import ROWS as JQ_ROWS
from thunes_tui.ui.widgets.lens import Placed
from thunes_tui.ui.widgets.line import Line, spread, strip, width_of
from thunes_tui.ui.widgets.record_rows import RecordRows
from thunes_tui.ui.widgets.record_words import said

REST_S = 0.012
"""What the console has for itself between two slices of the survey, at least."""
IN_RECORD = (
    Action("unfold", ("enter",), "unfold", ""),
    Action("fold", ("h",), "fold, close", ""),
    Action("on", ("greater_than_sign",), "next record", ""),
    Action("value", ("C",), "copy value", ""),
    Action("path", ("X",), "copy path", ""),
    Action("only", ("i",), "only this", ""),
    Action("without", ("x",), "not this", ""),
)
"""What the keys do in an open record, for the footer; the arrows are a replay's own."""
TYPING = (
    Action("keep", ("enter",), "keep the filter", ""),
    Action("complete", ("tab",), "complete", ""),
    Action("earlier", ("up",), "earlier", ""),
    Action("left", ("ctrl+g",), "leave", ""),
)
"""What the keys do while a filter is typed, for the footer."""
SHORT = 14
"""Rows of the body below which the filter's line has one row less."""


class AuditStream(StreamPane, inherit_bindings=False):
    """What is seen; `AuditPane` adds the keys."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.survey: Survey | None = None
        """What is learnt of the whole trail; None while there is none."""
        self.jq = JqFilter(self)
        self.details = RecordDetails(self)
        self._rows = RecordRows(desk, lambda: self.survey)
        self._surveyed: object = None
        self._high = 0
        self._filter_row = False
        """The filter in force stands in a row of its own."""
        self._more = asyncio.Event()

    def heading(self) -> tuple[Line, Line]:
        left: Line = [(self.TITLE, "strong")]
        survey = self.survey
        if survey is not None:
            sure = "" if survey.is_complete else "+"
            for problem, count in sorted(survey.damage.items(), key=lambda item: -item[1]):
                left.append((f" ✗ {count:,}{sure} {problem}", "warn" if problem in HARMLESS else "bad"))
        if self._filter_row:
            return left, self.state()
        return [*left, *self._filter()], [*self.jq.counted(), *self.state()]

    def narrowed(self) -> Line:
        """The filter and its counts stand together."""
        return []

    def _filter(self) -> Line:
        if not self.jq.text:
            return []
        return [("  | ", "key"), *said([(self.jq.text, "accent")], self.desk.mask)]

    def _fitted(self) -> bool:
        """Whether the heading needs a row more: for a filter that does not fit beside all else."""
        if not self.jq.text or self.jq.line is not None:
            return False
        self._filter_row = False
        left, right = self.heading()
        self._filter_row = width_of(left) + width_of(right) + 4 > self.size.width
        return self._filter_row

    def look(self, line: TextLine, /) -> list[Line]:
        return self._rows.rows(line, max(20, self.size.width - GUTTER), is_wrapped=self.sheet.wrapped)

    # What is learnt.

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._surveying(), name="survey of the audit trail", exit_on_error=False)

    def _shown(self, store: LineStore, placed: Placed | None) -> None:
        super()._shown(store, placed)
        if self.details.position != self.view.selected:
            self.details.close()
        self._more.set()

    def _arrived(self, count: int) -> None:
        super()._arrived(count)
        self._more.set()

    async def _surveying(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            while (survey := self._current_survey()) is not None and survey.step():
                self._show_survey(survey)
                await asyncio.sleep(REST_S)
            if survey is not None:
                self._show_survey(survey)

    def _current_survey(self) -> Survey | None:
        """Of the source's store of the moment; a new one also where a replay went back."""
        source = self.lens.source
        if not isinstance(source, BlockStore):
            return None
        spans = source.spans()
        high = spans[-1].high if spans else 0
        went_back = isinstance(source, RecordedStore) and high < self._high
        self._high = high
        if source is not self._surveyed or went_back:
            self._surveyed, self.survey = source, Survey(source)
        return self.survey

    def _show_survey(self, survey: Survey) -> None:
        if survey.has_changed:
            survey.has_changed = False
            self.sheet.forget()
            self.changed()
        else:
            self.heading_changed()

    # Where it stands.

    @property
    def window(self) -> int:
        above, below = self._extra()
        return max(0, self.body_height - above - below - len(self._footer()))

    def _extra(self) -> tuple[int, int]:
        """Rows for the filter that is typed, above, and for the open record, below."""
        room = self.body_height - len(self._footer())
        above = int(self._fitted()) if self.jq.line is None else min(room, JQ_ROWS - (room < SHORT))
        return above, self.details.height(self.size.width, room - above)

    def _lay_out_body(self) -> list[Strip]:
        above, below = self._extra()
        if not (above or below):
            return super()._lay_out_body()
        width, foot = self.size.width, len(self._footer())
        strips = super()._lay_out_body()
        rows = strips[: self.window]
        jq = [spread(self._filter(), self.jq.counted(), width)][:above]
        if self.jq.line is not None:
            jq = self.jq.line.rows(width, above, self.jq.counted())
        typed = [self.strip(row, width) for row in jq]
        record = [
            strip(row, width, self.desk.paint, "cursor" if here else "")
            for row, here in self.details.rows(width, below)
        ]
        blank = self.strip([], width)
        record += [blank] * (below - len(record))
        return [*typed, *rows, *record, *strips[len(strips) - foot :]][: self.body_height]

    # What is typed.

    @property
    def types(self) -> bool:
        return self.jq.line is not None or super().types

    @property
    def typing(self) -> tuple[Action, ...]:
        if self.jq.line is not None:
            return TYPING
        return super().typing or (IN_RECORD if self.details.tree is not None else ())

    def takes_key(self, key: str, character: str | None, /) -> bool:
        if self.jq.line is not None:
            self.jq.press(self.jq.line, key, character)
            return True
        return super().takes_key(key, character)

    def takes_text(self, text: str, /) -> bool:
        if self.jq.line is not None:
            self.jq.paste(self.jq.line, text)
            return True
        return super().takes_text(text)
