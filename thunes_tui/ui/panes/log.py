"""The log pane: the bot's own log file as it grows, or as it was recorded."""

from __future__ import annotations

from thunes_tui.lines.joined import Joined
from thunes_tui.lines.line import Line as TextLine
from thunes_tui.lines.line import Position
from thunes_tui.lines.record import MOST_LINES, RANKS, begins_record, head_of, is_error, is_warning
from thunes_tui.lines.search import Search
from thunes_tui.lines.severity import severity_search
from thunes_tui.lines.shell_lines import STAMP
from thunes_tui.lines.store import LineStore
from thunes_tui.text import LIMIT, safe
from thunes_tui.ui.keymap import Action
from thunes_tui.ui.panes.joining import SHELL
from thunes_tui.ui.panes.log_stream import WORDS, LogStream
from thunes_tui.ui.panes.seeker import Accepts
from thunes_tui.ui.panes.stream_keys import SIDEWAYS, stream_actions
from thunes_tui.ui.when import of_day
from thunes_tui.ui.widgets.line import Line, data

NAME = 8
"""Cells of the name of a source, where several are merged."""


class LogPane(LogStream):
    """A row a line: time, level, message; a line without a head belongs to the record above it."""

    NAME = "log"
    TITLE = "LOG"
    SOURCE = "log"
    LOCAL = True
    INDENT = 15
    ACTIONS = (
        *stream_actions("log"),
        Action("error", ("b",), "error", "The next error", "log", footer=True),
        Action("error_back", ("B",), "error before", "The error before", "log"),
        Action("warning", ("y",), "warning", "The next warning or error", "log"),
        Action("warning_back", ("Y",), "warning before", "The warning or error before", "log"),
        Action("let_in", ("i",), "only", "Show only records with what is typed", "log"),
        Action("keep_out", ("I",), "hide", "Hide records with what is typed", "log"),
        Action(
            "filters",
            ("x",),
            "filters",
            "The filters: add, switch on and off, name, drop",
            "log",
            footer=True,
        ),
        Action("level", ("l",), "level", "The least level shown: all, INFO, WARNING, ERROR", "log"),
        Action(
            "join",
            ("J",),
            "merge",
            "Merge the shell's output, the audit trail or other logs in by time",
            "log",
        ),
        Action("right", ("right",), "right", "Shift long lines to the left", "log"),
        Action("left", ("left",), "left", "Shift them back", "log"),
        Action("raw", ("R",), "raw", "Lines as they stand in the file, with date and logger", "log"),
    )
    raw = False

    def heading(self) -> tuple[Line, Line]:
        name = str(self.feed.shown_path).rsplit("/", maxsplit=1)[-1]
        return [(self.TITLE, "strong"), data(f" {name}", "text")], self.state()

    def look(self, line: TextLine, /) -> list[Line]:
        masked = self.desk.mask.line(line.data)[:LIMIT]
        if isinstance(self.lens.store, Joined):
            return [self._joined(self.lens.store, line, masked)]
        head = None if self.raw else head_of(masked)
        if head is None:
            return [[("" if self.raw else "  ", "text"), data(safe(masked))]]
        style = level_style(head.level)
        return [
            [
                data(f"{head.time[11:19]} ", "dim"),
                data(f"{WORDS.get(head.level, head.level):<5.5} ", style),
                data(safe(head.message), "text" if style == "dim" else style),
            ]
        ]

    def _joined(self, store: Joined, line: TextLine, masked: bytes) -> Line:
        """Which source it is of, the time by one clock for all of them, and what it says."""
        name = store.source_of(line.position).name
        own = str(self.feed.shown_path).rsplit("/", maxsplit=1)[-1]
        shown = f"{name.removeprefix(own).removesuffix('.log'):<{NAME}.{NAME}} "
        tag: Line = [data(shown, "dim" if name == self.SOURCE else "accent")]
        if self.raw:
            return [*tag, data(safe(masked))]
        time: Line = [data(f"{of_day(line.position.generation, self.zone)} ", "dim")]
        head = head_of(masked)
        if head is None:
            return [*tag, *time, data(safe(masked[STAMP:] if name == SHELL else masked))]
        style = level_style(head.level)
        level = data(f"{WORDS.get(head.level, head.level):<5.5} ", style)
        return [*tag, *time, level, data(safe(head.message), "text" if style == "dim" else style)]

    def ending(self, line: TextLine, /) -> Line:
        missing = line.clipped_bytes + max(0, len(line.data) - LIMIT)
        size = len(line.data) + line.clipped_bytes
        cut: Line = [(f" … of {size:,} bytes", "warn")] if missing else []
        return [*cut, ("  ◌ without its end", "warn")] if line.torn else cut

    def record_of(self, line: TextLine) -> list[TextLine]:
        """With the lines above and below that belong to it, as far as they are seen."""
        store = self.lens.store
        lines = [line]
        while store is not None and len(lines) < MOST_LINES and not begins_record(lines[0].data):
            above = store.before(lines[0].position, 1)
            if not above:
                break
            lines[:0] = above
        while store is not None and len(lines) < MOST_LINES:
            below = store.after(lines[-1].position, 1)
            if not below or begins_record(below[0].data):
                break
            lines += below
        return lines

    def do_error(self) -> None:
        self._next_at("ERROR", "an error", forward=True)

    def do_error_back(self) -> None:
        self._next_at("ERROR", "an error", forward=False)

    def do_warning(self) -> None:
        self._next_at("WARNING", "a warning", forward=True)

    def do_warning_back(self) -> None:
        self._next_at("WARNING", "a warning", forward=False)

    def _next_at(self, level: str, what: str, *, forward: bool) -> None:
        """To the next record of at least that level."""

        def begin(store: LineStore, start: Position, accepts: Accepts | None) -> Search:
            return severity_search(store, start, RANKS[level], forward=forward, accepts=accepts)

        self.finder.seeker.seek(begin, what, forward=forward)

    def do_right(self) -> None:
        self.sideways(SIDEWAYS)

    def do_left(self) -> None:
        self.sideways(-SIDEWAYS)

    def do_raw(self) -> None:
        self.raw = not self.raw
        self.sheet.forget()
        self.moved()


def level_style(level: str) -> str:
    """Only what wants attention has a colour, and the word says it too."""
    if is_error(level):
        return "bad"
    return "warn" if is_warning(level) else "dim"
