"""The bar of a replay: where in the recording it stands, how fast it plays, what stands out on the way."""

from __future__ import annotations

from thunes_tui import intents
from thunes_tui.clock import to_iso
from thunes_tui.ui.keymap import Action
from thunes_tui.ui.outline.row import duration
from thunes_tui.ui.widgets.bar import Bar
from thunes_tui.ui.widgets.line import Line, Part, cut, data, width_of
from thunes_tui.wire import Replay

SLOWEST, FASTEST = 0.25, 64.0
FINDINGS = frozenset("!✗x?")
"""First signs of marks that are findings; the others are beginnings and ends of tests."""
LEAST_LINE = 12
"""Cells below which a time line says nothing."""
HINTS: tuple[Line, ...] = (
    [("← →", "key"), (" step  ", "bar_dim")],
    [("[ ]", "key"), (" finding  ", "bar_dim")],
    [(", .", "key"), (" event  ", "bar_dim")],
    [("/", "key"), (" search", "bar_dim")],
)


class ReplayBar(Bar):
    """One row; every key of it asks the server to move."""

    OVER = "bar"
    ACTIONS = (
        Action("play", ("space",), "play", "Play, or stand still", "replay", footer=True),
        Action("step_on", ("right",), "next step", "To the next step", "replay", footer=True),
        Action("step_back", ("left",), "step before", "To the step before", "replay", footer=True),
        Action("finding_on", ("right_square_bracket",), "next finding", "To the next finding", "replay"),
        Action("finding_back", ("left_square_bracket",), "finding before", "To the finding before", "replay"),
        Action("event_on", ("full_stop",), "next event", "One event on", "replay"),
        Action("event_back", ("comma",), "event before", "One event back", "replay"),
        Action("faster", ("plus", "equals_sign"), "faster", "Twice as fast", "replay", footer=True),
        Action("slower", ("minus",), "slower", "Half as fast", "replay"),
        Action("start", ("0", "home"), "start", "To the start of the recording", "replay"),
        Action("end", ("end",), "end", "To the end of the recording", "replay"),
    )

    def lines(self, width: int, height: int) -> list[Line]:
        replay = self.desk.replay
        if height < 1:
            return []
        if replay is None:
            return [[(" … ", "replay"), (" the recording is being opened", "bar_dim")]]
        line = self._where(replay)
        room = width - width_of(line) - 1
        hints = _hints(room - 3 * LEAST_LINE)
        span = room - width_of(hints) - (2 if hints else 0)
        if span >= LEAST_LINE:
            line += [*timeline(replay, span), ("  ", "text")]
        return [cut([*line, *hints], width)]

    def _where(self, replay: Replay) -> Line:
        now, start, end = (self.desk.time_of_day(t) for t in (replay.now_us, replay.start_us, replay.end_us))
        line: Line = [
            (f" {'▶' if replay.playing else '‖'} {replay.speed:g}x ", "replay"),
            (f" {now}", "strong"),
            (f" of {start}-{end} ", "bar_dim"),
        ]
        if replay.skipped_us >= 1_000_000:
            line.append((f"  idle skipped {duration(replay.skipped_us / 1e6)} ", "warn"))
        return line

    # Keys.

    def do_play(self) -> None:
        self._seek(self.word_for_play())

    def word_for_play(self) -> str:
        """A replay plays from its start, also while it has not said so yet."""
        replay = self.desk.replay
        return "play" if replay is not None and not replay.playing else "pause"

    def do_step_on(self) -> None:
        self._seek("step+")

    def do_step_back(self) -> None:
        self._seek("step-")

    def do_event_on(self) -> None:
        self._seek("event+")

    def do_event_back(self) -> None:
        self._seek("event-")

    def do_start(self) -> None:
        self._seek("start")

    def do_end(self) -> None:
        self._seek("end")

    def do_faster(self) -> None:
        self._speed(2.0)

    def do_slower(self) -> None:
        self._speed(0.5)

    def do_finding_on(self) -> None:
        self._finding([t for t in self._findings() if t > self._now()][:1])

    def do_finding_back(self) -> None:
        self._finding([t for t in self._findings() if t < self._now()][-1:])

    def _finding(self, times: list[int]) -> None:
        if times:
            self._seek(f"time:{to_iso(times[0])}")
        else:
            self.desk.say("no further finding there")

    def _findings(self) -> list[int]:
        replay = self.desk.replay
        marks = replay.marks if replay is not None else ()
        return sorted(t for t, sign in marks if sign[:1] in FINDINGS)

    def _now(self) -> int:
        return self.desk.replay.now_us if self.desk.replay is not None else 0

    def _speed(self, times: float) -> None:
        replay = self.desk.replay
        if replay is not None:
            speed = min(FASTEST, max(SLOWEST, replay.speed * times))
            self.desk.ask(intents.Seek("play" if replay.playing else "pause", speed))

    def _seek(self, to: str) -> None:
        self.desk.ask(intents.Seek(to))


def timeline(replay: Replay, width: int) -> Line:
    """The recording from its start to its end as `width` cells, with its marks and where it stands."""
    inner = width - 2
    span = max(1, replay.end_us - replay.start_us)

    def cell(t: int) -> int:
        return min(inner - 1, max(0, (t - replay.start_us) * inner // span))

    cells: list[Part] = [("─", "bar_dim")] * inner
    at = cell(replay.now_us)
    for n in range(at):
        cells[n] = ("─", "accent")
    for t, sign in replay.marks:
        style = "bad" if sign[:1] in FINDINGS else "strong"
        for offset, character in enumerate(data(sign[:3])[0]):
            if cell(t) + offset < inner:
                cells[cell(t) + offset] = (character, style)
    cells[at] = ("●", "accent")
    return [("│", "bar_dim"), *_joined(cells), ("│", "bar_dim")]


def _joined(cells: list[Part]) -> Line:
    """Neighbours of one style as one part."""
    line: Line = []
    for text, style in cells:
        if line and line[-1][1] == style:
            line[-1] = (line[-1][0] + text, style)
        else:
            line.append((text, style))
    return line


def _hints(room: int) -> Line:
    """As many keys as there is room for."""
    line: Line = []
    for hint in HINTS:
        if width_of([*line, *hint]) > room:
            break
        line += hint
    return line
