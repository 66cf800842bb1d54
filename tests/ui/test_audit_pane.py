"""The audit pane: a row an event, details on demand, and damage in its place, told apart."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from pathlib import Path

from tests.ui.panes import SECRET, Project, append, pane_rows, recording, until
from tests.ui.stage import LARGE, SMALL, seen, text_of
from thunes_tui.connection import Snapshot
from thunes_tui.ui.panes.audit import AuditPane

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
        assert "at byte: 0" in text_of(app)
        assert "PAUSED" in text_of(app)
        await pilot.press("g", "left")
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
        await until(lambda: text_of(app).count("[redacted:API_SECRET]") == 3, app, "all three")
        assert SECRET not in text_of(app)


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


# The record.


async def test_a_node_is_folded_and_the_path_under_the_cursor_shows(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.audit, json.dumps(ACTIVATED))
    app = project.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("4", "z")
        await seen(pilot, "KILL_SWITCH_ACTIVATED")
        await pilot.press("k", "enter", "G", "k", "k", "k")
        await seen(pilot, ".circuit_breaker_status.BinanceAPI.state")
        await pilot.press("left", "left")
        await seen(pilot, "▸ BinanceAPI: 1 { state:")
        await pilot.press("right")
        await seen(pilot, "▾ BinanceAPI:")


async def test_the_record_says_where_it_stands_and_what_its_bytes_are(tmp_path: Path) -> None:
    project = Project(tmp_path)
    line = json.dumps(REJECTED)
    append(project.audit, json.dumps(ACTIVATED), line)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "TRADE_REJECTED")
        await pilot.press("4", "z", "k", "enter")
        await seen(pilot, f"at byte: {len(json.dumps(ACTIVATED)) + 1}")
        await seen(pilot, f"bytes: {len(line)}")
        await seen(pilot, f"SHA-256: {hashlib.sha256(line.encode()).hexdigest()}")


async def test_a_record_too_long_to_show_is_hashed_whole_and_unfolded(tmp_path: Path) -> None:
    project = Project(tmp_path)
    line = json.dumps({"event": "LONG", "legs": [{"price": n} for n in range(20_000)]})
    append(project.audit, line, json.dumps(REJECTED))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "✗ too long at byte 0")
        await pilot.press("4", "z", "k", "k", "enter")
        await seen(pilot, f"SHA-256: {hashlib.sha256(line.encode()).hexdigest()}")
        await pilot.press("g", "j", "right")
        await seen(pilot, "▸ 10000 … 19999")
        await pilot.press("j", "j", "right", "j", "right", "j", "j", "right")
        await seen(pilot, "details .legs[10001]")


async def test_numbers_and_doubled_members_stand_as_they_are_written(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.audit, '{"event": "TWICE", "a": 100.10, "a": 123456789012345678901234567890}')
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "a 100.10  a 123456789012345678901234567890")
        await pilot.press("4", "z", "k", "enter")
        await seen(pilot, "a: 100.10")
        await seen(pilot, "a: 123456789012345678901234567890")


async def test_the_next_record_opens_at_the_same_path(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.audit, json.dumps({"x": 1, "reason": "first"}), json.dumps({"reason": "second", "y": 2}))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "reason second")
        await pilot.press("4", "z", "k", "enter")
        await seen(pilot, "details .reason")
        await pilot.press("less_than_sign")
        await seen(pilot, "x: 1")
        assert "details .reason" in text_of(app)


# What is learnt.


async def test_members_that_never_vary_are_left_to_the_details(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(
        project.audit,
        *(json.dumps({**REJECTED, "strategy": "always", "fee": n, "reason": "kill"}) for n in range(9)),
    )
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("4", "z")
        await seen(pilot, "fee 8")
        await until(lambda: "always" not in text_of(app), app, "learnt")
        assert "reason kill" in text_of(app)


async def test_new_and_missing_members_are_flagged_in_the_row(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.audit, *(json.dumps({**REJECTED, "n": n}) for n in range(9)))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("4", "z")
        await seen(pilot, "n 8")
        changed = {key: value for key, value in REJECTED.items() if key != "symbol"}
        append(project.audit, json.dumps({**changed, "n": 9, "fee": 1}))
        await seen(pilot, "◆ new fee  ◇ missing symbol")


async def test_damage_is_counted_in_the_heading_by_its_class(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.audit, *DAMAGE, '{"torn', json.dumps(REJECTED))
    app = project.app()
    async with app.run_test(size=(180, 60)) as pilot:
        await pilot.press("4", "z")
        await until(lambda: "too long" in pane_rows(app, "audit")[0], app, "counted")
        heading = pane_rows(app, "audit")[0]
        assert "✗ 2 corrupt" in heading
        assert "✗ 1 glued" in heading
        await pilot.press("b")
        await seen(pilot, "PAUSED")


async def test_a_line_that_is_being_written_is_no_damage(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.audit, json.dumps(REJECTED))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "TRADE_REJECTED")
        await pilot.press("4", "z")
        with project.audit.open("ab") as file:
            for number in range(50):
                line = json.dumps({**ACTIVATED, "n": number}).encode() + b"\n"
                file.write(line[:40])
                file.flush()
                await asyncio.sleep(0.002)
                file.write(line[40:])
                file.flush()
        await seen(pilot, "n 49")
        await until(lambda: app.panes["audit"].survey.lines == 51, app, "looked at")  # type: ignore[attr-defined]  # the audit pane
        assert "✗" not in "".join(pane_rows(app, "audit"))


async def test_a_secret_written_as_a_number_or_in_escapes_does_not_show(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.secrets["CHAT_ID"] = "1234567890123"
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in SECRET)
    append(project.audit, f'{{"event": "A", "chat": 1234567890123, "key": "{escaped}", "n": 1}}')
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("4", "z")
        await seen(pilot, "chat [redacted:CHAT_ID]  key [redacted:API_SECRET]  n 1")
        await pilot.press("k", "enter")
        await seen(pilot, "key: [redacted:API_SECRET]")
        assert "1234567890123" not in text_of(app)
        assert "✗" not in text_of(app)


async def test_a_value_and_its_path_are_copied_from_the_open_record(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.audit, json.dumps({**ACTIVATED, "reason": f"two\nlines {SECRET}"}))
    app = project.app()
    pane = app.panes["audit"]
    assert isinstance(pane, AuditPane)
    pane.COPIES_TO = tmp_path
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "KILL_SWITCH_ACTIVATED")
        await pilot.press("4", "z", "k", "enter", "j", "j", "C")
        await seen(pilot, "2 lines")
        assert (tmp_path / "copied.txt").read_text() == "two\nlines [redacted:API_SECRET]\n"
        await pilot.press("X")
        await seen(pilot, "1 line")
        assert (tmp_path / "copied.txt").read_text() == ".reason\n"


async def test_a_replay_counts_no_damage_that_is_yet_to_come(tmp_path: Path) -> None:
    lines = [json.dumps({**REJECTED, "n": number}).encode() + b"\n" for number in range(10)]
    last = recording(tmp_path, "audit", b"".join(lines) + b'{"torn\n' + b"".join(lines))
    project = Project(tmp_path, "replay", tmp_path)
    project.stage.link.state = replace(project.stage.link.state, head=last)
    app = project.app()

    def move(head: int) -> None:
        project.stage.link.state = replace(project.stage.link.state, head=head)
        project.stage.link.news.put_nowait(Snapshot(project.stage.link.state, b"", 80, 24))

    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("4", "z")
        await until(lambda: "✗ 1 corrupt" in pane_rows(app, "audit")[0], app, "counted")
        move(0)
        await until(lambda: "✗" not in pane_rows(app, "audit")[0], app, "not yet")
        move(last)
        await until(lambda: "✗ 1 corrupt" in pane_rows(app, "audit")[0], app, "counted again")
