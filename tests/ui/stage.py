"""A stage for the console: a link without a server, a clock moved by hand, and a drill to play."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field, replace

from textual import events
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget

from tests.ui.played_drill import AUDIT, RUNBOOK, TESTS
from thunes_tui import wire
from thunes_tui.clock import Clock, Moment
from thunes_tui.config import Settings
from thunes_tui.connection import Folded, Greeted, Sampled, Update
from thunes_tui.drill.apply import apply
from thunes_tui.drill.model import SECTIONS, DrillState
from thunes_tui.events import box, drill, session, shell, steps
from thunes_tui.events.base import Event, encode
from thunes_tui.intents import Intent
from thunes_tui.journal.codec import Record
from thunes_tui.mask import Mask
from thunes_tui.plain import to_plain
from thunes_tui.ui.app import ThunesApp
from thunes_tui.ui.panes.base import Pane
from thunes_tui.ui.panes.checklist import ChecklistPane
from thunes_tui.ui.panes.processes import ProcessesPane
from thunes_tui.ui.panes.reading import ReadingPane
from thunes_tui.ui.widgets.direct import DirectScreen
from thunes_tui.ui.widgets.line import Line

LARGE, SMALL = (200, 50), (80, 24)
START = 1_760_000_000_000_000
"""2025-10-09T08:53:20Z."""
SECOND = 1_000_000


class Still(Pane):
    """A pane in the place of one that is tested elsewhere."""

    def body(self, width: int, height: int) -> list[Line]:
        return [[(f"{self.TITLE} {width}x{height}", "dim")]]


class StillControl(Still):
    NAME, TITLE = "control", "CONTROL"

    def typed(self, event: events.Key) -> None:
        self.desk.link.keys(event.key.encode())

    def pasted(self, event: events.Paste) -> None:
        self.desk.link.keys(event.text.encode())


class StillLog(Still):
    NAME, TITLE = "log", "LOG"

    def news(self) -> str:
        return "+14"


class StillAudit(Still):
    NAME, TITLE = "audit", "AUDIT"


PANES: tuple[type[Pane], ...] = (
    ChecklistPane,
    StillControl,
    StillLog,
    StillAudit,
    ProcessesPane,
    ReadingPane,
)


@dataclass
class FakeTime:
    """Both clocks, moved by hand."""

    t: int = START
    m: int = 1_000_000_000

    def clock(self) -> Clock:
        return Clock(lambda: self.t, lambda: self.m)

    def forward(self, seconds: float) -> None:
        self.t += round(seconds * SECOND)
        self.m += round(seconds * 1e9)


@dataclass
class FakeLink:
    """Keeps what was asked, and hands on what the stage plays."""

    hello: wire.Hello
    state: DrillState = field(default_factory=DrillState)
    asked: list[Intent] = field(default_factory=list)
    typed: list[bytes] = field(default_factory=list)
    news: asyncio.Queue[Update | Exception] = field(default_factory=asyncio.Queue)

    async def updates(self) -> AsyncIterator[Update]:
        while True:
            update = await self.news.get()
            if isinstance(update, Exception):
                raise update
            yield update

    def ask(self, intent: Intent) -> int:
        self.asked.append(intent)
        return len(self.asked)

    def keys(self, data: bytes) -> None:
        self.typed.append(data)

    async def close(self) -> None:
        pass


class Stage:
    """Plays events into a link, as the server would."""

    def __init__(self, role: str = "driver", folder: str = "", recording: bool = True) -> None:
        self.time = FakeTime()
        hello = wire.Hello((1, 0), "1", "7f3a", role, "drill", -1, "", 1, folder, recording)
        self.link = FakeLink(hello)

    def play(self, *events: Event, by: str = "server", after: float = 0.0) -> None:
        """Fold events, each `after` seconds later, and tell the console."""
        for event in events:
            self.time.forward(after)
            state = self.link.state
            at = Moment(self.time.t, self.time.m)
            self.link.state = apply(state, event, state.head + 1, at, by)
            record = Record(state.head + 1, 0, at.t, at.m, event.KIND, encode(event), "", "", b"")
            self.link.news.put_nowait(Folded(record, event, self.link.state))

    def greet(self, remark: str, *, recording: bool = True) -> None:
        """The server says something outside its records."""
        hello = replace(self.link.hello, recording=recording, remark=remark)
        self.link.hello = hello
        self.link.news.put_nowait(Greeted(hello))

    def sample(self, *rows: tuple[int, float, int, int, int]) -> None:
        self.link.news.put_nowait(Sampled(wire.Sample(rows)))

    def app(self, panes: tuple[type[Pane], ...] = PANES, settings: Settings | None = None) -> ThunesApp:
        return ThunesApp(self.link, self.time.clock(), settings or Settings(), Mask.of({}), panes)

    # The drill.

    def opened(self, project: str = "THUNES") -> Stage:
        """A drill that was just opened."""
        self.play(
            drill.DrillOpened(
                "7f3a", "n", "drill", "b", "box", "ann", "1", project, sandbox=True, zone="+02:00"
            )
        )
        self.play(
            drill.RunbookPinned(
                "Disaster Recovery Drill",
                "drill.md",
                "ab" * 32,
                len(RUNBOOK),
                2,
                "runbook.md",
                prerequisites=("2.5 hours of uninterrupted time", "Telegram bot configured and accessible"),
            )
        )
        self.play(
            drill.DocumentPinned("operational", "docs/OPERATIONAL.md", "cd" * 32, "operational.md", 14, 70)
        )
        for test in TESTS:
            self.play(drill.TestPinned(to_plain(test)))
        self.play(session.ClientJoined(1, "ann", "driver" if self.link.hello.role == "driver" else "witness"))
        self.play(
            session.ClientJoined(2, "bob", "driver" if self.link.hello.role == "witness" else "witness")
        )
        self.play(shell.ShellOpened(8001, 80, 24))
        self.play(box.GuardAnswered(proven=True))
        self.play(box.ProcessBorn("bot", 8123, 1, "python src/live/paper_trader.py --symbol BTCUSDT"))
        self.play(box.KillSwitchSeen("8123", on=False), box.BotHealthy(8123, 100))
        self.play(box.PositionsRead((("BTCUSDT", "0.001", "61000", "1"),)))
        return self

    def flown(self, failing: bool = False) -> Stage:
        """The pre-flight has run."""
        self.play(drill.PhaseStarted("preflight"), drill.PreflightStarted(1))
        for number, title in enumerate(SECTIONS, 1):
            bad = failing and number == 3
            verdict, fix = ("FAIL", "Verify API keys are valid for testnet") if bad else ("PASS", "")
            detail = "Invalid API-key (-2015)" if bad else ""
            self.play(drill.PreflightSensed(1, number, title, "native", verdict, detail, fix), after=1)
            self.play(drill.PreflightSensed(1, number, title, "script", "PASS"))
        self.play(drill.PreflightEnded(1, "FAIL" if failing else "PASS", "PASS", passed=not failing))
        if not failing:
            self.play(drill.PhaseEnded("preflight"))
        return self

    def prepared(self) -> Stage:
        self.flown()
        self.play(drill.PhaseStarted("preparation"))
        self.play(drill.PhaseEnded("preparation"), after=1200)
        return self

    def testing(self) -> Stage:
        """Test 1 runs; its first step is done and its first criterion sensed."""
        self.prepared()
        self.play(drill.PhaseStarted("tests"), steps.TestStarted("T1", 1), after=10)
        self.run_step("T1.S1", 42)
        self.play(steps.CriterionSensed("T1.C1", "PASS", "KILL_SWITCH_ACTIVATED", AUDIT))
        return self

    def run_step(self, step: str, seconds: float, exit_status: int = 0) -> None:
        self.play(steps.StepStarted(step, 1), after=1)
        self.play(steps.StepEnded(step, 1, exit_status), after=seconds)

    def held(self) -> Stage:
        """The step that kills waits for its typed confirmation."""
        self.testing()
        self.run_step("T1.S2", 3)
        self.play(steps.StepRequested("T1.S3", 1, "0" * 64))
        self.play(
            steps.StepHeld(
                "T1.S3",
                1,
                "paper_trader",
                ("8123  paper_trader.py --symbol BTCUSDT   the bot, gen 1   TARGET",),
            )
        )
        return self

    def ended(self) -> Stage:
        """Both tests ended, one of them badly."""
        self.testing()
        self.run_step("T1.S2", 3)
        self.run_step("T1.S3", 1)
        self.play(
            box.ProcessDied("bot", 8123, 1, None, 9),
            box.ProcessBorn("bot", 8140, 2, "python src/live/paper_trader.py", 2),
            box.BotHealthy(8140, 200),
            box.RecoveryMeasured("pid", 3.1),
            box.RecoveryMeasured("healthy", 6.4),
            after=1,
        )
        self.play(steps.CriterionSensed("T1.C2", "FAIL", "rejected for its size, not for the kill switch"))
        self.play(steps.CriterionDecided("T1.C3", "PASS"), by="ann")
        self.play(
            steps.TestEnded("T1", "FAIL", "T1.C2: rejected for its size, not for the kill switch"), after=600
        )
        self.play(steps.TestStarted("T2", 1), after=60)
        self.run_step("T2.S1", 4)
        self.play(steps.CriterionSensed("T2.C1", "PASS", "equal"), steps.TestEnded("T2", "PASS"), after=5)
        self.play(drill.PhaseEnded("tests"), drill.PhaseStarted("documentation"), after=5)
        self.play(
            steps.DeviationNoted("step 1.2 attempted again", "the shell was slow", "T1", "T1.S2"), by="ann"
        )
        return self


def text_of(app: ThunesApp) -> str:
    """What the top screen says, row by row; nothing before it is laid out."""
    if not app.screen_stack or not app.screen.is_mounted:
        return ""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


def below(app: ThunesApp) -> str:
    """What the console says below a dialog, also where it was written past the dialog's own screen."""
    return "\n".join(strip.text.rstrip() for strip in app.screen_stack[0]._compositor.render_strips())


