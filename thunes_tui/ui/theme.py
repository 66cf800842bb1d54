"""Themes: one TOML file each, which gives every style that the screen uses by name.

A file is looked for in the person's own folder, in the installed package and in the checkout, in this order.
Every style says a state beside a word and a glyph, never alone: the `ansi` theme has hardly any colour.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.errors import StyleSyntaxError
from rich.style import Style
from textual.theme import BUILTIN_THEMES, Theme

from thunes_tui.errors import Unusable

STYLESHEET = "base.tcss"
PLAIN = "ansi"
"""The theme for NO_COLOR and for terminals with few colours."""
FEW_COLOURS = frozenset({"linux", "vt100", "vt220", "ansi"})
STYLES = (
    *("text", "dim", "rule", "strong", "title", "title_focus", "accent", "good", "warn", "bad", "human"),
    *("added", "cursor", "key", "tab", "tab_on", "bar", "bar_dim", "command", "shell", "recording"),
    *("not_recording", "replay", "testnet", "not_proven", "dialog", "dialog_dim", "input"),
)
"""Every style that the console asks for; a theme must have them all."""


@dataclass(frozen=True, slots=True)
class Palette:
    """A theme that was read: Textual's part and our styles by name."""

    name: str
    dark: bool
    ansi: bool
    colours: Mapping[str, str]
    styles: Mapping[str, Style]
    """Each as its file gives it, without the ground."""
    _mixed: dict[tuple[str, str], Style] = field(default_factory=dict)

    def paint(self, style: str, over: str = "") -> Style:
        """The style of this name on the ground of the theme, or on that of another style, `over`."""
        known = self._mixed.get((style, over))
        if known is None:
            ground = self.styles["text"] + self.styles[over] if over else self.styles["text"]
            known = ground if over and style == "text" else ground + self.styles[style]
            self._mixed[style, over] = known
        return known

    def textual(self) -> Theme:
        """The same as Textual wants it."""
        colours: dict[str, Any] = {name: value for name, value in self.colours.items() if name != "rule"}
        variables = dict(BUILTIN_THEMES["ansi-dark"].variables) if self.ansi else {}
        variables["rule"] = self.colours["rule"]
        name = f"thunes-{self.name}"
        return Theme(name, dark=self.dark, ansi=self.ansi, variables=variables, **colours)


def folders() -> tuple[Path, ...]:
    """Where themes may lie, first to last."""
    import platformdirs

    package = Path(__file__).resolve().parent.parent
    own = platformdirs.user_config_path("thunes-tui") / "themes"
    return (own, package / "themes", package.parent / "themes")


def names(places: tuple[Path, ...]) -> tuple[str, ...]:
    """The themes that there are, by name."""
    found = {file.stem for place in places for file in place.glob("*.toml")}
    return tuple(sorted(found))


def find(file: str, places: tuple[Path, ...]) -> Path:
    """The first folder's file of this name. Raises Unusable when none has it."""
    for place in places:
        path = place / file
        if path.is_file():
            return path
    raise Unusable(f"no {file} in {', '.join(map(str, places))}: install again, or choose another theme")


def load(name: str, places: tuple[Path, ...]) -> Palette:
    """A theme by name. Raises Unusable when it is missing or not valid."""
    path = find(f"{name}.toml", places)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return palette(name, raw)
    except (OSError, ValueError, KeyError, StyleSyntaxError) as error:
        raise Unusable(f"{path} is not a valid theme: {error}; mend it, or choose another theme") from error


def palette(name: str, raw: Mapping[str, Any]) -> Palette:
    """A theme from the members of its file. Raises KeyError, ValueError or StyleSyntaxError."""
    given: Mapping[str, str] = raw["styles"]
    missing = [style for style in STYLES if style not in given]
    if missing:
        raise ValueError(f"[styles] lacks {', '.join(missing)}")
    styles = {style: Style.parse(given[style]) for style in given}
    return Palette(name, bool(raw.get("dark", True)), bool(raw.get("ansi", False)), raw["colours"], styles)


def wanted(chosen: str, environment: Mapping[str, str] | None = None) -> str:
    """The theme to use: the person's own choice unless the terminal has no colours to show it with."""
    known = os.environ if environment is None else environment
    if known.get("NO_COLOR") or known.get("TERM", "") in FEW_COLOURS:
        return PLAIN
    return chosen
