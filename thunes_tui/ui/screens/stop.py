"""A signal to one process, from asking to its end: what it reaches, the word to type, the seconds counted."""

from __future__ import annotations

from thunes_tui import intents
from thunes_tui.drill.asked_signals import SIGKILL, SIGTERM
from thunes_tui.drill.facts import SignalState
from thunes_tui.drill.seen_signals import GRACE_S
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.screens.typed import Typed
from thunes_tui.ui.widgets.line import Line, Part, data, wrapped
from thunes_tui.ui.widgets.victims import victim_rows

TICK_S = 0.5
DOES = {
    "stop": ("Stop", f"SIGTERM, and after {GRACE_S:g} s SIGKILL"),
    "freeze": ("Freeze", "SIGSTOP: it stands still until it is thawed"),
    "thaw": ("Thaw", "SIGCONT"),
    "exact": ("Signal", "what the step's block sends, to the bot alone"),
}
ENDED = {
    "dead": ("It is dead", "good"),
    "frozen": ("It stands still", "good"),
    "running": ("It runs again", "good"),
    "gone": ("Nothing was sent", "warn"),
    "refused": ("Nothing was sent", "bad"),
    "left": ("It was left", "warn"),
    "alive": ("It is alive in spite of it", "bad"),
    "unknown": ("Nobody knows what came of it", "bad"),
}


class Stop(Typed):
    """Follows the one signal that is under way; gives the word when the person has typed it."""

    def __init__(self, desk: Desk, name: str, pid: int, how: str, attempt: int) -> None:
        """`attempt`: the one that is shown; its events come after this."""
        super().__init__(desk, "")
        self._who = name
        self._pid = pid
        self._how = how
        self.attempt = attempt
        self._refused = ""
        self._shown: tuple[object, ...] = ()

    @property
    def signalling(self) -> SignalState:
        """Of this dialog's attempt; nothing is known of it before its first event."""
        known = self.desk.state.signalling
        return known if known.attempt == self.attempt else SignalState(self.attempt, status="requested")

    @property
    def is_over(self) -> bool:
        return bool(self._refused) or not self.signalling.status

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(TICK_S, self.told)

    def told(self) -> None:
        """The state may have changed; whenever the targets are shown anew, the word is typed anew."""
        known = self.signalling
        if known.status == "requested":
            self._word = ""
        elif known.status == "held" and not self._word:
            self._word = known.confirm
            self._since = self.desk.clock.now()
            self._entry.clear()
        shown = (known.status, known.signal, known.outcome, known.victims, known.spared, self._left_s(known))
        if shown != self._shown:  # a dialog that is laid out anew paints the whole screen
            self._shown = shown
            self.again()

    def _left_s(self, known: SignalState) -> int:
        """Seconds until SIGKILL."""
        gone = self.desk.now().since(known.since) if known.since is not None else 0.0
        return max(0, round(GRACE_S - gone)) if known.signal == SIGTERM else 0

    def refuse(self, why: str) -> None:
        """The server did not take it."""
        if self.signalling.status == "held":
            self._word = self.signalling.confirm
            self._refuse(why)
        else:
            self._refused = why
            self.again()

    def head(self, _width: int, /) -> list[Line]:
        verb, what = DOES[self._how]
        return [
            [(f"{verb} ", "strong"), data(self._who, "strong"), (f" {self._pid}", "strong")],
            [(what, "dialog_dim")],
            [],
        ]

    def body(self, width: int, /) -> list[Line]:
        known = self.signalling
        if self._refused:
            return wrapped([("Nothing was sent: ", "bad"), data(self._refused)], width)
        if not known.status:
            return self._ended(known, width)
        if known.status == "running":
            return self._sent(known, width)
        if known.status == "held" and self._word:
            return super().body(width)
        return [[("The guard is asked, and the box is looked at …", "dialog_dim")]]

    def about(self, width: int, /) -> list[Line]:
        known = self.signalling
        lines = victim_rows(known.victims, width, ("TARGET", "bad"))
        if known.spared:
            lines += [[], [("Left alone, whatever they are called:", "dialog_dim")]]
            lines += victim_rows(known.spared, width, ("spared", "dialog_dim"))
        if known.earlier:
            said = f"The exchange is down now. Testnet: {known.earlier}."
            lines += [[], *wrapped([data(said, "warn")], width)]
        why = "By its number and its start alone, never by a name; the guard is asked once more before."
        return [*lines, [], *wrapped([(why, "dialog_dim")], width), []]

    def _sent(self, known: SignalState, width: int) -> list[Line]:
        if known.signal == SIGTERM:
            return [[("SIGTERM was sent. ", "text"), (f"SIGKILL in {self._left_s(known)} s", "warn")]]
        if known.signal == SIGKILL:
            return [[("SIGKILL was sent: it must be gone in a moment", "warn")]]
        return wrapped([("It was sent; what the process does is looked at", "dialog_dim")], width)

    def _ended(self, known: SignalState, width: int) -> list[Line]:
        words, style = ENDED.get(known.outcome, (known.outcome, "warn"))
        detail: list[Part] = [data(f": {known.detail}")] if known.detail else []
        return wrapped([(words, style), *detail], width)

    def foot(self) -> Line:
        if self.is_over:
            return [("Enter or ctrl+g", "key"), (" leave", "dialog_dim")]
        known = self.signalling
        if known.status == "running" and known.signal == SIGTERM:
            return [
                ("x", "key"),
                (" send no SIGKILL   ", "dialog_dim"),
                ("ctrl+g", "key"),
                (" leave the dialog; it goes on", "dialog_dim"),
            ]
        if known.status == "running":
            return [("ctrl+g", "key"), (" leave the dialog", "dialog_dim")]
        return super().foot()

    def pressed(self, key: str, character: str | None, /) -> None:
        known = self.signalling
        if self.is_over:
            if key == "enter":
                self.dismiss(None)
        elif known.status == "held" and self._word:
            super().pressed(key, character)
        elif known.status == "running" and known.signal == SIGTERM and key == "x":
            self.called_off()

    def called_off(self) -> None:
        """Nothing more is to be sent."""
        self.desk.ask(intents.LeaveSignal(self.attempt))

    def accepted(self) -> None:
        """The word is sent on, and the dialog stays to show what comes of it."""
        word, self._word = self._word, ""
        self.desk.ask(intents.ConfirmSignal(self.attempt, word))
        self.again()
