"""Cells that are written by themselves: few bytes, and the same screen that a whole frame would give."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip

from tests.rig.glass import Glass
from tests.ui.panes import KEYS, Project, append, log_line
from thunes_tui import clock
from thunes_tui.text import cell_width
from thunes_tui.ui.driver import driver_class
from thunes_tui.ui.widgets.direct import uncovered
from thunes_tui.ui.widgets.rows import between, cells, differences

SIZE = (160, 44)
TEXTS = st.text(alphabet="ab 漢字é✓…", max_size=12)


def console(folder: Path, time_goes_on: bool) -> int:
    """A console over the files in this folder."""
    project = Project(folder)
    app = project.app()
    if time_goes_on:
        app.desk.clock = clock.system()
    app.driver_class = driver_class()
    asyncio.run(app.run_async(mouse=False))
    return 0


@contextmanager
def opened(tmp_path: Path, *, time_goes_on: bool) -> Iterator[Glass]:
    project = Project(tmp_path)
    append(project.log, *(log_line(n) for n in range(80)))
    append(project.audit, '{"timestamp": "2025-10-09T10:18:03", "event": "TRADE_REJECTED", "reason": "x"}')
    run = lambda: console(tmp_path, time_goes_on)  # noqa: E731 - for the child alone
    with Glass(run, size=SIZE, env={"TEXTUAL_ANIMATIONS": "none"}) as shown:
        shown.expect("heartbeat 79")
        yield shown


def at_rest(glass: Glass, samples_wanted: int = 10) -> None:
    """Until the console only waits, and writes nothing but a clock: not where it merely gets no processor."""
    deadline, samples = time.perf_counter() + 60.0, 0
    written = len(glass.raw)
    while samples < samples_wanted:
        assert time.perf_counter() < deadline, "it never comes to rest"
        glass.pump(0.05)
        time.sleep(0.04)
        state = Path(f"/proc/{glass.pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
        if len(glass.raw) - written >= 200:
            samples, written = 0, len(glass.raw)
        samples += state == b"S"


def test_a_second_of_rest_is_a_few_digits(tmp_path: Path) -> None:
    with opened(tmp_path, time_goes_on=True) as glass:
        at_rest(glass)
        before, end = len(glass.raw), time.perf_counter() + 2.0
        while (left := end - time.perf_counter()) > 0:
            glass.pump(left)
        assert 0 < len(glass.raw) - before <= 3 * 120


def test_what_was_written_cell_by_cell_is_what_a_whole_frame_shows(tmp_path: Path) -> None:
    with opened(tmp_path, time_goes_on=False) as glass:
        texts = ["漢字 wide", "e\u0301 marks", "plain", "✓ sign ✗", "漢a字", "x" * 300, "", "\t tab"]
        for number, text in enumerate(texts * 2):
            append(tmp_path / "logs" / "paper_trader.log", log_line(number, text=f"{text} m{number}m"))
            glass.expect(f"m{number}m" if len(text) < 100 else "xxx")
        for keys in (KEYS["log"], "k", "k", "L", "F", KEYS["audit"], "k", KEYS["control"], "1", "j", "j"):
            glass.press(keys)
            at_rest(glass, 2)  # keys that wait for a busy console together are a paste
        glass.until(lambda: "▌CHECKLIST" in glass.text(), "the keys have arrived")
        at_rest(glass)
        is_what_a_whole_frame_shows(glass)


def is_what_a_whole_frame_shows(glass: Glass) -> None:
    """What stands on the screen, cell for cell with its colours, below the line with the clock."""
    rows = [glass.screen.row(y) for y in range(1, SIZE[1])]
    written = len(glass.raw)
    os.kill(glass.pid, signal.SIGCONT)  # everything is painted anew
    glass.until(lambda: len(glass.raw) > written + 5000, "a whole frame")
    at_rest(glass)
    assert [glass.screen.row(y) for y in range(1, SIZE[1])] == rows


def test_below_a_dialog_the_console_goes_on_cell_by_cell(tmp_path: Path) -> None:
    with opened(tmp_path, time_goes_on=False) as glass:
        glass.press("n")
        glass.expect("Note")
        at_rest(glass)
        written = len(glass.raw)
        glass.press(*"seen")
        glass.expect("seen")
        for number in range(80, 90):
            append(tmp_path / "logs" / "paper_trader.log", log_line(number, text=f"漢字 wide m{number}m"))
            glass.expect(f"m{number}m")
        at_rest(glass)
        assert len(glass.raw) - written < 90 * 1024, "ten lines and four keys, but no whole frame for each"
        is_what_a_whole_frame_shows(glass)
        glass.press("ctrl+g")
        glass.gone("Note")
        at_rest(glass)
        is_what_a_whole_frame_shows(glass)


@given(TEXTS, TEXTS)
def test_no_span_begins_or_ends_within_a_wide_character(one: str, other: str) -> None:
    width = max(cell_width(one), cell_width(other)) + 1
    old, new = (Strip([Segment(t + " " * (width - cell_width(t)))], width) for t in (one, other))
    for span in [*differences(0, old, new), between(0, old, new)]:
        for row in (cells(old), cells(new)):
            assert span.x >= width or row[span.x][0], "it begins with half a character"
            assert span.right >= width or row[span.right][0], "it ends with half a character"


@given(TEXTS, TEXTS)
def test_the_spans_hold_every_cell_that_differs(one: str, other: str) -> None:
    width = max(cell_width(one), cell_width(other)) + 1
    old, new = (Strip([Segment(t + " " * (width - cell_width(t)))], width) for t in (one, other))
    differing = {x for x in range(width) if cells(old)[x] != cells(new)[x]}
    for spans in (differences(0, old, new), [between(0, old, new)]):
        assert differing <= {x for span in spans for x in range(span.x, span.right)}


@given(st.lists(st.tuples(*[st.integers(0, 12)] * 4), max_size=3), st.integers(0, 12))
def test_what_is_written_beside_boxes_is_exactly_what_none_of_them_hides(
    boxes: list[tuple[int, int, int, int]], y: int
) -> None:
    regions = [Region(*box) for box in boxes]
    seen = {x for x in range(2, 11) if not any(box.contains(x, y) for box in regions)}
    spans = uncovered(Region(2, 0, 9, 20), y, regions)
    assert [x for first, last in spans for x in range(first, last)] == sorted(seen)
