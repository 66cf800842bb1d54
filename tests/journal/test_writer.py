"""One writer, one write a record, and no acknowledgement that is not true."""

from __future__ import annotations

import errno
import itertools
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journal.journals import ROOT, FailingDisk, Turned, clock, written
from thunes_tui.errors import Refused, Unusable
from thunes_tui.journal.disk import Disk
from thunes_tui.journal.reader import records
from thunes_tui.journal.verify import verify
from thunes_tui.journal.writer import NAMED_NS, ROOM, Journal, JournalLike, NullJournal, RecordingLost


def test_a_journal_holds_what_was_appended_chained_and_private(tmp_path: Path) -> None:
    path = written(tmp_path / "s", 20)
    found = list(records(path))
    assert [record.n for record in found] == list(range(20))
    assert found[0].prev == "0" * 64
    assert all(b.prev == a.hash for a, b in itertools.pairwise(found))
    assert verify(path).ok
    assert path.read_bytes().isascii()
    modes = {each.name: each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
    assert modes == {"journal.jsonl": 0o600, "lock": 0o600, "evidence": 0o700}
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_head_and_epoch_follow_the_last_record(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "s", clock(), "drill.opened", {})
    record = journal.append("note.added", {"text": "x"}, sync=True)
    assert journal.head == (1, record.hash)
    assert journal.epoch == record.e == 0
    journal.close()
    journal.close()
    with pytest.raises(RecordingLost, match="is closed"):
        journal.append("note.added", {})


def test_a_record_of_the_live_journal_is_what_replay_will_read(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "s", clock(), "drill.opened", {})
    live = [journal.append("note.added", {"text": text}) for text in ("plain", "é🛑", "half \udc80", "\x1b")]
    journal.close()
    assert list(records(journal.path, 1)) == live


def test_a_second_writer_is_told_who_has_the_session(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "s", clock(), "drill.opened", {})
    with pytest.raises(Refused, match=rf"session s is written by pid {os.getpid()} on \S+: attach to it"):
        Journal.resume(tmp_path / "s", clock())
    journal.close()
    Journal.resume(tmp_path / "s", clock())[0].close()


def test_the_lock_and_the_journal_are_not_inherited(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "s", clock(), "drill.opened", {})
    with subprocess.Popen(["sleep", "30"], close_fds=False) as child:
        try:
            journal.close()
            Journal.resume(tmp_path / "s", clock())[0].close()
        finally:
            child.kill()


RACER = """
import sys
from pathlib import Path
from thunes_tui.clock import system
from thunes_tui.errors import Refused
from thunes_tui.journal.writer import Journal
print("ready", flush=True)
sys.stdin.readline()
try:
    journal, _ = Journal.resume(Path(sys.argv[1]), system())
except Refused as error:
    print("refused", error, flush=True)
else:
    print("won", flush=True)
    sys.stdin.readline()
    journal.close()
"""


def test_of_eight_openers_exactly_one_becomes_the_writer(tmp_path: Path) -> None:
    path = written(tmp_path / "s", 3)
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(tmp_path / "s")],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for racer in racers:
        assert racer.stdout
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("go\n")
        racer.stdin.flush()
    answers = [(racer.pid, racer.stdout.readline()) for racer in racers if racer.stdout]
    winners = [pid for pid, answer in answers if answer == "won\n"]
    assert len(winners) == 1, answers
    assert all(f"written by pid {winners[0]} on" in answer for pid, answer in answers if pid not in winners)
    for racer in racers:
        racer.communicate("end\n")
        assert racer.returncode == 0
    assert verify(path).records == 4


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_failed_write_is_no_acknowledgement_and_a_later_one_may_succeed(tmp_path: Path, code: int) -> None:
    disk = FailingDisk("write", 3, code)
    journal = Journal.create(tmp_path / "s", clock(), "drill.opened", {}, disk=disk)
    journal.append("note.added", {"n": 1})
    with pytest.raises(RecordingLost, match="recording of s is lost") as caught:
        journal.append("note.added", {"n": 2})
    assert not caught.value.final
    assert disk.fired == 1
    assert journal.append("note.added", {"n": 3}).n == 2
    journal.close()
    assert verify(journal.path).ok
    assert [record.data.get("n") for record in records(journal.path)] == [None, 1, 3]


@pytest.mark.parametrize("short", [1, 100, 250])
def test_what_a_short_write_leaves_is_trimmed_away(tmp_path: Path, short: int) -> None:
    disk = FailingDisk("write", 2, 0, short=short)
    journal = Journal.create(tmp_path / "s", clock(), "drill.opened", {}, disk=disk)
    size = journal.path.stat().st_size
    with pytest.raises(RecordingLost, match=f"only {short} of "):
        journal.append("note.added", {"text": "x" * 200})
    assert journal.path.stat().st_size == size
    journal.append("note.added", {"text": "y"})
    journal.close()
    assert verify(journal.path).ok


def test_a_failed_sync_is_final(tmp_path: Path) -> None:
    disk = FailingDisk("sync", 2, errno.EIO)
    journal = Journal.create(tmp_path / "s", clock(), "drill.opened", {}, disk=disk)
    with pytest.raises(RecordingLost) as caught:
        journal.append("criterion.sensed", {}, sync=True)
    assert caught.value.final
    for _ in range(3):  # the disk would take them again: too late
        with pytest.raises(RecordingLost) as caught:
            journal.append("criterion.sensed", {}, sync=True)
        assert caught.value.final
    with pytest.raises(RecordingLost):
        journal.sync()
    journal.close()
    assert disk.fired == 1


