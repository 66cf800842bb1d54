"""The other verbs, as a person types them, and bad input, each with its one clear line."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.way import CONSOLE, drilled_sandbox
from tests.rig.glass import Glass
from thunes_tui.sandbox.place import Place


@pytest.fixture(scope="module")
def drilled() -> Iterator[tuple[Place, dict[str, str]]]:
    with drilled_sandbox() as (place, env):
        yield place, env


@pytest.fixture(autouse=True)
def same_person(drilled: tuple[Place, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in drilled[1].items():
        monkeypatch.setenv(name, value)


def run(*arguments: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """A command without a terminal."""
    return subprocess.run(
        [*CONSOLE, *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=cwd,
        env={**os.environ, **env},
        timeout=280,
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """What a refused command says: one line on standard error, no traceback."""
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def glass(*arguments: str, size: tuple[int, int] = (160, 44), cwd: Path | None = None, **env: str) -> Glass:
    return Glass([*CONSOLE, *arguments], size=size, env={**os.environ, **env}, cwd=str(cwd) if cwd else None)


def leaves(console: Glass) -> None:
    console.press("q")
    console.wait()
    assert console.left_behind() == {}


def stops() -> None:
    """The running session's server ends in order."""
    done = run("stop")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def rehearsed(drilled: tuple[Place, dict[str, str]]) -> dict[str, object]:
    """One test of the drill, rehearsed on the running sandbox and recorded."""
    place, env = drilled
    done = subprocess.run(
        [*CONSOLE, "rehearse", "--project", str(place.project), "--test", "2", "--json", "-"],
        capture_output=True, text=True, env={**os.environ, **env}, timeout=280,
    )  # fmt: skip
    found: dict[str, object] = json.loads(done.stdout)
    assert done.returncode == 1, "Test 2 alone fails: the switch was never on"
    return found


def test_a_second_console_is_a_witness_and_sees_what_the_driver_does(
    drilled: tuple[Place, dict[str, str]],
) -> None:
    project = str(drilled[0].project)
    with glass("drill", "--project", project, "--operator", "ann", "--new") as driver:
        driver.expect("keys ann")
        with glass("attach", "--role", "witness", "--operator", "bob") as witness:
            witness.expect("witness bob")
            driver.expect("witness bob")
            witness.press("enter")
            witness.expect("witness may not")
            driver.expect("run the pre-flight")
            driver.press("enter")
            witness.expect("PRE-FLIGHT CHECK PASSED")
            leaves(witness)
        driver.gone("witness bob")
        with glass("drill", "--project", project, "--operator", "cid") as third:
            third.expect("ann has the keys")
            leaves(third)
        assert "ann has the keys" in one_line(run("stop"))
        asked = run("drill", "--project", project, "--new", TERM="xterm")
        assert asked.returncode != 0
        leaves(driver)
    listed = run("sessions")
    assert "running" in listed.stdout
    assert run("sessions", "--short").stdout.startswith("drill:")
    stopped = run("stop")
    assert stopped.returncode == 0, stopped.stderr
    assert "running" not in run("sessions").stdout
    assert "no session runs" in one_line(run("stop"))


def test_a_witness_takes_over_when_no_driver_is_connected(drilled: tuple[Place, dict[str, str]]) -> None:
    project = str(drilled[0].project)
    with glass("drill", "--project", project, "--operator", "ann", "--new") as driver:
        driver.expect("keys ann")
        leaves(driver)
    with glass("attach", "--role", "witness", "--operator", "bob") as witness:
        witness.expect("witness bob")
        witness.press("w")
        witness.expect("take over")
        witness.press(*"take over", "enter")
        witness.expect("keys bob")
        leaves(witness)
    stops()


def test_replay_plays_a_session_in_the_same_panes(rehearsed: dict[str, object]) -> None:
    with glass("replay", str(rehearsed["recording"]), "--at", "2.3") as replay:
        replay.expect("REPLAY")
        replay.expect("step 2.3")
        replay.press("end")
        replay.expect("Test 2")
        replay.expect("Kill-Switch Deactivation")
        replay.press("enter")
        replay.expect("replay")
        assert "no session runs" in one_line(run("stop")), "a replay is nothing to stop without naming it"
        leaves(replay)


def test_verify_tells_a_sound_recording_from_an_altered_one(
    rehearsed: dict[str, object], tmp_path: Path
) -> None:
    recording = Path(str(rehearsed["recording"]))
    sound = run("verify", str(recording))
    assert sound.returncode == 0
    assert "OK" in sound.stdout
    assert "unanchored" in sound.stdout
    text = (recording / "journal.jsonl").read_bytes()
    (tmp_path / "journal.jsonl").write_bytes(text.replace(b'"verdict":"FAIL"', b'"verdict":"PASS"', 1))
    altered = run("verify", str(tmp_path))
    assert altered.returncode == 1
    assert "DAMAGED" in altered.stdout
    assert json.loads(run("verify", "--json", str(recording)).stdout)[0]["ok"]


