"""Lines, rows and the throttle: exact widths, small repaints, no markup, no control characters."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from textual.strip import Strip

from thunes_tui.ui.widgets.line import Line, cut, data, spread, strip, width_of, wrapped
from thunes_tui.ui.widgets.pace import Pace
from thunes_tui.ui.widgets.rows import differences

NASTY = st.text(max_size=40) | st.sampled_from(
    ["\x1b[2J", "[bold]x[/]", "\u202eabc", "日本語", "⚠️ stop", "é" * 9, "\t"]
)


def plain(_style: str, _over: str) -> Style:
    return Style.null()


def made(text: str) -> Strip:
    return strip([(text, "text")], len(text), plain)


@given(st.lists(NASTY, max_size=5), st.integers(1, 60))
def test_a_strip_is_exactly_as_wide_as_asked_and_holds_no_control(texts: list[str], width: int) -> None:
    drawn = strip([data(text) for text in texts], width, plain)

    assert drawn.cell_length == width
    assert all(character.isprintable() or category(character) == "Zs" for character in drawn.text)


@given(st.lists(NASTY, max_size=4), st.lists(NASTY, max_size=2), st.integers(1, 60))
def test_left_and_right_never_take_more_than_the_width(left: list[str], right: list[str], width: int) -> None:
    line = spread([data(text) for text in left], [data(text) for text in right], width)

    assert width_of(line) <= width


def test_the_right_part_stays_and_the_left_one_gives_way() -> None:
    line = spread([("a long text at the left", "text")], [("00:42", "dim")], 16)

    assert "".join(text for text, _ in line) == "a long te… 00:42"


def test_markup_in_data_is_text() -> None:
    assert strip([data("[red]x[/red]")], 12, plain).text == "[red]x[/red]"


def test_text_that_nobody_sanitised_is_sanitised_at_the_last_moment() -> None:
    assert "\x1b" not in strip([("\x1b]0;x\x07", "text")], 20, plain).text


@given(NASTY, st.integers(8, 40))
def test_wrapped_lines_lose_no_word(text: str, width: int) -> None:
    part = data(text)
    lines = wrapped([part], width, 2)

    assert "".join("".join(t for t, _ in line) for line in lines).split() == part[0].split() or " " in part[0]


def test_wrapping_breaks_at_spaces_and_indents() -> None:
    lines: list[Line] = wrapped([("one two three four", "text")], 9, 2)

    assert ["".join(text for text, _ in line) for line in lines] == ["one two", "  three", "  four"]


def test_cutting_ends_in_an_ellipsis() -> None:
    assert cut([("abc", "text"), ("defgh", "dim")], 5) == [("abc", "text"), ("d…", "dim")]


def test_only_the_cells_that_differ_are_repainted() -> None:
    old, new = made("T+00:42:17   step 1   10:42:17"), made("T+00:42:18   step 1   10:42:18")

    spans = differences(3, old, new)

    assert [(span.x, span.y, span.width) for span in spans] == [(9, 3, 1), (29, 3, 1)]


def test_spans_that_lie_close_together_are_one() -> None:
    assert [(s.x, s.width) for s in differences(0, made("aXbXc     "), made("aYbYc     "))] == [(1, 3)]


async def test_the_first_request_is_served_at_once_and_the_rest_of_the_period_together() -> None:
    calls: list[int] = []
    pace = Pace(lambda: calls.append(1), period=0.03)

    for _ in range(50):
        pace.ask()
    assert len(calls) == 1
    await asyncio.sleep(0.05)
    assert len(calls) == 2
    await asyncio.sleep(0.05)
    assert len(calls) == 2
    pace.ask()
    assert len(calls) == 3
    pace.stop()


@pytest.mark.parametrize("module", ["msgspec", "markdown_it", "pyghostty", "aiohttp", "ccxt", "psutil"])
def test_nothing_heavy_is_imported_before_the_first_paint(module: str) -> None:
    assert module not in imported()


def imported(found: list[set[str]] = []) -> set[str]:  # noqa: B006 - kept between the cases on purpose
    if not found:
        code = "import thunes_tui.ui.app, thunes_tui.ui.panes.reading, sys; print('\\n'.join(sys.modules))"
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        found.append(set(out.split()))
    return found[0]
