"""A flood in the shell fills no disk: its ends are recorded, the rest is proven, the screen goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from tests.server.session_rig import Player, private_dirs, runbook, sandbox, session
from tests.server.test_shell_session import DOCUMENT
from thunes_tui.events.shell import ShellOutput, ShellSkipped
from thunes_tui.journal.codec import Record
from thunes_tui.sandbox.place import Place
from thunes_tui.server.recall import recall
from thunes_tui.server.thinning import ENDS, PART, Thinning

CHUNK = 10_000


def flood(chunks: int, whole: int) -> tuple[bytes, list[ShellOutput | ShellSkipped]]:
    """What was printed, and what is recorded of it."""
    thinning, told = Thinning(whole), list[ShellOutput | ShellSkipped]()
    printed = bytearray()
    for number in range(chunks):
        part = f"{number:09d}\n".encode() * (CHUNK // 10)
        told += thinning.take(ShellOutput(len(printed), text=part.decode()), part)
        printed += part
    return bytes(printed), [*told, *thinning.end()]


def test_its_ends_are_recorded_and_the_rest_is_proven() -> None:
    printed, told = flood(100, 200_000)
    (skipped,) = [event for event in told if isinstance(event, ShellSkipped)]
    assert skipped.sha256 == hashlib.sha256(printed[skipped.offset :][: skipped.length]).hexdigest()
    offset = 0
    for event in told:
        assert event.offset == offset
        offset += event.length if isinstance(event, ShellSkipped) else len(event.text or "")
    assert offset == len(printed)
    assert offset - skipped.length <= 200_000 + 2 * ENDS
    assert skipped.offset > 200_000


def test_a_flood_without_end_is_told_of_in_parts() -> None:
    _printed, told = flood(2 * PART // CHUNK + 100, 0)
    assert [event.length >= PART for event in told if isinstance(event, ShellSkipped)] == [True, True, False]


def test_what_comes_slowly_is_recorded_whole() -> None:
    thinning, event = Thinning(0), ShellOutput(5, text="x" * 100)
    assert thinning.take(event, b"x" * 100) == [event]
    assert thinning.end() == []


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with private_dirs() as root, sandbox(root, bot=False) as made:
        yield made


def recorded(record: Record) -> int:
    """Masked bytes of output that the record says have passed."""
    return int(record.data.get("length") or len(record.data.get("text") or ""))


async def test_a_real_shell_is_seen_on_while_it_floods(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Thinning.__init__, "__defaults__", (100_000,))
    with session(place.project, runbook(place.project, DOCUMENT)) as made:
        player = await Player.join(made)
        await player.until(lambda s: s.shell.alive)
        before = len(player.snapshots)
        player.link.keys(b"seq 1 300000; sleep 0.6; seq 7 9\n")
        await player.until(lambda s: s.shell.seq and not s.shell.running)
        await player.until(lambda _s: len(player.snapshots) > before + 1)
        output = [r for r in made.journal() if r.kind in ("shell.output", "shell.skipped")]
        assert sum(recorded(r) for r in output) == player.state.shell.output
        assert sum(recorded(r) for r in output if r.kind == "shell.output") < 400_000
        assert sum(r.kind == "shell.skipped" for r in output) == 1
        text = recall(made.folder).terminal.text()
        assert [line.strip() for line in text if line.strip().isdigit()][-4:] == ["300000", "7", "8", "9"]
        await player.close()


async def test_a_job_that_floods_for_ever_holds_up_nothing(place: Place) -> None:
    with session(place.project, runbook(place.project, DOCUMENT)) as made:
        player = await Player.join(made)
        await player.until(lambda s: s.shell.alive)
        player.link.keys(b"yes &\n")
        await player.until(lambda s: s.shell.seq == 1 and not s.shell.running)
        player.link.keys(b"kill %1; wait; true\n")
        await player.until(lambda s: s.shell.seq == 2 and not s.shell.running)
        await player.close()
