"""The emergencies: the four by severity, and the checklist of one, item by item."""

from __future__ import annotations

from collections.abc import Callable

from thunes_tui.drill.emergencies import Emergency
from thunes_tui.drill.emergency_catalogue import PROCEDURES, Item, Procedure, is_through, missing
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.outline import emergency
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.widgets.line import Line, data, spread

Does = Callable[[str, str, "EmergencyScreen"], None]
"""Does something, by its name, with an item of what the screen shows."""


class EmergencyScreen(Dialog[None]):
    """Follows the drill; what a person does here is asked through `does`."""

    FULL = True

    def __init__(self, desk: Desk, does: Does) -> None:
        super().__init__(desk)
        self._does = does
        self.kind = emergency.kinds(desk.state)[0]
        self._at = self._first()
        self._chosen = range(0)
        self._follows = True
        """Whether the selected item is kept in view."""

    @property
    def procedure(self) -> Procedure:
        return PROCEDURES[self.kind]

    @property
    def known(self) -> Emergency | None:
        """The one that is shown, while nobody has closed it."""
        return self.desk.state.emergencies.of(self.kind)

    @property
    def item(self) -> Item:
        return self.procedure.items[self._at]

    def _first(self) -> int:
        """The first item that is still to be done."""
        known = self.known
        left = missing(known) if known is not None else ()
        return self.procedure.place(left[0].id) - 1 if left else 0

    def head(self, width: int, /) -> list[Line]:
        state = self.desk.state
        count = len(state.emergencies.active)
        said = f"{count} to see to" if count else "none to see to"
        title: Line = [("EMERGENCIES", "strong"), (f"   {said}", "warn" if count else "dialog_dim")]
        others = (
            [data(self.desk.message, "bad" if self.desk.alarming else "text")] if self.desk.message else []
        )
        rows = emergency.list_lines(state, self.kind, width, self.desk.time_of_day)
        return [spread(title, others, width), *rows, []]

    def body(self, width: int, /) -> list[Line]:
        about = emergency.about_lines(self.desk.state, self.kind, width)
        items, chosen = emergency.item_lines(self.desk.state, self.kind, self._at, width)
        self._chosen = range(chosen.start + len(about), chosen.stop + len(about))
        return [*about, *items]

    def scrolled(self, total: int, room: int) -> int:
        if self._follows:
            first, last = self._chosen.start, self._chosen.stop
            early = self._at == 0 or last <= room  # then what was sensed, and what it touches, is seen too
            self.top = 0 if early else min(max(self.top, last - room), first)
        return super().scrolled(total, room)

    def foot(self) -> Line:
        keys: Line = [("j k", "key"), (" item   ", "dialog_dim"), ("tab", "key"), (" other   ", "dialog_dim")]
        if self.desk.role == "driver":
            keys += self._driver_keys()
        return [*keys, ("q", "key"), (" back", "dialog_dim")]

    def _driver_keys(self) -> Line:
        known = self.known
        if known is None or known.opened is None:
            opens: Line = [("o", "key"), (" open its checklist   ", "dialog_dim")]
            closes: Line = [("c", "key"), (" close   ", "dialog_dim")] if known is not None else []
            return [*opens, *closes]
        word = {"person": "", "block": " run", "stop": " stop the bot", "look": " look"}[self.item.how]
        if known.item(self.item.id).status == "held":
            word = " confirm"
        does: Line = [("Enter", "key"), (f"{word}   ", "dialog_dim")] if word else []
        rest = (("t", " tick   "), ("s", " skip   "), ("c", " close   "))
        return [*does, *(part for key, said in rest for part in ((key, "key"), (said, "dialog_dim")))]

    def pressed(self, key: str, character: str | None, /) -> None:
        if key == "q" or character == "Q":
            self.dismiss(None)
        elif key in ("j", "down", "k", "up"):
            by = 1 if key in ("j", "down") else -1
            self._select(self.kind, max(0, min(self._at + by, len(self.procedure.items) - 1)))
        elif key in ("tab", "shift+tab"):
            kinds = emergency.kinds(self.desk.state)
            by = 1 if key == "tab" else -1
            self._select(kinds[(kinds.index(self.kind) + by) % len(kinds)])
        elif self.desk.role == "driver":
            self._act(key)

    def _act(self, key: str) -> None:
        """Enter opens nothing and ticks nothing: what begins something has a key of its own."""
        known = self.known
        is_open = known is not None and known.opened is not None
        names = {"o": "open", "c": "close", "t": "tick", "s": "skip", "enter": "do"}
        name = names.get(key, "")
        if not name or (name in ("tick", "skip", "do") and not is_open) or (name == "open" and is_open):
            return
        if name == "close" and known is None:
            return
        if name != "do" or self.item.how != "person":
            self._does(name, self.item.id, self)

    def _select(self, kind: str, at: int = -1) -> None:
        self.kind = kind
        self._at = self._first() if at < 0 else at
        self._follows, self.top = True, self.top if at >= 0 else 0
        self.desk.say("")
        self.again()

    def _scroll(self, key: str) -> bool:
        if key in ("pageup", "pagedown"):
            self._follows = False
        return super()._scroll(key)

    def moved_on(self) -> None:
        """An item has ended: the next one is selected, if that one was."""
        known = self.known
        if known is not None and is_through(self.item, known.item(self.item.id)):
            self._at = self._first() if missing(known) else self._at
            self._follows = True
        self.again()

    def on_screen_resume(self) -> None:
        """Back from a dialog over it: the state may be another."""
        self.again()
