"""Starts of a session's server: at once, cut short, and over what an earlier one left."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.rig.drillshell import wait_for
from tests.server.session_rig import Player, Session, output, private_dirs, session, start_server
from thunes_tui import clock, handover, keeper, localsocket
from thunes_tui.errors import Refused, Unusable, UserError
from thunes_tui.journal.folder import list_sessions
from thunes_tui.journal.lock import Lock, is_held
from thunes_tui.server import choose, order, runtime, start
from thunes_tui.server.spec import shell_environment

DOCUMENT = (
    "# A drill\n\n## Test 1: One (5 minutes)\n\n**Step 1: Say**\n\n```bash\necho hi\n```\n\n- [ ] It said\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    with private_dirs():
        folder = tmp_path / "project"
        folder.mkdir()
        (folder / "book.md").write_text(DOCUMENT, encoding="utf-8")
        yield folder


@pytest.fixture
def made(project: Path) -> Iterator[Session]:
    with session(project, project / "book.md") as it:
        yield it


async def typed(made: Session, line: str, shown: str) -> int:
    """Type into the session's shell and wait for what it shows; the shell's process."""
    player = await Player.join(made, want="driver")
    state = await player.until(lambda s: s.shell.alive)
    player.link.keys(line.encode() + b"\r")
    async with asyncio.timeout(20):
        while shown not in output(made):
            await asyncio.sleep(0.05)
    await player.close()
    return state.shell.pid


def test_eight_starts_at_once_give_one_server_on_the_same_shell(made: Session) -> None:
    shell = asyncio.run(typed(made, "FRUIT=pear; echo is-$FRUIT", "is-pear"))
    made.kill()

    def one(_n: int) -> str:
        try:
            start_server(made.spec)
        except UserError as error:
            return f"{type(error).__name__}: {error}"
        return "up"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(one, range(8)))
    assert said.count("up") == 1, said
    assert all("attach to it" in each for each in said if each != "up"), said
    assert asyncio.run(typed(made, "echo still-$FRUIT", "still-pear")) == shell
    assert (made.spec.runtime / runtime.KEEPER).is_socket()


def test_a_keeper_that_does_not_hand_over_keeps_its_shell(
    made: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.kill()
    place = made.spec.runtime / runtime.KEEPER
    held = handover.take(str(place))
    monkeypatch.setattr(handover, "PATIENCE", 0.2)
    with pytest.raises(Unusable, match="not handed over"):
        start.take_shell(made.spec, {})
    assert place.is_socket()
    held.leave()
    again, same = start.take_shell(made.spec, {})
    assert same
    assert again.pid == held.pid
    again.leave()


def test_the_keeper_does_not_hold_the_sessions_lock(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o700)
    spec = order.new_spec(project, "drill", "ann", clock.system(), project / "book.md")
    spec.steps.mkdir(mode=0o700, parents=True)
    lock = Lock.take(folder)
    taken, _again = start.take_shell(spec, shell_environment(spec, spec.steps))
    assert is_held(folder), "without a lock the test would prove nothing"
    lock.release()
    assert not is_held(folder)
    taken.close_drill()
    taken.leave()


def test_a_start_that_fails_leaves_no_session(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_spec: keeper.KeeperSpec) -> None:
        raise Unusable("no shell today")

    monkeypatch.setattr(keeper, "start", broken)
    spec = order.new_spec(project, "drill", "ann", clock.system(), project / "book.md")
    assert spec.folder is not None
    with pytest.raises(UserError, match="no shell today"):
        start_server(replace(spec))
    assert not spec.folder.exists()
    assert not spec.runtime.exists()


def test_who_comes_second_takes_nothing_away(made: Session) -> None:
    with pytest.raises(Refused):
        start.serve(made.spec, clock.system(), lambda: None)
    assert (made.spec.runtime / runtime.SERVER).is_socket()


def test_what_was_printed_in_between_outlives_a_server_that_failed(made: Session) -> None:
    """The new server's process ends after the hand-over and before it has recorded anything."""
    asyncio.run(typed(made, "echo be''gun; sleep 1.5; echo print''ed", "begun"))
    made.kill()
    place = str(made.spec.runtime / runtime.KEEPER)
    until = time.perf_counter() + 10
    spool = b""
    while b"printed" not in spool:
        assert time.perf_counter() < until, spool
        time.sleep(0.1)
        first = handover.take(place)
        spool = first.spool
        first.leave()
    assert "printed" not in output(made)
    start_server(made.spec)
    while "printed" not in output(made):
        assert time.perf_counter() < until + 10
        time.sleep(0.05)
    assert output(made).count("printed") == 1


def test_the_runtime_folder_goes_once_server_and_keeper_are_gone(project: Path) -> None:
    root = runtime.runtime_root()
    dead, young, living = (root / name for name in ("dead", "young", "living"))
    for folder in (dead, young, living):
        folder.mkdir(mode=0o700)
    listener = localsocket.listen(living / runtime.KEEPER)
    for folder in (dead, living):
        os.utime(folder, (0, 0))
    runtime.sweep(clock.system())
    assert [p.name for p in sorted(root.iterdir())] == ["living", "young"]
    listener.close()


def test_a_stopped_session_keeps_its_folder_until_the_last_job_in_its_shell_is_gone(made: Session) -> None:
    asyncio.run(typed(made, "sleep 247 & echo job $! ru''ns", " runs"))
    found = re.search(r"job (\d+) runs", output(made))
    assert found is not None
    asyncio.run(told_to_stop(made))
    place = made.spec.runtime
    wait_for(lambda: [p.name for p in place.iterdir()] == [runtime.KEEPER], "the server's things are gone")
    shell = handover.take(str(place / runtime.KEEPER))
    shell.close_drill()
    shell.leave()
    os.kill(int(found[1]), signal.SIGTERM)
    wait_for(lambda: not place.exists(), "the folder's end")


async def told_to_stop(made: Session) -> None:
    player = await Player.join(made, want="driver")
    await player.stop()


def test_a_session_that_was_killed_while_its_tests_were_pinned_is_not_taken_up(
    made: Session, project: Path
) -> None:
    """It would be a drill of fewer tests than its document has."""
    made.kill()
    (entry,) = (entry for entry in list_sessions() if entry.id == made.spec.session)
    whole = choose.unfinished(project)
    assert whole is not None
    assert whole.id == entry.id
    journal = made.folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    pinned = max(n for n, line in enumerate(lines) if b'"k":"runbook.pinned"' in line)
    journal.write_bytes(b"".join(lines[: pinned + 1]))
    assert choose.unfinished(project) is None
    with pytest.raises(Unusable, match="killed as it began"):
        order.resumed_spec(entry, "ann")
