"""What was asked: the closed set of intents, imperative, and the one table of who may ask what."""

from __future__ import annotations

from typing import Literal

from thunes_tui import emergency_intents
from thunes_tui.intent import REGISTRY as REGISTRY  # noqa: PLC0414 - it is one of this module's names
from thunes_tui.intent import Intent as Intent  # noqa: PLC0414 - it is one of this module's names
from thunes_tui.intent import decode as decode  # noqa: PLC0414 - it is one of this module's names
from thunes_tui.intent import encode as encode  # noqa: PLC0414 - it is one of this module's names
from thunes_tui.intent import intent
from thunes_tui.step_intents import ConfirmStep as ConfirmStep  # noqa: PLC0414 - it is one of this module's names
from thunes_tui.step_intents import EditStep as EditStep  # noqa: PLC0414 - it is one of this module's names
from thunes_tui.step_intents import FillStep as FillStep  # noqa: PLC0414 - it is one of this module's names
from thunes_tui.step_intents import FinishStep as FinishStep  # noqa: PLC0414 - it is one of this module's names
from thunes_tui.step_intents import RunStep as RunStep  # noqa: PLC0414 - it is one of this module's names
from thunes_tui.step_intents import SkipStep as SkipStep  # noqa: PLC0414 - it is one of this module's names

Role = Literal["driver", "witness", "replay"]

# Those about emergencies, which have a module of their own.
OpenEmergency = emergency_intents.OpenEmergency
RunEmergencyItem = emergency_intents.RunEmergencyItem
ConfirmEmergencyItem = emergency_intents.ConfirmEmergencyItem
TickEmergencyItem = emergency_intents.TickEmergencyItem
SkipEmergencyItem = emergency_intents.SkipEmergencyItem
CloseEmergency = emergency_intents.CloseEmergency


@intent("preflight")
class RunPreflight(Intent):
    """Run the eight sections, natively and by the project's script."""


@intent("prerequisite")
class TickPrerequisite(Intent):
    number: int
    ticked: bool = True


@intent("prepare")
class StartPreparation(Intent):
    """Begin the timed preparation; refused until the pre-flight passed."""


@intent("test")
class StartTest(Intent):
    test: str


@intent("test_end")
class EndTest(Intent):
    """Close the running test; criteria that nobody decided become NOT VERIFIED."""

    test: str


@intent("test_skip")
class SkipTest(Intent):
    test: str
    reason: str


@intent("criterion")
class DecideCriterion(Intent):
    """Tick (PASS), fail, or override what was sensed, then with a reason."""

    criterion: str
    verdict: str
    reason: str = ""


@intent("field")
class FillField(Intent):
    owner: str
    label: str
    value: str


@intent("note")
class AddNote(Intent):
    text: str


@intent("deviation")
class AddDeviation(Intent):
    text: str
    reason: str = ""


@intent("bookmark")
class AddBookmark(Intent):
    """Hold a line as evidence of the current step; the fields are those of `steps.Bookmarked`."""

    source: str
    offset: int
    text: str = ""
    file: int = 0
    device: int = 0
    inode: int = 0
    length: int = 0
    sha256: str = ""


@intent("alert_seen")
class SeeAlert(Intent):
    """A person saw the alert on the phone now."""


@intent("position")
class CreatePosition(Intent):
    """The seed's way when there is no open position: make a small one with the profile's command."""


@intent("document")
class StartDocumentation(Intent):
    """After the last test."""


@intent("end")
class EndDrill(Intent):
    """Decide and close: documentation is complete, or the drill is ended early."""

    early: bool = False
    reason: str = ""


@intent("hold")
class Hold(Intent):
    reason: str = ""


@intent("release")
class Release(Intent):
    reason: str = ""


@intent("pause")
class PauseDrill(Intent):
    """A real incident, a market event: its time is out of the durations."""

    reason: str


@intent("resume")
class ResumeDrill(Intent):
    """The pause is over."""

    reason: str = ""


@intent("abort_open")
class OpenAbort(Intent):
    """Nothing new begins from now on, until the abort is confirmed or left."""


@intent("abort_leave")
class LeaveAbort(Intent):
    """The drill goes on."""


@intent("abort")
class AbortDrill(Intent):
    """The typed word, and why."""

    typed: str
    reason: str = ""


@intent("undo")
class UndoStep(Intent):
    """After an abort: run a step of the runbook that undoes what was done. `sha256` as in `RunStep`."""

    step: str
    sha256: str = ""


@intent("left_safe")
class LookLeftSafe(Intent):
    """Look now how the box would be left."""


@intent("explain")
class ExplainDeviation(Intent):
    """Why a deviation came about; `number` is that of the record that noted it."""

    number: int
    reason: str


@intent("sign_off")
class SignOff(Intent):
    test: str
    text: str = ""


@intent("request_keys")
class RequestKeys(Intent):
    """A witness asks for the keys; `typed` is `take over` when no driver is connected."""

    typed: str = ""


@intent("pass_keys")
class PassKeys(Intent):
    """The driver gives the keys to the client who asked."""

    client: int


@intent("resize")
class Resize(Intent):
    """The driver's control pane has this many columns and rows."""

    cols: int
    rows: int


@intent("shell_open")
class OpenShell(Intent):
    """A new shell in place of the one that has ended; what the old one knew is gone."""


@intent("signal")
class SignalProcess(Intent):
    """Signal one process: `how` is `stop` (SIGTERM, then SIGKILL), `freeze` (SIGSTOP) or `thaw` (SIGCONT)."""

    pid: int
    start: int
    how: str


@intent("signal_confirm")
class ConfirmSignal(Intent):
    """The typed name of the target."""

    attempt: int
    typed: str


@intent("signal_leave")
class LeaveSignal(Intent):
    """Nothing more is sent; what was sent stays sent."""

    attempt: int


@intent("seek")
class Seek(Intent):
    """Replay only. `to`: `pause`, `play`, `start`, `end`, `step+`, `step-`, `event+`, `event-`, `time:ISO`,
    `number:N`, or an id such as `T3.S4`."""

    to: str
    speed: float = 0.0
    """Times real time; 0 leaves it."""


@intent("stop")
class Stop(Intent):
    """End the server in order; the bot and the shell's jobs stay as they are."""


WITNESS: frozenset[type[Intent]] = frozenset({Hold, Release, AddNote, AddBookmark, SignOff, RequestKeys})
REPLAY: frozenset[type[Intent]] = frozenset({Seek, Stop})
DRIVER: frozenset[type[Intent]] = frozenset(REGISTRY.values()) - {Seek}


def may(role: Role, asked: Intent) -> bool:
    """The role x intent table: driver all, witness a few, replay none but moving about in time."""
    allowed = {"driver": DRIVER, "witness": WITNESS, "replay": REPLAY}[role]
    return type(asked) in allowed
