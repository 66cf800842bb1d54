"""The themes: complete, readable, and found where they should be."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.color import Color

from thunes_tui.errors import Unusable
from thunes_tui.ui import theme

CHECKOUT = Path(__file__).parents[2] / "themes"
GROUNDS = ("", "title", "title_focus", "cursor", "bar", "dialog")
NOT_READ = ("rule", *GROUNDS)


def luminance(colour: Color) -> float:
    parts = [part / 255 for part in colour.get_truecolor()]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_every_word_can_be_read_on_every_ground(name: str) -> None:
    palette = theme.load(name, (CHECKOUT,))
    poor = []
    for style in theme.STYLES:
        for ground in GROUNDS if style not in NOT_READ else ():
            painted = palette.paint(style, ground)
            assert painted.color is not None
            assert painted.bgcolor is not None
            ratio = contrast(painted.color, painted.bgcolor)
            if ratio < 4.5:
                poor.append((style, ground, round(ratio, 2)))

    assert not poor


@pytest.mark.parametrize("name", ["dark", "light"])
def test_colours_are_of_the_256_that_every_terminal_has_in_tmux(name: str) -> None:
    palette = theme.load(name, (CHECKOUT,))
    for style in palette.styles.values():
        for colour in (style.color, style.bgcolor):
            if colour is not None and colour.triplet is not None:
                cube = all(part in (0, 95, 135, 175, 215, 255) for part in colour.triplet)
                grey = len(set(colour.triplet)) == 1 and (colour.triplet.red - 8) % 10 == 0
                assert cube or grey, colour.name


def test_without_colours_the_plain_theme_is_used() -> None:
    assert theme.wanted("light", {"NO_COLOR": "1"}) == "ansi"
    assert theme.wanted("light", {"TERM": "linux"}) == "ansi"
    assert theme.wanted("light", {"TERM": "tmux-256color"}) == "light"


def test_the_plain_theme_says_nothing_by_colour_alone() -> None:
    palette = theme.load("ansi", (CHECKOUT,))

    assert palette.ansi
    assert palette.paint("shell").reverse
    assert palette.paint("not_recording") != palette.paint("recording")


def test_a_persons_own_theme_comes_before_the_packages(tmp_path: Path) -> None:
    own = (CHECKOUT / "dark.toml").read_text(encoding="utf-8").replace("#87d787", "#5fd75f")
    (tmp_path / "dark.toml").write_text(own, encoding="utf-8")

    palette = theme.load("dark", (tmp_path, CHECKOUT))

    assert palette.styles["good"].color == Color.parse("#5fd75f")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("dark = ", "not a valid theme"),
        ("[styles]\ntext='red on blue'", "lacks"),
        ("dark = true", "not a valid theme"),
    ],
)
def test_a_broken_theme_is_one_line_that_names_the_file(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")

    with pytest.raises(Unusable, match=complaint) as told:
        theme.load("mine", (tmp_path,))

    assert "mine.toml" in str(told.value)


def test_a_missing_theme_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"no pink\.toml"):
        theme.load("pink", (tmp_path,))


def test_the_checkouts_themes_are_found() -> None:
    assert {"dark", "light", "ansi"} <= set(theme.names(theme.folders()))
    assert theme.find(theme.STYLESHEET, theme.folders()).is_file()