def test_preflight_shows_both_halves(drilled: tuple[Place, dict[str, str]]) -> None:
    done = run("preflight", "--project", str(drilled[0].project))
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("console PASS  script PASS") == 8
    assert "PRE-FLIGHT CHECK PASSED" in done.stdout


def test_watch_needs_nothing_but_a_log(tmp_path: Path) -> None:
    (tmp_path / "anything.log").write_text("2025-10-09 10:00:00 - bot - ERROR - it broke\n", encoding="utf-8")
    with glass("watch", cwd=tmp_path) as watch:
        watch.expect("NOT RECORDING")
        watch.expect("it broke")
        watch.expect("waiting")
        with (tmp_path / "anything.log").open("a", encoding="utf-8") as log:
            log.write("2025-10-09 10:00:01 - bot - INFO - it works again\n")
        watch.expect("it works again")
        leaves(watch)
    assert "unfinished" not in run("sessions").stdout.partition("watch")[2]


def test_without_a_terminal_the_console_names_the_rehearsal(drilled: tuple[Place, dict[str, str]]) -> None:
    said = one_line(run("drill", "--sandbox"))
    assert "rehearse" in said
    assert "TERM=dumb" in one_line(run("drill", "--sandbox", TERM="dumb"))


def test_bad_input_is_one_clear_line(tmp_path: Path) -> None:
    assert "is not a folder" in one_line(run("rehearse", "--project", str(tmp_path / "nothing")))
    assert "no runbook at" in one_line(run("rehearse", "--project", str(tmp_path)))
    document = tmp_path / "drill.md"
    document.write_text("# Nothing to do\n", encoding="utf-8")
    asked = ("rehearse", "--project", str(tmp_path), "--runbook", str(document))
    assert "has no tests" in one_line(run(*asked))
    document.write_bytes(b"## Test 1: \xff\xfe broken\n```bash\nnever closed\n")
    assert "has no steps" in one_line(run(*asked))
    (tmp_path / "thunes-tui.toml").write_text("[bot]\nname = 3\n", encoding="utf-8")
    assert "thunes-tui.toml" in one_line(run(*asked))
    assert "no recording" in one_line(run("verify", "nothing-like-it"))
    usage = run("fly")
    assert usage.returncode == 2


def test_every_verb_has_help_with_an_example() -> None:
    verbs = run("--help").stdout
    for verb in ("drill", "watch", "rehearse", "attach", "sessions", "stop", "replay", "preflight", "verify",
                 "sandbox", "reset"):  # fmt: skip
        assert verb in verbs
        shown = run(verb, "--help")
        assert shown.returncode == 0
        assert "example: thunes-tui" in shown.stdout


@pytest.mark.parametrize(
    ("size", "text"), [((20, 5), "T"), ((60, 15), "run the pre-flight"), ((100, 30), "LOG")]
)
def test_every_size_shows_what_fits(
    drilled: tuple[Place, dict[str, str]], size: tuple[int, int], text: str
) -> None:
    with glass("drill", "--project", str(drilled[0].project), "--new", size=size) as console:
        console.expect(text)
        console.resize(160, 44)
        console.expect("CHECKLIST")
        console.expect("PROCESSES")
        leaves(console)
    stops()


def test_the_panes_wait_for_files_that_are_not_there_yet(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "disaster_recovery_drill.md").write_text(
        "# D\n\n## Test 1: A\n\n**Step 1: B**\n\n```bash\ntrue\n```\n", encoding="utf-8"
    )
    with glass("drill", "--project", str(tmp_path)) as console:
        console.expect("NOT PROVEN")
        console.expect("logs/paper_trader.log does not exist yet")
        console.expect("logs/audit_trail.jsonl does not exist yet")
        (tmp_path / "logs").mkdir()
        (tmp_path / "logs" / "paper_trader.log").write_text(
            "2025-10-09 10:00:00 - bot - INFO - good morning\n", encoding="utf-8"
        )
        console.expect("good morning")
        (tmp_path / "logs" / "audit_trail.jsonl").write_text(
            '{"timestamp": "2025-10-09T10:00:00.000001", "event": "TRADE_APPROVED", "side": "SELL"}\n',
            encoding="utf-8",
        )
        console.expect("TRADE_APPROVED")
        leaves(console)
    stops()


def test_reset_gives_a_broken_terminal_back() -> None:
    breaks = "stty raw -echo; printf '\\033[?1049h\\033[?1003h\\033[?2004h\\033[?25l'; "
    with Glass(["bash", "-c", f"{breaks} {' '.join(CONSOLE)} reset; sleep 0.2"], size=(80, 24)) as terminal:
        terminal.wait()
        left = terminal.left_behind()
        assert not any("mode" in name or name in ("cursor", "alternate screen") for name in left), left
