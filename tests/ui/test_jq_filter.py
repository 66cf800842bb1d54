"""A jq filter over the audit pane: typed live, completed, refused in its place, stopped if it never ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.rig.tokenise import foreign
from tests.ui.panes import SECRET, Project, append, pane_rows, recording, until
from tests.ui.stage import LARGE, SMALL, row_with, seen, text_of
from thunes_tui.lines.jq.engine import find_engine
from thunes_tui.ui.app import ThunesApp
from thunes_tui.ui.panes.audit import AuditPane

needs_engine = pytest.mark.skipif(find_engine() is None, reason="neither jaq nor jq is installed")
ROWS = 40


def record(number: int, **further: object) -> str:
    event = "KILL_SWITCH_ACTIVATED" if number % 10 == 3 else "TRADE_REJECTED"
    return json.dumps(
        {
            "timestamp": f"2025-10-09T10:00:{number:02}",
            "event": event,
            "n": number,
            "reason": f"r{number}",
            **further,
        }
    )


async def opened(project: Project, pilot: Pilot[int]) -> None:
    """The audit pane alone on the screen, with everything learnt."""
    await pilot.press("4", "z")
    await seen(pilot, f"n {ROWS - 1}")
    app = pilot.app
    assert isinstance(app, ThunesApp)
    await until(lambda: app.panes["audit"].survey.is_complete, app, "learnt")  # type: ignore[attr-defined]  # the audit pane


def filled(folder: Path) -> Project:
    project = Project(folder)
    append(project.audit, *(record(number) for number in range(ROWS)))
    return project


async def kept(pilot: Pilot[int]) -> None:
    """Enter, until the filter is in force."""
    app = pilot.app
    assert isinstance(app, ThunesApp)
    pane = app.panes["audit"]
    assert isinstance(pane, AuditPane)
    await pilot.press("enter")
    await until(lambda: pane.jq.line is None, app, "kept")


async def typed(pilot: Pilot[int], text: str) -> None:
    for letter in text:
        await pilot.press(letter)


async def filtered(pilot: Pilot[int], text: str) -> None:
    """A filter that is typed, and not yet kept."""
    await pilot.press("vertical_line")
    await typed(pilot, text)


@asynccontextmanager
async def audit_alone(folder: Path) -> AsyncIterator[tuple[Project, ThunesApp, Pilot[int]]]:
    """A console on forty records, the audit pane alone on its screen."""
    project = filled(folder)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await opened(project, pilot)
        yield project, app, pilot


async def test_rows_change_while_a_filter_is_typed_and_what_is_hidden_is_counted(tmp_path: Path) -> None:
    async with audit_alone(tmp_path) as (project, app, pilot):
        await filtered(pilot, 'select(.event=="KILL_SWITCH_ACTIVATED")')
        await seen(pilot, "4 rows 36 hidden")
        assert "TRADE_REJECTED" not in "".join(pane_rows(app, "audit")[4:])
        await pilot.press("enter")
        await until(lambda: "Tab complete" not in text_of(app), app, "kept")
        append(project.audit, record(43))
        await seen(pilot, "5 rows 36 hidden")
        assert "FOLLOW" in pane_rows(app, "audit")[0]


async def test_a_projection_shows_values_in_place_of_rows(tmp_path: Path) -> None:
    async with audit_alone(tmp_path) as (_project, app, pilot):
        await filtered(pilot, "select(.n > 37) | {n, reason}, .n")
        await kept(pilot)
        await seen(pilot, '{"n":39,"reason":"r39"}')
        expected = ['{"n":38,"reason":"r38"}', "38", '{"n":39,"reason":"r39"}', "39"]
        await until(
            lambda: [row.strip() for row in pane_rows(app, "audit")[1:5]] == expected, app, "the values"
        )
        await seen(pilot, "4 rows 38 hidden")


async def test_a_wrong_text_is_told_at_its_place_and_the_last_good_filter_stays(tmp_path: Path) -> None:
    async with audit_alone(tmp_path) as (_project, app, pilot):
        await filtered(pilot, "select(.n==5)")
        await seen(pilot, "1 row 39 hidden")
        await typed(pilot, " | )x")
        await seen(pilot, "^ unexpected )")
        line, below = row_with(app, "select(.n==5) | )x"), row_with(app, "^ unexpected")
        assert line[below.index("^")] == ")"
        assert "1 row 39 hidden" in text_of(app)
        await pilot.press("enter")
        await seen(pilot, "^ unexpected )")
        await pilot.press("ctrl+g")
        await seen(pilot, "n 38")
        assert "hidden" not in text_of(app)


async def test_a_record_that_the_filter_fails_on_says_so_in_its_place(tmp_path: Path) -> None:
    project = filled(tmp_path)
    append(project.audit, record(ROWS, n="text"))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("4", "z", "vertical_line")
        await typed(pilot, 'select(.n != 3) | .n | startswith("t")')
        await pilot.press("enter")
        await seen(pilot, "✗ error: ")
        await seen(pilot, f"1 row ✗ {ROWS - 1} errors 1 hidden")


async def test_keys_and_events_are_completed_and_earlier_filters_come_back(tmp_path: Path) -> None:
    async with audit_alone(tmp_path) as (_project, _app, pilot):
        await filtered(pilot, "select(.ev")
        await seen(pilot, ".event 40")
        await pilot.press("tab")
        await typed(pilot, '=="')
        await seen(pilot, 'TRADE_REJECTED" 36')
        await pilot.press("tab", "tab")
        await typed(pilot, ")")
        await seen(pilot, 'select(.event=="KILL_SWITCH_ACTIVATED")')
        await seen(pilot, "4 rows 36 hidden")
        await pilot.press("enter", "u", "vertical_line", "up")
        await seen(pilot, 'select(.event=="KILL_SWITCH_ACTIVATED")')
        await seen(pilot, "4 rows 36 hidden")


@needs_engine
async def test_a_filter_beyond_the_fast_ones_is_evaluated_elsewhere(tmp_path: Path) -> None:
    async with audit_alone(tmp_path) as (_project, app, pilot):
        await filtered(pilot, "select(.n * 2 == 74)")
        await kept(pilot)
        await seen(pilot, "1 row 39 hidden")
        await until(lambda: "10:00:37 TRADE_REJECTED" in pane_rows(app, "audit")[1], app, "the record")


@needs_engine
async def test_what_the_engine_refuses_is_told_at_its_place(tmp_path: Path) -> None:
    async with audit_alone(tmp_path) as (_project, app, pilot):
        await filtered(pilot, ".n | nonsense")
        await seen(pilot, "^ no such filter:")
        await until(lambda: "^ no such filter" in text_of(app) and "nonsense" in text_of(app), app, "told")
        line, below = row_with(app, "| nonsense"), row_with(app, "^ no such")
        assert line[below.index("^") :].startswith("nonsense")
        assert "n 39" in text_of(app)


@needs_engine
async def test_a_filter_that_never_ends_is_stopped_and_takes_nothing_off_the_screen(tmp_path: Path) -> None:
    async with audit_alone(tmp_path) as (project, app, pilot):
        await filtered(pilot, "last(range(1e12))")
        await pilot.press("enter")
        await asyncio.sleep(0.05)
        assert "n 39" in text_of(app)
        project.stage.time.forward(1.6)
        await seen(pilot, "the filter was stopped: it did not come to an end")
        assert "n 39" in text_of(app)
        await pilot.press("ctrl+g")


async def test_a_value_of_the_record_becomes_a_filter(tmp_path: Path) -> None:
    async with audit_alone(tmp_path) as (_project, _app, pilot):
        await pilot.press("k", "i")
        await seen(pilot, 'select(.event == "TRADE_REJECTED")')
        await seen(pilot, "36 rows 4 hidden")
        await pilot.press("u", "k", "enter", "j", "j")
        await seen(pilot, "details .n")
        await pilot.press("x")
        await seen(pilot, "39 rows 1 hidden")


async def test_a_preset_is_chosen_by_its_letter(tmp_path: Path) -> None:
    project = filled(tmp_path)
    app = project.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("4", "z", "P")
        await seen(pilot, "kill switch events")
        await pilot.press("k")
        await seen(pilot, "4 rows 36 hidden")


async def test_a_filter_survives_the_files_rotation(tmp_path: Path) -> None:
    async with audit_alone(tmp_path) as (project, app, pilot):
        await filtered(pilot, "select(.n%10==3)" if find_engine() else "select(.n==3)")
        await pilot.press("enter")
        await seen(pilot, "hidden")
        project.audit.rename(tmp_path / "logs" / "audit_trail.jsonl.1")
        append(project.audit, record(53), record(54))
        await seen(pilot, "n 53" if find_engine() else "37 hidden")
        await seen(pilot, "rotated")
        assert "n 54" not in text_of(app)


async def test_a_filter_works_in_a_recording(tmp_path: Path) -> None:
    data = b"".join(record(number).encode() + b"\n" for number in range(ROWS))
    last = recording(tmp_path, "audit", data)
    project = Project(tmp_path, "replay", tmp_path)
    project.stage.link.state = replace(project.stage.link.state, head=last)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("4", "z")
        await seen(pilot, "n 39")
        await filtered(pilot, "select(.n == 5)")
        await pilot.press("enter")
        await seen(pilot, "1 row 39 hidden")


async def test_a_filter_cannot_bring_a_secret_to_the_screen(tmp_path: Path) -> None:
    project = filled(tmp_path)
    half = len(SECRET) // 2
    append(project.audit, record(41, a=SECRET[:half], b=SECRET[half:], c=SECRET))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("4", "z", "vertical_line")
        await typed(pilot, "select(.a) | .a + .b, .c, {x: (.a + .b)}")
        await seen(pilot, '{"x":"[redacted:API_SECRET]"}')
        await until(lambda: text_of(app).count("[redacted:API_SECRET]") == 3, app, "all three")
        assert SECRET not in text_of(app)


async def test_hostile_records_and_keys_stay_text_in_results_errors_and_completions(tmp_path: Path) -> None:
    project = Project(tmp_path)
    evil = "\x1b]0;owned\x07[@click=app.quit]\u202e\x9b2J"
    append(project.audit, *(json.dumps({"event": evil, evil: evil, "n": n}) for n in range(9)))
    append(project.audit, b'{"event": "\x1b[2J\xff"}', json.dumps({"event": "END", "n": [evil]}))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("4", "z", "vertical_line")
        await seen(pilot, "END")
        await until(lambda: app.panes["audit"].survey.is_complete, app, "learnt")  # type: ignore[attr-defined]  # the audit pane
        jq = app.panes["audit"].jq  # type: ignore[attr-defined]  # the audit pane
        for text in ("select(.n)", ".event, .n | ascii_downcase", '.event=="', ".n.x"):
            await pilot.press("ctrl+u")
            await typed(pilot, text)
            await until(lambda text=text: jq.text == text or jq.line.complaint, app, text)  # type: ignore[misc]  # bound now
            await pilot.pause()
            strips = app.screen._compositor.render_strips()
            assert foreign("".join(strip.render(app.console) for strip in strips).encode()) == []
        await pilot.press("ctrl+g", "k", "k", "enter")
        await seen(pilot, "details")
        strips = app.screen._compositor.render_strips()
        assert foreign("".join(strip.render(app.console) for strip in strips).encode()) == []


async def test_the_footer_says_what_the_keys_do_while_a_filter_is_typed(tmp_path: Path) -> None:
    async with audit_alone(tmp_path) as (_project, _app, pilot):
        await pilot.press("vertical_line")
        await seen(pilot, "Enter  keep the filter")
        await pilot.press("ctrl+g")
        await seen(pilot, "Enter  details")


async def test_values_of_a_glued_line_are_no_filter(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.audit, '{"event": "FIRST"}{"event": "SECOND"}')
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "SECOND")
        await pilot.press("4", "z", "k", "enter", "j", "i")
        await seen(pilot, "the line is not one whole record")


async def test_where_it_is_narrow_the_filter_has_a_row_of_its_own(tmp_path: Path) -> None:
    project = filled(tmp_path)
    app = project.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("4", "z", "vertical_line")
        await typed(pilot, 'select(.event=="KILL_SWITCH_ACTIVATED" and .n < 15)')
        await kept(pilot)
        begins = '  | select(.event=="KILL_SWITCH_ACTIVATED"'
        await until(lambda: pane_rows(app, "audit")[1].startswith(begins), app, "a row of its own")
        heading, row = pane_rows(app, "audit")[:2]
        assert row.endswith("2 rows 38 hidden")
        assert heading.split() == ["▌AUDIT", "FOLLOW"]


async def test_damage_has_the_same_class_and_place_through_a_filter(tmp_path: Path) -> None:
    project = filled(tmp_path)
    offset = project.audit.stat().st_size
    append(project.audit, '{"event": "A", "n": 1{"timestamp": "t", "event": "B", "n": 2}', '{"n": 3')
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("4", "z")
        torn = f"✗ torn at byte {offset:,}, 21 bytes"
        await seen(pilot, torn)
        corrupt = row_with(app, "✗ corrupt at byte").strip()
        await filtered(pilot, "select(.n == 3)")
        await kept(pilot)
        await seen(pilot, "✗ 2 unreadable")
        assert torn in text_of(app)
        assert corrupt in text_of(app)


async def test_a_record_is_opened_and_closed_in_a_replay_too(tmp_path: Path) -> None:
    data = b"".join(record(number).encode() + b"\n" for number in range(ROWS))
    last = recording(tmp_path, "audit", data)
    project = Project(tmp_path, "replay", tmp_path)
    project.stage.link.state = replace(project.stage.link.state, head=last)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("4", "z")
        await seen(pilot, "n 39")
        await pilot.press("k", "enter", "l", "j")
        await seen(pilot, "details .event")
        await pilot.press("h", "h")
        await until(lambda: "details" not in text_of(app).replace("Enter  details", ""), app, "closed")
