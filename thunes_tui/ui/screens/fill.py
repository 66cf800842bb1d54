"""The placeholders of a step's block, one after the other: where each stands, and the value that it gets."""

from __future__ import annotations

from thunes_tui.intents import FillStep
from thunes_tui.runbook.placeholders import Placeholder, filled, placeholders, unfit
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.widgets.entry import Entry
from thunes_tui.ui.widgets.line import Line, data, wrapped

AS_IT_STANDS = "ctrl+o"


class Fill(Dialog[FillStep]):
    """Gives what is to be asked, with a value for each of them."""

    def __init__(self, desk: Desk, step: str, name: str, block: str) -> None:
        """`step` is its id, `name` what a person calls it."""
        super().__init__(desk)
        self._step, self._called, self._block = step, name, block
        self._places = placeholders(block)
        self._values: list[str] = []
        self._entry = Entry()
        self._complaint = ""

    @property
    def _place(self) -> Placeholder | None:
        """The one that is asked for; None once all have a value, and only the reason is missing."""
        at = len(self._values)
        return self._places[at] if at < len(self._places) else None

    @property
    def types(self) -> bool:
        return True

    def head(self, width: int, /) -> list[Line]:
        count = len(self._places)
        said = f"{count} places of its block wait for a value" if count > 1 else "Its block waits for a value"
        about = wrapped([(f"{said}; the document stays as it is.", "dialog_dim")], width)
        return [[("Fill in step ", "strong"), (self._called, "strong")], *about, []]

    def body(self, width: int, /) -> list[Line]:
        lines: list[Line] = []
        for place, value in zip(self._places, self._values, strict=False):
            shown = data("as it stands", "warn") if value == place.text else data(value, "accent")
            lines.append([("  ✓ ", "good"), data(place.text), ("  ", "text"), shown])
        asked = self._place
        if asked is not None:
            lines += self._asked(asked, width)
        else:
            lines.append([("Why it is meant as it stands", "strong")])
        lines += [self._entry.line(width), *wrapped([(self._complaint, "warn")], width), []]
        return [*lines, *self._preview()]

    def _asked(self, place: Placeholder, width: int) -> list[Line]:
        number = f"  {len(self._values) + 1} of {len(self._places)}  "
        lines = wrapped(
            [(number, "dialog_dim"), data(place.text, "strong"), data(f"  in: {place.line}")], width, 4
        )
        if place.is_secret:
            words = "A secret is never typed here: set a variable in the shell, and give its name as $NAME."
            lines += wrapped([(words, "warn")], width)
        return lines

    def _preview(self) -> list[Line]:
        """The block as it would run."""
        given = self._values + [place.text for place in self._places[len(self._values) :]]
        if self._place is not None and self._entry.text:
            given[len(self._values)] = self._entry.text
        rows = filled(self._block, given).rstrip("\n").split("\n")
        return [[("It runs", "dialog_dim")], *([("    ", "text"), data(row, "accent")] for row in rows), []]

    def foot(self) -> Line:
        keys: Line = [("Enter", "key"), (" takes it   ", "dialog_dim")]
        if self._place is not None:
            keys += [("ctrl+o", "key"), (" it is meant as it stands   ", "dialog_dim")]
        if self._values:
            keys += [("↑", "key"), (" back   ", "dialog_dim")]
        return [*keys, ("ctrl+g", "key"), (" leave it", "dialog_dim")]

    def pressed(self, key: str, character: str | None, /) -> None:
        self._complaint = ""
        place = self._place
        if key == "enter":
            self._enter(place)
        elif key == AS_IT_STANDS and place is not None:
            self._take(place.text)
        elif key == "up" and self._values:
            self._entry = Entry(self._values.pop())
        else:
            self._entry.key(key, character)
        self.again()

    def pasted(self, text: str, /) -> None:
        self._entry.insert(text.rstrip("\r\n"))
        self.again()

    def _enter(self, place: Placeholder | None) -> None:
        typed = self._entry.text.strip()
        if place is None:
            if typed:
                self.dismiss(FillStep(self._step, tuple(self._values), typed))
            else:
                self._complaint = "it needs some words"
            return
        why = unfit(place, typed)
        if why:
            self._complaint = f"{place.text} {why}"
        else:
            self._take(typed)

    def _take(self, value: str) -> None:
        """On to the next one, which begins with what one of its name was given before."""
        self._values.append(value)
        following = self._place
        kept = [p.text for p, v in zip(self._places, self._values, strict=False) if p.text == v]
        if following is None and not kept:
            self.dismiss(FillStep(self._step, tuple(self._values)))
            return
        before = {p.text: v for p, v in zip(self._places, self._values, strict=False)}
        self._entry = Entry(before.get(following.text, "") if following is not None else "")
