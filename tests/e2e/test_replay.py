"""The demo recording, replayed in the same panes to its expected final screen."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import pytest

from tests.e2e.way import CONSOLE
from tests.rig.glass import Glass

ROOT = Path(__file__).parents[2]
RECORDING = ROOT / "recordings" / "first-drill"
FINAL = Path(__file__).parent / "final_screens"


def replay(size: tuple[int, int], *more: str) -> Glass:
    return Glass([*CONSOLE, "replay", str(RECORDING), *more], size=size)


def ended(glass: Glass) -> None:
    glass.expect("REPLAY")
    glass.press("end")
    glass.expect("GO  4 of 4")


@pytest.mark.parametrize("size", [(160, 44), (80, 24)], ids=["160x44", "80x24"])
def test_the_demo_recording_ends_on_its_expected_screen(size: tuple[int, int]) -> None:
    expected = (FINAL / f"first-drill-{size[0]}x{size[1]}.txt").read_text(encoding="utf-8")
    with replay(size) as glass:
        ended(glass)
        glass.until(lambda: glass.text().rstrip() == expected.rstrip(), "the expected final screen")
        assert glass.foreign() == []
        glass.press("q")
        glass.wait()
        assert glass.left_behind() == {}


def test_every_moment_can_be_reached_and_left_again() -> None:
    with replay((160, 44), "--at", "3.3") as glass:
        glass.expect("3.3 Kill the bot")
        glass.expect("▶ 1x")
        glass.press(" ")
        glass.expect("‖ 1x")
        glass.press("end")
        glass.expect("GO  4 of 4")
        glass.press("home")
        glass.expect("not begun")
        for reached in ("Test 1/4", "Test 1/4 step 1/5", "Test 1/4 step 2/5"):
            glass.press("right")
            glass.expect(reached)
        glass.press("left")
        glass.expect("Test 1/4 step 1/5")
        glass.press("home")
        glass.expect("not begun")


def test_it_plays_by_itself_and_as_fast_as_asked() -> None:
    with replay((160, 44), "--speed", "100") as glass:
        glass.expect("GO  4 of 4")


def leave(glass: Glass) -> None:
    """By its key, as often as it takes: keys that wait together for a busy console are a paste."""
    for _ in range(20):
        glass.press("q")
        with contextlib.suppress(AssertionError):
            glass.wait(2.0)
            return
    raise AssertionError(f"it does not end\n{glass.text()}")


def test_nothing_can_be_done_in_a_replay() -> None:
    with replay((160, 44), "--at", "1.2") as glass:
        glass.expect("REPLAY")
        glass.press("t")
        glass.expect("replay")
        before = (RECORDING / "journal.jsonl").read_bytes()
        glass.press("n", "s", "a", "r")
        leave(glass)
        assert (RECORDING / "journal.jsonl").read_bytes() == before


def test_a_place_that_is_not_there_is_one_line() -> None:
    done = subprocess.run(
        ["script", "-qec", " ".join([*CONSOLE, "replay", str(RECORDING), "--at", "9.9"]), "/dev/null"],
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert "the recording has no 9.9" in done.stdout
    assert "Traceback" not in done.stdout


def test_the_recording_verifies() -> None:
    done = subprocess.run(
        [*CONSOLE, "verify", str(RECORDING)], capture_output=True, text=True, timeout=30, check=True
    )
    assert "OK" in done.stdout
