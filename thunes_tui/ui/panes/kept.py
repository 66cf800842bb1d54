"""What is kept of a pane's lines: bookmarks as evidence of the current step, and copies."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from thunes_tui.connection import Update
from thunes_tui.drill.draft import short
from thunes_tui.drill.facts import Bookmark
from thunes_tui.intents import AddBookmark
from thunes_tui.lines.blocks import BlockStore
from thunes_tui.lines.contents import ContentStore
from thunes_tui.lines.line import SHOWN, Position
from thunes_tui.lines.line import Line as TextLine
from thunes_tui.text import SafeText, safe
from thunes_tui.ui.copying import copy
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.panes.timed import Timed
from thunes_tui.ui.widgets.line import Part

BOOKMARK, RANGE = ("◆", "accent"), ("▐", "accent")
WORDS = 200
"""Characters of a line that a bookmark repeats."""
MOST_LINES, MOST_BYTES = 20_000, 1_000_000
"""Of one copy."""
AT_ONCE = 200
"""Lines that are masked and made safe in one go."""


class Kept(Timed, inherit_bindings=False):
    """`StreamPane` adds the keys to move about."""

    COPIES_TO: Path | None = None
    """Another folder than the user's own for what was copied, as in tests."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._from: Position | None = None
        """Where the marked range begins."""
        self._bookmarks: dict[Position, Bookmark] = {}
        self._known: object = None

    def take(self, update: Update, /) -> None:
        super().take(update)
        if self._learn():
            self.changed()

    def mark(self, position: Position) -> Part:
        self._learn()
        if self._bookmarks and self.lens.is_own(position) and self.lens.inner(position) in self._bookmarks:
            return BOOKMARK
        if self._from is not None:
            ends = sorted((self._from, self.view.selected or self._from))
            if ends[0] <= position <= ends[1]:
                return RANGE
        return super().mark(position)

    # Bookmarks.

    def do_bookmark(self) -> None:
        line = self._line_here()
        if line is None or not isinstance(self.lens.source, BlockStore):
            self.desk.say("there is no line to bookmark")
            return
        raw = whole(self.lens.source, line)
        file = self.lens.source.file_of(line.position) if isinstance(self.lens.source, ContentStore) else None
        self.desk.ask(
            AddBookmark(
                self.SOURCE,
                line.offset,
                str(safe(self.desk.mask.line(line.data))[:WORDS]),
                line.generation + self._shift,
                file.device if file is not None else 0,
                file.inode if file is not None else 0,
                len(line.data) + line.clipped_bytes,
                hashlib.sha256(raw).hexdigest() if raw is not None else "",
            )
        )

    def do_bookmark_next(self) -> None:
        self._learn()
        places = sorted(self._bookmarks)
        if not places:
            self.desk.say("no line is bookmarked here: m does it")
            return
        here = self.lens.inner(self.view.selected) if self.view.selected is not None else None
        at = next((number for number, place in enumerate(places) if here is not None and place > here), 0)
        self.go_to(places[at])
        of = self._bookmarks[places[at]].of
        step = f", evidence of {short(of)}" if of else ""
        self.desk.say(f"bookmark {at + 1} of {len(places)}{step}")

    def _learn(self) -> bool:
        """Take in which lines are bookmarked; True if others are than before."""
        known = len(self.desk.state.bookmarks), self._shift
        if known == self._known:
            return False
        self._known = known
        mine = (one for one in self.desk.state.bookmarks if one.source == self.SOURCE)
        self._bookmarks = {Position(one.file - self._shift, one.offset): one for one in mine}
        return True

    @property
    def _shift(self) -> int:
        """From how this client counts the files at the path to how the session does."""
        end, source = self.feed.end, self.desk.state.sources.get(self.SOURCE)
        return source.file - end.generation if end is not None and source is not None else 0

    # Copies.

    def do_range(self) -> None:
        if self._from is not None:
            self._from = None
        else:
            if self.view.selected is None:
                self.view.select(-1, self.window)
            self._from = self.view.selected
            self.desk.say("the range goes from here to where you go: C copies it, V drops it")
        self.moved()

    def do_copy(self) -> None:
        start, here = self._from, self.view.selected
        if start is not None and here is not None:
            first, last = sorted((start, here))
            self._copy(self._between(first, last))
            self._from = None
            self.moved()
            return
        line = self._seen_here()
        self._copy(self.record_of(line) if line is not None else [])

    def do_copy_line(self) -> None:
        line = self._seen_here()
        self._copy([line] if line is not None else [])

    def record_of(self, line: TextLine) -> list[TextLine]:
        """The lines of the record that a line belongs to."""
        return [line]

    def _copy(self, lines: list[TextLine]) -> None:
        if not lines:
            self.desk.say("there is no line to copy")
            return
        self.run_worker(self._copied(lines), name="copy", group="copy", exclusive=True, exit_on_error=False)

    async def _copied(self, lines: list[TextLine]) -> None:
        texts: list[SafeText] = []
        for line in lines:
            texts.append(safe(self.desk.mask.line(line.data), SHOWN))
            if len(texts) % AT_ONCE == 0:
                await asyncio.sleep(0)
        said = await copy(texts, self._send, folder=self.COPIES_TO)
        self.desk.say(said if len(lines) < MOST_LINES else f"the first {said}")

    def _send(self, sequence: str) -> None:
        if self.app._driver is not None:
            self.app._driver.write(sequence)

    def _between(self, first: Position, last: Position) -> list[TextLine]:
        store = self.lens.store
        at = store.at(first) if store is not None else None
        lines, size = [at] if at is not None else [], 0
        while store is not None and lines and lines[-1].position < last and size < MOST_BYTES:
            more = [line for line in store.after(lines[-1].position, AT_ONCE) if line.position <= last]
            if not more or len(lines) >= MOST_LINES:
                break
            lines += more
            size += sum(len(line.data) for line in more)
        return lines[:MOST_LINES]

    def _seen_here(self) -> TextLine | None:
        """The selected line as it is seen, else the last one in the window."""
        position, store = self.view.selected, self.lens.store
        if position is None:
            page = self.view.page(self.window)
            position = page[-1][0] if page else None
        return store.at(position) if store is not None and position is not None else None

    def _line_here(self) -> TextLine | None:
        """The same line as it stands in the source."""
        line, source = self._seen_here(), self.lens.source
        if line is None or not self.lens.is_own(line.position):
            return None
        return source.at(self.lens.inner(line.position)) if line is not None and source is not None else None


def whole(store: BlockStore, line: TextLine) -> bytes | None:
    """All bytes of a line without its newline; None for one that is too long to be held."""
    if not line.clipped_bytes:
        return line.data
    block = store.block(store.key_of(line.position))
    start = block.start_of(line.position)
    raw = block.data[start : start + len(line.data) + line.clipped_bytes]
    return raw if len(raw) == len(line.data) + line.clipped_bytes else None
