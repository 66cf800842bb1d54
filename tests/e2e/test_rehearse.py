"""The rehearsal in a sandbox of its own: GO, time after time, and the result says all that was promised."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.way import CONSOLE
from tests.rig.drillshell import alive, wait_for
from thunes_tui.journal.codec import Record
from thunes_tui.journal.reader import records
from thunes_tui.journal.verify import verify
from thunes_tui.sandbox.place import started

GONE = (1 << 22) + 1
"""A pid that no process has: more than the kernel gives."""
RESULT = {
    "verdict", "passed", "rehearsal", "not_verified", "tests", "findings", "recovery_s", "telegram_latency_s",
    "recording", "sandbox",
}  # fmt: skip
TEST = {"number", "title", "verdict", "started", "ended", "duration_s", "steps", "checks"}
STEP = {"number", "title", "exit", "duration_s"}
CHECK = {"criterion", "verdict", "sensed", "evidence", "cause"}
EVIDENCE = {"source", "offset", "sha256", "latency_ms"}
STEPS = {1: 5, 2: 5, 3: 6, 4: 4}
"""Steps of the document that the sandbox is drilled by, by test."""


def rehearse(home: Path, result: Path) -> tuple[dict[str, Any], list[Record]]:
    """A whole rehearsal, as a script would run it; its result, and the records of its session."""
    done = subprocess.run(
        [*CONSOLE, "rehearse", "--sandbox", "--json", str(result)],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=home,
        env={name: value for name, value in os.environ.items() if name != "TERM"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return found, list(records(Path(found["recording"]) / "journal.jsonl"))


def holds_the_contract(found: dict[str, Any]) -> None:
    """Every key that scripts rely on, with what it has to say after a drill in which all went well."""
    assert found.keys() >= RESULT
    assert (found["verdict"], found["passed"], found["not_verified"]) == ("GO", 4, 0)
    assert found["rehearsal"] is True
    assert found["findings"] == []
    assert found["recovery_s"] > 0
    assert found["telegram_latency_s"] >= 0
    assert [test["number"] for test in found["tests"]] == list(STEPS)
    for test in found["tests"]:
        assert test.keys() >= TEST
        assert (test["verdict"], len(test["steps"])) == ("PASS", STEPS[test["number"]])
        took = datetime.fromisoformat(test["ended"]) - datetime.fromisoformat(test["started"])
        assert abs(took.total_seconds() - test["duration_s"]) < 0.01
        assert test["checks"]
        for step in test["steps"]:
            assert step.keys() >= STEP
            assert step["exit"] in (0, None), step  # None: done by hand, no command
            assert step["duration_s"] >= 0
        for check in test["checks"]:
            assert check.keys() >= CHECK
            assert (check["verdict"], check["sensed"]) == ("PASS", True), check
            assert check["cause"]
            assert check["evidence"].keys() >= EVIDENCE
            assert check["evidence"]["source"]


def shows_a_real_death_and_a_real_return(happened: list[Record]) -> None:
    """A process that was the bot died by SIGKILL, another took its place, and neither lives on."""
    bots = [r for r in happened if r.kind in ("process.born", "process.died") and r.data["role"] == "bot"]
    first, death, second = bots
    (judged,) = [r.data for r in happened if r.kind == "start.judged"]
    assert (judged["verdict"], judged["pid"]) == ("PASS", second.data["pid"]), judged["cause"]
    assert (first.kind, death.kind, second.kind) == ("process.born", "process.died", "process.born")
    assert (first.data["pid"], death.data["signal"]) == (death.data["pid"], signal.SIGKILL)
    assert (first.data["generation"], second.data["generation"]) == (1, 2)
    assert first.data["pid"] != second.data["pid"]
    assert started(int(str(second.data["pid"]))) != second.data["start"], (
        "the sandbox is gone, its bot with it"
    )
    compared = [r.data for r in happened if r.kind == "positions.compared"]
    assert compared, "the positions were compared at the exchange"
    alerts = [r.data for r in happened if r.kind == "alert.seen" and r.data["latency_s"] is not None]
    assert alerts, "an alert of the bot's reached the phone"


@pytest.mark.crash
@pytest.mark.timeout(1800)
def test_a_rehearsal_goes_well_time_after_time(
    private_home: Path, tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    recordings = set()
    for number in range(rounds(2, 20)):
        found, happened = rehearse(private_home, tmp_path / f"{number}.json")
        holds_the_contract(found)
        shows_a_real_death_and_a_real_return(happened)
        assert verify(Path(found["recording"]) / "journal.jsonl").ok
        recordings.add(found["recording"])
        state = private_home / "state" / "thunes-tui"
        assert not list(state.glob("rehearsal-*")), "its sandbox is removed"
    assert len(recordings) == number + 1, "each has a recording of its own"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_rehearsal_that_is_told_to_end_leaves_nothing_behind(private_home: Path, number: int) -> None:
    """Neither its sandbox, nor a process of it. What a killed one has left goes with the next."""
    killed = private_home / "state" / "thunes-tui" / f"rehearsal-{GONE}-ab12"
    killed.mkdir(parents=True)
    process = subprocess.Popen([*CONSOLE, "rehearse", "--sandbox"], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=private_home)  # fmt: skip
    wait_for(lambda: list(killed.parent.glob("sessions/*/journal.jsonl")), "the session")
    (place,) = killed.parent.glob("rehearsal-*")
    assert place != killed
    world = json.loads((place / "world.json").read_text(encoding="utf-8"))
    process.send_signal(number)
    assert process.wait(60) in (128 + number, -number)
    assert not place.exists()
    assert not alive(world["init"])
    assert not alive(world["stand_ins"])
    wait_for(
        lambda: not list((private_home / "run" / "thunes-tui").iterdir()), "the end of server and keeper"
    )
