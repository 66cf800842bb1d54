"""The native pre-flight on real checkouts, and the reading of the project's own script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server.checkout_rig import make_checkout, make_database, started
from tests.sources.test_exchange import venue
from thunes_tui.clock import system
from thunes_tui.config import Paths, Profile, World
from thunes_tui.drill.model import SECTIONS
from thunes_tui.mask import Mask
from thunes_tui.observations import SectionSensed
from thunes_tui.sandbox.telegram.server import serve as serve_telegram
from thunes_tui.server.environment import exchange_spec
from thunes_tui.server.preflight import NativePreflight, parse_script
from thunes_tui.server.preflight_script import ScriptReader
from thunes_tui.sources.exchange import ExchangeWorker

TOKEN = "123456:ABCdefGHIjklMNOpqrsTUVwxyz0123456789"
SANDBOX = Profile(world=World(file="world.json"))
PASSED = """DR drill pre-flight check, 2025-10-09 10:00:00 UTC

[1/8] Environment
✅ Python 3.11.7
⚠️  Something to read
[2/8] Telegram
✅ Bot @drill answers
[3/8] Exchange
✅ Testnet answers
[4/8] Position tracker
⚠️  No open position: create one, or plan to skip Test 1
[5/8] Risk manager
✅ Kill-switch is inactive
[6/8] Audit trail
✅ 3 records, all of them valid
[7/8] Required files
✅ scripts/disaster_recovery_drill.md
[8/8] System resources
✅ Disk: 9,000 MB free

