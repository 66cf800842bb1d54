"""What every pane works with: the session, its state, the time, and how to ask for something.

One desk a console. Panes and screens get it in their constructor and hold nothing of the session
themselves, so that they cannot tell a live session from an attached or a replayed one.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.style import Style

from thunes_tui.clock import Clock, Moment, hhmmss, to_iso
from thunes_tui.config import Settings
from thunes_tui.drill.model import DrillState
from thunes_tui.intents import Intent, Role, may
from thunes_tui.mask import Mask
from thunes_tui.text import EMPTY, SafeText, safe
from thunes_tui.ui.link import Link
from thunes_tui.ui.theme import Palette
from thunes_tui.wire import Hello, Replay

COMMAND, SHELL = "COMMAND", "SHELL"
REMARK_NS, ALARM_NS = 6_000_000_000, 12_000_000_000
"""How long a remark stands, and how long a refusal or a failure."""
UNRECORDED = "NOT RECORDING: "
"""How the server's remark begins while recording is lost."""
LOST = "the connection is lost: leave with q and open the drill again"
WHY_NOT: dict[Role, str] = {
    "driver": "nobody may do that here",
    "witness": "a witness may not: ask for the keys with w",
    "replay": "this is a recording: nothing can be changed in it",
}


class Desk:
    """The session as the screen sees it."""

    def __init__(self, link: Link, clock: Clock, settings: Settings, mask: Mask, palette: Palette) -> None:
        self.link = link
        self.clock = clock
        self.settings = settings
        self.mask = mask
        """Masks the bytes that a pane reads from a file itself, before they become SafeText."""
        self.palette = palette
        self.state: DrillState = link.state
        self.hello = link.hello
        self.replay: Replay | None = None
        """Where a replay stands; None for a live session."""
        self.local = settings.local_time
        self.mode = COMMAND
        self.connected = True
        self.lost = EMPTY
        """Why there is no connection any more."""
        self.lost_at: Moment | None = None
        """When it was lost; the session's now stands still there."""
        self._unrecorded = EMPTY
        self.message: SafeText = EMPTY
        """The last thing the console has to say, for the status line."""
        self.alarming = False
        self._refused = False
        """Whether that is a refusal."""
        self._fades: int | None = None
        """When the message goes by itself, on the monotonic clock."""
        self.told: Callable[[], None] = _nothing
        """Called when `message` changed."""

    @property
    def role(self) -> Role:
        """What this client may do now; the keys can pass to it and from it."""
        if self.hello.role == "replay":
            return "replay"
        client = self.state.clients.get(str(self.hello.client))
        known = client.role if client is not None else self.hello.role
        return "driver" if known == "driver" else "witness"

    @property
    def unrecorded(self) -> SafeText:
        """Why recording is lost; empty while all is well, and for what is never recorded."""
        return self._unrecorded or safe(self.state.failures.get("journal", ""))

    def paint(self, style: str, over: str = "") -> Style:
        """A style of the theme in use, by name, on its ground or on that of the style `over`."""
        return self.palette.paint(style, over)

    def now(self) -> Moment:
        """The session's now: the clock's, or where the replay stands, or when the server was lost."""
        if self.lost_at is not None:
            return self.lost_at
        if self.replay is None:
            return self.clock.now()
        at = self.state.at
        return Moment(self.replay.now_us, at.m + (self.replay.now_us - at.t) * 1000)

    def time_of_day(self, t_us: int) -> str:
        """`10:42:15` in UTC, or local when the person chose so."""
        if not self.local:
            return hhmmss(t_us)
        return _shifted(t_us, self.state.zone)

    def refusal(self, intent: Intent) -> str:
        """Why this client may not ask for that; empty when it may."""
        if not self.connected:
            return LOST
        if intent.KIND == "stop" or may(self.role, intent):
            return ""
        return WHY_NOT[self.role]

    def ask(self, intent: Intent) -> bool:
        """Send an intent, or say why not."""
        why = self.refusal(intent)
        if why:
            self.say(why, alarming=True)
            return False
        self.say("")
        self.link.ask(intent)
        return True

    def say(self, text: str, *, alarming: bool = False) -> None:
        """Show one line until the next one comes, a key is pressed, or some seconds have passed."""
        self.message, self.alarming, self._refused = safe(text), alarming, False
        self._fades = self.clock.now().m + (ALARM_NS if alarming else REMARK_NS) if text else None
        self.told()

    def refuse(self, why: str) -> None:
        """What this console asked for was not done."""
        self.say(why, alarming=True)
        self._refused = True

    def unrefuse(self) -> None:
        """Somebody's deed was accepted: a refusal from before may hold no more."""
        if self._refused:
            self.say("")

    def greeted(self, hello: Hello) -> None:
        """What the server says besides its records: whether it records, and what it refused unrecorded."""
        self.hello = hello
        was, remark = self.unrecorded, hello.remark
        if hello.recording:
            self._unrecorded = EMPTY
        elif remark.startswith(UNRECORDED):
            self._unrecorded = safe(remark.removeprefix(UNRECORDED))
        elif remark and self.role != "replay":
            self.refuse(f"not done, and not recorded: {remark}")
        if hello.recording and remark:
            self.say(remark, alarming=not was)

    def fade(self) -> None:
        """Once a second: a message that was there long enough goes."""
        if self._fades is not None and self.clock.now().m >= self._fades:
            self.say("")

    def lose(self, reason: str) -> None:
        """The connection is gone; nothing can be asked any more."""
        self.lost_at = self.now()
        self.connected, self.lost = False, safe(reason)
        self.say("")


def _shifted(t_us: int, zone: str) -> str:
    """The time of day in a zone such as `+02:00`; UTC when it is none."""
    try:
        sign = -1 if zone.startswith("-") else 1
        hours, minutes = zone[1:].split(":")
        return hhmmss(t_us + sign * (int(hours) * 60 + int(minutes)) * 60_000_000)
    except ValueError:
        return to_iso(t_us)[11:19]


def _nothing() -> None:
    """Nobody listens yet."""