def row_with(app: ThunesApp, words: str) -> str:
    """The first row that shows these words. Fails with the whole screen when none does."""
    screen = text_of(app)
    found = next((row for row in screen.split("\n") if words in row), None)
    assert found is not None, f"{words!r} is not on the screen:\n{screen}"
    return found


def painted(app: ThunesApp) -> list[int]:
    """Counts the cells of every painting from now on, those that wait for a whole frame included."""
    cells: list[int] = []
    for widget in app.screen.walk_children():
        refresh = widget.refresh

        def counted(*regions, refresh=refresh, widget=widget, **options):  # type: ignore[no-untyped-def]
            cells.append(sum(region.area for region in regions) if regions else widget.size.area)
            return refresh(*regions, **options)

        widget.refresh = counted  # type: ignore[method-assign]
    screen = app.screen
    assert isinstance(screen, DirectScreen)
    paint = screen.paint

    def direct(widget: Widget, regions: Iterable[Region]) -> bool:
        regions = list(regions)
        took = paint(widget, regions)
        cells.extend(region.area for region in regions if took)
        return took

    screen.paint = direct  # type: ignore[method-assign]  # to see what is painted
    return cells


async def seen(pilot: Pilot[int], words: str, where: Callable[[ThunesApp], str] = text_of) -> None:
    """Wait until the screen shows these words; fails with the screen after half a minute."""
    app = pilot.app
    assert isinstance(app, ThunesApp)
    for _ in range(6000):
        if words in where(app):
            return
        await asyncio.sleep(0.005)
    row_with(app, words)