✅ PRE-FLIGHT CHECK PASSED
"""


class Worker:
    def __init__(self, **answer: Any) -> None:
        self.answer = answer or {"ok": True, "can_trade": True}

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert question == {"do": "probe"}
        return self.answer


async def sections(
    project: Path, profile: Profile = SANDBOX, worker: Any = None, environ: dict[str, str] | None = None
) -> dict[str, SectionSensed]:
    native = NativePreflight(project, profile, environ or {}, Mask.of({"TOKEN": TOKEN}), worker or Worker())
    found = [each async for each in native.sections(7)]
    assert [(each.number, each.title) for each in found] == list(enumerate(SECTIONS, start=1))
    assert {(each.run, each.by) for each in found} == {(7, "native")}
    return {each.title: each for each in found}


async def test_a_good_checkout_passes_against_real_services(tmp_path: Path) -> None:
    telegram = await serve_telegram(tmp_path / "phone", system(), token=TOKEN, chat_id=42)
    async with venue(tmp_path / "venue") as server:
        project = make_checkout(
            tmp_path / "p",
            server.url,
            TELEGRAM_BOT_TOKEN=TOKEN,
            TELEGRAM_CHAT_ID="42",
            TELEGRAM_API_BASE=telegram.url,
        )
        make_database(project / "data/positions.db", ("BTCUSDT", 0.5, 1.0, "1", "2025-10-09"))
        worker = ExchangeWorker(lambda: exchange_spec(project, SANDBOX, {}))
        try:
            async with started(project):
                found = await sections(project, worker=worker)
                wrong = await sections(
                    project, worker=worker, environ={"TELEGRAM_BOT_TOKEN": "1:" + "x" * 35}
                )
        finally:
            await worker.close()
            await telegram.close()
    assert {title: (each.verdict, each.fix) for title, each in found.items()} == dict.fromkeys(
        SECTIONS, ("PASS", "")
    )
    assert found["position tracker"].detail == "1 open: BTCUSDT 0.5"
    assert "@" in found["Telegram"].detail
    assert wrong["Telegram"].verdict == "FAIL"
    assert wrong["Telegram"].detail.startswith("Telegram refused the token: ")
    assert wrong["Telegram"].fix == "Add TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID to .env"
    assert not (tmp_path / "phone/inbox.jsonl").exists(), "the native pre-flight sent a message"


async def test_each_section_fails_for_its_own_reason_and_says_the_fix(tmp_path: Path) -> None:
    project = make_checkout(tmp_path, "http://127.0.0.1:1", ENVIRONMENT="live")
    (project / ".venv/bin/activate").unlink()
    (project / "src/models/position.py").unlink()
    (project / "src/risk/manager.py").write_text("def broken(:\n")
    (project / "logs/audit_trail.jsonl").write_text('{"event": "A"}\nbroken\n')
    found = await sections(project)
    failed = {title: each.detail for title, each in found.items() if each.verdict == "FAIL"}
    assert list(failed) == [title for title in SECTIONS if title != "system resources"]
    assert "no virtual environment" in failed["environment"]
    assert "ENVIRONMENT is 'live'" in failed["environment"]
    assert failed["Telegram"] == "TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID not set"
    assert failed["exchange"].startswith("not asked: ")
    assert failed["position tracker"].startswith("no database at")
    assert "is no Python" in failed["risk manager"]
    assert failed["audit trail"] == "audit_trail.jsonl is damaged at byte 15: no JSON"
    assert failed["required files"] == "missing: src/models/position.py"
    assert all(found[title].fix for title in failed)


async def test_the_switch_left_on_and_two_bots_stop_the_drill(tmp_path: Path) -> None:
    project = make_checkout(tmp_path)
    audit = project / "logs/audit_trail.jsonl"
    audit.write_text(
        '{"event": "KILL_SWITCH_DEACTIVATED"}\n{"event": "KILL_SWITCH_ACTIVATED"}\n{"event": "X"}\n'
    )
    async with started(project), started(project):
        found = await sections(project)
    assert "kill switch is ON" in found["risk manager"].detail
    assert "2 bots run" in found["system resources"].detail
    audit.write_text('{"event": "KILL_SWITCH_ACTIVATED"}\n{"event": "KILL_SWITCH_DEACTIVATED"}\n')
    found = await sections(project)
    assert found["risk manager"].verdict == "PASS"
    assert "no bot runs" in found["system resources"].detail


async def test_what_is_not_locked_and_not_there_is_said(tmp_path: Path) -> None:
    project = make_checkout(tmp_path)
    (project / "src/risk/manager.py").write_text("x = 1\n")
    profile = Profile(paths=Paths(audit="nowhere/at/all/audit.jsonl"), world=SANDBOX.world)
    found = await sections(project, profile, Worker(ok=True, can_trade=False))
    assert "no two-level locking" in found["risk manager"].detail
    assert "may not trade" in found["exchange"].detail
    assert found["audit trail"].detail == "audit.jsonl does not exist and all/ cannot be written"


async def test_a_dead_telegram_is_said_without_its_token(tmp_path: Path) -> None:
    project = make_checkout(
        tmp_path, TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_CHAT_ID="42", TELEGRAM_API_BASE="http://127.0.0.1:1"
    )
    found = (await sections(project))["Telegram"]
    assert (found.verdict, found.detail.partition(":")[0]) == ("FAIL", "Telegram was not reached")
    assert found.fix == "Check the network and TELEGRAM_API_BASE, then run the pre-flight again"
    assert TOKEN not in found.detail


def test_the_script_is_read_by_its_headings_and_marks() -> None:
    found, verdict = parse_script(PASSED, 3)
    assert verdict == "PASS"
    assert [(each.number, each.title, each.verdict) for each in found] == [
        (number, title, "PASS") for number, title in enumerate(SECTIONS, start=1)
    ]
    assert {(each.run, each.by) for each in found} == {(3, "script")}
    assert found[3].detail == "No open position: create one, or plan to skip Test 1"


def test_one_cross_fails_its_section_alone() -> None:
    text = PASSED.replace("✅ Bot @drill answers", "❌ Telegram: Unauthorized").replace("✅ PRE", "❌ PRE")
    found, verdict = parse_script(text.replace("PASSED", "FAILED").replace("\n", "\r\n"), 1)
    assert verdict == "FAIL"
    assert [each.title for each in found if each.verdict == "FAIL"] == ["Telegram"]
    assert found[1].detail == "Telegram: Unauthorized"


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"\x1b[1m=== {title.title()} ===\x1b[0m\n\x1b[32m✓\x1b[0m fine\n" for title in SECTIONS)
        + "✅ PRE-FLIGHT CHECK PASSED\n",
        "".join(f"{n}. Checking {title}...\n  [OK] fine\n" for n, title in enumerate(SECTIONS, 1))
        + "Preflight check passed",
    ],
)
def test_other_forms_of_headings_are_understood(text: str) -> None:
    found, verdict = parse_script(text, 1)
    assert (verdict, {each.verdict for each in found}) == ("PASS", {"PASS"})


def test_what_the_script_did_not_say_is_unknown() -> None:
    found, verdict = parse_script("[1/8] Environment\n✅ fine\nTraceback: boom\n", 1)
    assert verdict == "UNKNOWN"
    assert [each.verdict for each in found] == ["PASS"] + ["UNKNOWN"] * 7


def test_a_script_that_prints_much_is_read_as_it_goes_by() -> None:
    """In pieces that cut lines and characters, with a section longer than what is kept, bad at its end."""
    reader = ScriptReader()
    lines = [
        "[1/8] Environment",
        "✅ fine",
        "[6/8] Audit trail",
        *(f"line {n}" for n in range(5000)),
        "❌ bad",
    ]
    data = "\r\n".join([*lines, "PRE-FLIGHT CHECK FAILED"]).encode()
    for begin in range(0, len(data), 777):
        reader.feed(data[begin : begin + 777])
    found, verdict = reader.told(1)
    assert verdict == "FAIL"
    assert (found[0].verdict, found[5].verdict, found[5].detail) == ("PASS", "FAIL", "bad")
