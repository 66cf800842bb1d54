"""The audit pane: a row an event, details on demand, and damage in its place, told apart."""

from __future__ import annotations

import json
from pathlib import Path

from tests.ui.panes import SECRET, Project, append, pane_rows, until
from tests.ui.stage import LARGE, SMALL, seen, text_of

ACTIVATED = {
    "timestamp": "2025-10-09T10:18:03.123456",
    "event": "KILL_SWITCH_ACTIVATED",
    "reason": "DRILL: Manual activation test",
    "daily_pnl": 0.0,
    "open_positions": 1,
    "circuit_breaker_status": {"BinanceAPI": {"state": "closed"}},
}
REJECTED = {
    "timestamp": "2025-10-09T10:20:04",
    "event": "TRADE_REJECTED",
    "reason": "kill_switch_active",
    "symbol": "BTCUSDT",
    "side": "BUY",
    "quote_qty": 100,
}


async def test_an_event_shows_its_time_its_name_and_what_matters(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.audit, json.dumps(ACTIVATED), json.dumps(REJECTED))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "10:18:03 KILL_SWITCH_ACTIVATED")
        await pilot.press("4", "z")
        await seen(
            pilot, "TRADE_REJECTED  reason kill_switch_active  side BUY  symbol BTCUSDT  quote_qty 100"
        )
        assert pane_rows(app, "audit")[0].split() == ["▌AUDIT", "FOLLOW"]


async def test_where_it_is_narrow_the_members_stand_below(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.audit, json.dumps(REJECTED))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "10:20:04 TRADE_REJECTED")
        rows = pane_rows(app, "audit")
        assert rows[2].strip().startswith("reason kill_switch_active")


async def test_the_selected_event_folds_out_and_in(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.audit, json.dumps(ACTIVATED), json.dumps(REJECTED))
    app = project.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("4", "z")
        await seen(pilot, "TRADE_REJECTED")
        await pilot.press("k", "k", "enter")
        await seen(pilot, "circuit_breaker_status:")
        assert "state: closed" in text_of(app)
        assert "byte 0, " in text_of(app)
        assert "PAUSED" in text_of(app)
        await pilot.press("left")
        await until(lambda: "state: closed" not in text_of(app), app, "folded in")


DAMAGE = {
    b'{"timestamp": "2025-10-09T10:18:03", "event": "A", "x": 1': "corrupt",
    b'{"timestamp": "2025-1{"event": "GLUED_BEHIND", "x": 1}': "torn",
    b'{"event": "FIRST"}{"event": "SECOND"}': "glued",
    b'{"event": "X\xff"}': "invalid utf-8",
    b'{"event": "TWICE", "a": 1, "a": 2}': "duplicate keys",
    b'{"event": "BIG", "a": 123456789012345678901234567890}': "huge number",
    b"[1, 2]": "not an object",
    b'{"event": "NAN", "a": NaN}': "not a number",
    b'{"event": "LONG", "a": "' + b"x" * 100_000 + b'"}': "too long",
}


async def test_every_class_of_damage_is_told_apart_with_its_place(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.audit, *DAMAGE, json.dumps(REJECTED))
    app = project.app()
    async with app.run_test(size=(180, 60)) as pilot:
        await pilot.press("4", "z")
        await seen(pilot, "TRADE_REJECTED")
        screen, offset = text_of(app), 0
        for line, name in DAMAGE.items():
            row = next(row for row in screen.split("\n") if f"✗ {name}" in row)
            place = int(row.split("at byte ")[1].split()[0].rstrip(",").replace(",", ""))
            assert offset <= place < offset + len(line), row
            offset += len(line) + 1
        assert "GLUED_BEHIND" in screen


async def test_a_secret_in_a_record_does_not_show_folded_in_or_out(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.audit, json.dumps({**REJECTED, "note": SECRET, "deep": {"key": SECRET}}))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("4", "z", "k", "right")
        await seen(pilot, "deep:")
        assert SECRET not in text_of(app)
        assert text_of(app).count("[redacted:API_SECRET]") == 3


async def test_the_footer_says_what_enter_does_in_the_focused_pane(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.stage.testing()
    append(project.audit, json.dumps(REJECTED))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "Enter  run step 1.2")
        await pilot.press("4")
        await seen(pilot, "Enter  details   next run step 1.2")
        assert text_of(app).count("details") == 1
        await pilot.press("2")
        await seen(pilot, "Enter  shell   next run step 1.2")
        await pilot.press("3")
        await seen(pilot, "Enter  run step 1.2")