def test_a_bulk_record_is_synced_before_the_next_decision(tmp_path: Path) -> None:
    disk = FailingDisk("sync", 2, errno.EIO)
    journal = Journal.create(tmp_path / "s", clock(), "drill.opened", {}, disk=disk)
    journal.append("shell.output", {"text": "x"})
    assert disk.fired == 0
    with pytest.raises(RecordingLost):
        journal.sync()
    journal.close()


def test_when_even_the_trimming_fails_the_journal_is_closed_for_good(tmp_path: Path) -> None:
    class Broken(FailingDisk):
        def cut(self, descriptor: int, size: int) -> None:
            raise OSError(errno.EIO, "Input/output error")

    disk = Broken("write", 2, 0, short=50)
    journal = Journal.create(tmp_path / "s", clock(), "drill.opened", {}, disk=disk)
    with pytest.raises(RecordingLost) as caught:
        journal.append("note.added", {})
    assert caught.value.final
    with pytest.raises(RecordingLost):
        journal.append("note.added", {})
    journal.close()


@pytest.mark.parametrize("operation", ["open", "write", "sync", "sync_folder"])
def test_a_session_that_cannot_begin_leaves_no_lock(tmp_path: Path, operation: str) -> None:
    with pytest.raises((RecordingLost, OSError)):
        Journal.create(
            tmp_path / "s",
            clock(),
            "drill.opened",
            {},
            disk=FailingDisk(operation, 1, errno.EIO, persistent=True),
        )
    Journal.create(tmp_path / "s2", clock(), "drill.opened", {}).close()
    if operation == "write":
        with pytest.raises(Unusable, match="never began"):
            Journal.resume(tmp_path / "s", clock())
    elif operation == "open":
        Journal.create(tmp_path / "s", clock(), "drill.opened", {}).close()
    else:
        Journal.resume(tmp_path / "s", clock())[0].close()


FULL = """
import resource, signal, sys
from pathlib import Path
from thunes_tui.clock import system
from thunes_tui.journal.writer import Journal, RecordingLost
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal.create(Path(sys.argv[1]), system(), "drill.opened", {})
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
acknowledged = 0
try:
    while True:
        acknowledged = journal.append("shell.output", {"text": "x" * 3000}).n
except RecordingLost as error:
    print("lost", error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert journal.append("gap", {"what": "shell"}, sync=True).n == acknowledged + 1
journal.close()
print(acknowledged)
"""


def test_a_file_size_limit_loses_nothing_acknowledged_and_leaves_no_torn_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "s")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    lost, acknowledged = done.stdout.splitlines()
    assert "only" in lost  # a short write came first: the limit bit
    verdict = verify(tmp_path / "s" / "journal.jsonl")
    assert verdict.ok
    assert verdict.tail == "clean"
    assert verdict.head_n == int(acknowledged) + 1


def test_the_limit_test_needs_a_limit_that_this_process_does_not_have() -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_session_is_not_begun_twice(tmp_path: Path) -> None:
    written(tmp_path / "s", 2)
    with pytest.raises(Unusable, match="holds a session already: resume it"):
        Journal.create(tmp_path / "s", clock(), "drill.opened", {})
    Journal.resume(tmp_path / "s", clock())[0].close()


def test_a_clock_that_steps_back_changes_neither_order_nor_chain(tmp_path: Path) -> None:
    from tests.journal.journals import Turned

    turned = Turned()
    journal = Journal.create(tmp_path / "s", turned.clock(), "drill.opened", {})
    for step in (-86_400_000_000, 3_600_000_000, -1_000_000, 1_000_000):
        turned.wall_us += step
        journal.append("note.added", {"step": step})
    journal.close()
    found = list(records(journal.path))
    assert [record.n for record in found] == [0, 1, 2, 3, 4]
    assert all(b.m > a.m for a, b in itertools.pairwise(found))
    assert verify(journal.path).ok


def test_the_passing_journal_speaks_the_same_language() -> None:
    journal: JournalLike = NullJournal(clock())
    assert journal.head.n == -1
    first = journal.append("drill.opened", {}, sync=True)
    second = journal.append("note.added", {"x": 1})
    assert (first.n, second.n) == (0, 1)
    assert second.prev == first.hash
    assert journal.head == (1, second.hash)
    journal.sync()
    journal.close()


def test_the_real_disk_is_what_the_failing_one_stands_for() -> None:
    assert {name for name in vars(FailingDisk) if name in vars(Disk) and not name.startswith("_")} == {
        name for name in vars(Disk) if not name.startswith("_")
    }


def test_on_a_full_disk_it_says_how_much_to_free_and_waits_for_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few free bytes are no reason to go on: the disk would be full again at once."""
    disk = FailingDisk("write", 2, errno.ENOSPC)
    journal = Journal.create(tmp_path / "s", clock(), "drill.opened", {}, disk=disk)
    with pytest.raises(RecordingLost, match=rf"disk of {journal.folder} is full: free 4 MB") as caught:
        journal.append("note.added", {"n": 1})
    assert not caught.value.final
    monkeypatch.setattr(disk, "free", lambda _folder: ROOM - 1)
    with pytest.raises(RecordingLost, match="free 4 MB"):
        journal.append("note.added", {"n": 2})
    monkeypatch.setattr(disk, "free", lambda _folder: ROOM)
    assert journal.append("note.added", {"n": 3}).n == 1
    journal.close()


def test_a_journal_that_was_deleted_is_lost_for_good(tmp_path: Path) -> None:
    turned = Turned()
    journal = Journal.create(tmp_path / "s", turned.clock(), "drill.opened", {})
    shutil.rmtree(journal.folder)
    turned.monotonic_ns += 2 * NAMED_NS
    with pytest.raises(RecordingLost, match="was deleted") as caught:
        journal.append("note.added", {"n": 1}, sync=True)
    assert caught.value.final
    journal.close()
