"""The documents for reading: the pinned runbook at the current step, and the operational runbook's section.

They are plain styled lines, with headings bold and blocks in the accent; nothing in them is interpreted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from thunes_tui.ui.desk import Desk
from thunes_tui.ui.keymap import Action
from thunes_tui.ui.outline.whole import current
from thunes_tui.ui.panes.base import Pane, is_bulk
from thunes_tui.ui.widgets.line import Line, cut, data, width_of, wrapped

if TYPE_CHECKING:
    from thunes_tui.connection import Update

SIDE_BY_SIDE = 100
"""Columns from which both documents are shown."""
LARGEST = 4_000_000


@dataclass(frozen=True, slots=True)
class Document:
    """A pinned document: its lines, each with its byte offset, and whether it stands in a fence."""

    title: str
    lines: tuple[tuple[int, str, bool], ...]
    start: int = 0
    """Where the section begins that matters."""

    def line_at(self, offset: int) -> int:
        """The number of the line that holds a byte."""
        found = 0
        for number, (begins, _, _) in enumerate(self.lines):
            if begins > offset:
                break
            found = number
        return found


class ReadingPane(Pane):
    """Stands in the checklist's place while it is open."""

    NAME = "reading"
    TITLE = "READ"
    ACTIONS = (
        Action("down", ("j", "down"), "down", "One line on", "reading"),
        Action("up", ("k", "up"), "up", "One line back", "reading"),
        Action("page_down", ("pagedown", "space"), "page", "One page on", "reading"),
        Action("page_up", ("pageup",), "page", "One page back", "reading"),
        Action("other", ("b",), "other", "The other document", "reading"),
        Action("follow", ("F",), "follow", "Back to the current step", "reading"),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._documents: dict[str, Document] = {}
        self._chosen = "runbook"
        self._tops: dict[str, int] = {}
        self._at = ""

    def take(self, update: Update, /) -> None:
        if self.display and not is_bulk(update) and current(self.desk.state) != self._at:
            self.do_follow()

    def do_open(self) -> None:
        """The pane was opened: the section that fits the running test first."""
        running = self.desk.state.running_test
        both = self.size.width >= SIDE_BY_SIDE
        operational = "operational" in self.desk.state.documents
        self._chosen = (
            "operational"
            if running is not None and running.number == 2 and operational and not both
            else "runbook"
        )
        self.do_follow()

    def heading(self) -> tuple[Line, Line]:
        title = self.document(self._chosen).title
        other = [("b ", "key"), ("other", "dim")] if len(self.desk.state.documents) > 1 else []
        return [(self.TITLE, "strong"), data(f"  {title}")], [*other, ("  v ", "key"), ("close", "dim")]

    def body(self, width: int, height: int) -> list[Line]:
        names = [self._chosen]
        if width >= SIDE_BY_SIDE and len(self.desk.state.documents) > 1:
            names = ["runbook", next(n for n in self.desk.state.documents if n != "runbook")]
        each = (width - (len(names) - 1) * 3) // len(names)
        columns = [self._column(name, each, height) for name in names]
        if len(columns) == 1:
            return columns[0]
        return [_beside(left, right, each) for left, right in zip(*columns, strict=True)]

    def _column(self, name: str, width: int, height: int) -> list[Line]:
        document = self.document(name)
        top = max(0, min(self._tops.get(name, 0), len(document.lines) - 1))
        rows: list[Line] = []
        for _, words, fenced in document.lines[top:]:
            if len(rows) >= height:
                break
            rows += wrapped(_styled(words, fenced), width - 2, 2)
        return (rows + [[]] * height)[:height]

    def document(self, name: str) -> Document:
        """A pinned document, read once."""
        place = self.desk.state.documents.get(name)
        if place is None:
            return Document("no document", ((0, "The runbook is not here to be read.", False),))
        file, start, _end = place
        if file not in self._documents:
            self._documents[file] = read(Path(self.desk.hello.folder) / "evidence" / file, name, start)
        return self._documents[file]

    def do_follow(self) -> None:
        """To the current step, and to the section of the other document."""
        state = self.desk.state
        self._at = current(state)
        for name, (_, start, _) in state.documents.items():
            offset = _offset(self.desk, self._at) if name == "runbook" else start
            self._tops[name] = self.document(name).line_at(offset)
        self.changed()

    def _scroll(self, by: int) -> None:
        top = self._tops.get(self._chosen, 0) + by
        self._tops[self._chosen] = max(0, min(top, len(self.document(self._chosen).lines) - 1))
        self.changed()

    def do_down(self) -> None:
        self._scroll(1)

    def do_up(self) -> None:
        self._scroll(-1)

    def do_page_down(self) -> None:
        self._scroll(max(1, self.body_height - 2))

    def do_page_up(self) -> None:
        self._scroll(-max(1, self.body_height - 2))

    def do_other(self) -> None:
        names = list(self.desk.state.documents)
        if names:
            self._chosen = (
                names[(names.index(self._chosen) + 1) % len(names)] if self._chosen in names else names[0]
            )
        self.changed()


def read(path: Path, name: str, start: int) -> Document:
    """A document of the evidence folder; one line saying so when it cannot be read."""
    try:
        raw = path.read_bytes()[:LARGEST]
    except OSError as error:
        return Document(name, ((0, f"{path.name} cannot be read: {error.strerror}", False),))
    lines = []
    offset, fenced = 0, False
    for line in raw.split(b"\n"):
        text = line.decode("utf-8", "backslashreplace")
        mark = text.lstrip().startswith(("```", "~~~"))
        lines.append((offset, text, fenced or mark))
        fenced = fenced != mark
        offset += len(line) + 1
    return Document(name, tuple(lines), start)


def _offset(desk: Desk, item: str) -> int:
    """Where a step, criterion or test stands in the runbook."""
    for test in desk.state.plan:
        spans = {part.id: part.span for part in test.steps} | {part.id: part.span for part in test.criteria}
        spans[test.id] = test.span
        if item in spans:
            return spans[item].start
    return 0


def _styled(words: str, fenced: bool) -> Line:
    if fenced:
        return [(" ", "text"), data(words, "dim" if words.lstrip().startswith(("```", "~~~")) else "accent")]
    if words.startswith("#"):
        return [(" ", "text"), data(words.lstrip("# "), "strong")]
    return [(" ", "text"), data(words.replace("**", ""))]


def _beside(left: Line, right: Line, width: int) -> Line:
    fitted = cut(left, width)
    return [*fitted, (" " * (width - width_of(fitted)), "text"), (" │ ", "rule"), *right]
