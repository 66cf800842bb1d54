"""Writers killed, stopped and starved: what was acknowledged is there, what is lost was not acknowledged."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journal.journals import ROOT, FailingDisk, clock, written
from thunes_tui.errors import Refused
from thunes_tui.journal.reader import records
from thunes_tui.journal.verify import verify
from thunes_tui.journal.writer import Journal, RecordingLost

WRITER = """
import os, sys
from pathlib import Path
from thunes_tui.clock import system
from thunes_tui.journal.writer import Journal
folder, size = Path(sys.argv[1]), int(sys.argv[2])
if (folder / "journal.jsonl").exists():
    journal, _ = Journal.resume(folder, system())
else:
    journal = Journal.create(folder, system(), "drill.opened", {})
os.write(1, b"%d\\n" % journal.head.n)
text = "x" * size
number = 0
while True:
    record = journal.append("shell.output", {"text": text}, sync=number % 1000 == 0)
    number += 1
    os.write(1, b"%d\\n" % record.n)
"""


def crash(folder: Path, size: int, after_s: float) -> int:
    """Kills a writer after a while; returns the last number that it acknowledged to somebody else."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(size)], cwd=ROOT, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        first = child.stdout.readline()
        try:
            # The acknowledgements pile up in the pipe's own reader: another process than the one that dies.
            killer = subprocess.Popen(["/bin/sh", "-c", f"sleep {after_s:.4f}; kill -9 {child.pid}"])
            acknowledged = first + child.stdout.read()
            killer.wait()
        finally:
            child.kill()
    assert child.returncode == -signal.SIGKILL
    return int(acknowledged[: acknowledged.rfind(b"\n")].rpartition(b"\n")[2])


def kills(tmp_path: Path, size: int, count: int, seed: int) -> int:
    """So many kills of writers of records of `size`; returns how many of them tore a record."""
    rng = random.Random(seed)
    tears = acknowledged_all = 0
    for number in range(count):
        folder = tmp_path / f"{size}-{number}"
        acknowledged = crash(folder, size, rng.uniform(0.005, 0.06))
        journal, recovery = Journal.resume(folder, clock())
        journal.close()
        found = [record.n for record in records(journal.path)]
        assert found == list(range(len(found))), "lost, doubled or unreadable"
        assert recovery.records > acknowledged, "an acknowledged record is lost"
        assert recovery.tail in ("clean", "torn")
        tears += recovery.tail == "torn"
        acknowledged_all += acknowledged
        shutil.rmtree(folder)
    assert acknowledged_all > count, "the kills came before anything was acknowledged"
    return tears


def test_kill_9_loses_nothing_acknowledged(tmp_path: Path) -> None:
    kills(tmp_path, 2_800, 30, seed=int(os.environ.get("THUNES_SEED", "1")))


@pytest.mark.skipif(not os.environ.get("THUNES_CRASH"), reason="the long tier: THUNES_CRASH=1")
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("size", "tears_at_least"), [(200, 0), (2_800, 5), (60_000, 10)])
def test_kill_9_a_thousand_times_loses_nothing_acknowledged(
    tmp_path: Path, size: int, tears_at_least: int
) -> None:
    tears = kills(tmp_path, size, 1_000, seed=int(os.environ.get("THUNES_SEED", "1")))
    assert tears >= tears_at_least, "the kills did not bite: no record was torn"


def test_a_killed_writer_leaves_no_lock_and_a_stopped_one_keeps_it(tmp_path: Path) -> None:
    written(tmp_path / "s", 3)
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "s"), "10"], cwd=ROOT, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        child.stdout.readline()
        child.send_signal(signal.SIGSTOP)
        with pytest.raises(Refused, match=f"pid {child.pid} on"):
            Journal.resume(tmp_path / "s", clock())
        child.kill()
    Journal.resume(tmp_path / "s", clock())[0].close()


FAULTS = [
    ("write", errno.ENOSPC, 0),
    ("write", errno.EIO, 0),
    ("write", errno.EDQUOT, 0),
    ("write", 0, 120),
    ("sync", errno.EIO, 0),
    ("sync", errno.ENOSPC, 0),
]


@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize(("operation", "error", "short"), FAULTS)
def test_whatever_call_fails_no_acknowledgement_is_false(
    tmp_path: Path, operation: str, error: int, short: int, persistent: bool
) -> None:
    for nth in range(2, 12):
        folder = tmp_path / f"s{nth}"
        disk = FailingDisk(operation, nth, error, persistent=persistent, short=short)
        journal = Journal.create(folder, clock(), "drill.opened", {}, disk=disk)
        acknowledged, refused = [0], 0
        for number in range(1, 10):
            try:
                acknowledged.append(journal.append("note.added", {"number": number}, sync=True).n)
            except RecordingLost:
                refused += 1
        assert bool(disk.fired) == bool(refused) == (nth <= 10)
        try:
            journal.close()
        except RecordingLost:
            pass
        resumed, recovery = Journal.resume(folder, clock())
        resumed.close()
        found = [record.n for record in records(resumed.path)]
        assert found == list(range(len(found)))
        assert set(acknowledged) <= set(found)
        assert recovery.tail == "clean"
        assert verify(resumed.path).ok
