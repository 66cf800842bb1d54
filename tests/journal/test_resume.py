"""After any end of its writer a session opens again: nothing acknowledged is lost, nothing altered cut."""

from __future__ import annotations

import errno
import random
import shutil
import signal
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from tests.journal.journals import ROOT, FailingDisk, clock, folders, laid_out, written
from thunes_tui.errors import Damaged, Unusable
from thunes_tui.journal import checkpoint
from thunes_tui.journal.reader import records
from thunes_tui.journal.verify import verify
from thunes_tui.journal.writer import Journal, RecordingLost


def test_a_clean_end_begins_a_new_epoch_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "s", 5)
    for epoch in (1, 2, 3):
        journal, recovery = Journal.resume(tmp_path / "s", clock())
        assert journal.epoch == recovery.epoch == epoch
        assert (recovery.tail, recovery.torn_bytes, recovery.sidecar) == ("clean", 0, "")
        assert recovery.record.kind == "journal.resumed"
        assert recovery.record.data["epoch"] == epoch
        assert recovery.records == 4 + epoch
        journal.close()
    assert verify(path).ok
    assert [record.e for record in records(path)] == [0, 0, 0, 0, 0, 1, 2, 3]


def test_a_cut_at_every_byte_is_resumed_with_every_whole_record_and_the_rest_aside(tmp_path: Path) -> None:
    data = written(tmp_path / "whole", 3).read_bytes()
    first_end = data.index(b"\n") + 1
    for cut, folder in zip(range(first_end, len(data) + 1), folders(tmp_path), strict=False):
        laid_out(folder, data[:cut])
        journal, recovery = Journal.resume(folder, clock())
        journal.close()
        good = data[:cut].rfind(b"\n") + 1
        torn = data[good:cut]
        path = folder / "journal.jsonl"
        assert path.read_bytes().startswith(data[:good])
        assert recovery.records == data.count(b"\n", 0, cut)
        assert recovery.torn_bytes == len(torn)
        if torn:
            assert recovery.tail == "torn"
            assert (folder / recovery.sidecar).read_bytes() == torn
            assert recovery.sidecar == f"torn-{recovery.records}"
        assert verify(path).ok
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("rest", "kind"),
    [(b"\0" * 4096, "zero-filled"), (b"\xde\xad" * 50, "garbage"), (None, "repeated")],
)
def test_other_tails_are_kept_aside_too(tmp_path: Path, rest: bytes | None, kind: str) -> None:
    data = written(tmp_path / "whole", 5).read_bytes()
    rest = rest or data.splitlines(keepends=True)[-1]
    laid_out(tmp_path / "s", data + rest)
    journal, recovery = Journal.resume(tmp_path / "s", clock())
    journal.close()
    assert recovery.tail == kind
    assert (tmp_path / "s" / recovery.sidecar).read_bytes() == rest
    assert recovery.record.data["tail"] == kind
    assert recovery.record.data["torn_bytes"] == len(rest)
    assert verify(journal.path).ok


def test_damage_inside_is_refused_by_number_and_nothing_is_changed(tmp_path: Path) -> None:
    data = written(tmp_path / "whole", 9).read_bytes()
    altered = data.replace(b'"step":"T1.S4"', b'"step":"T1.S5"')
    path = laid_out(tmp_path / "s", altered)
    for _ in range(2):
        with pytest.raises(Damaged, match=r"altered at record 4 \(byte \d+\): .*start a new session"):
            Journal.resume(tmp_path / "s", clock())
        assert path.read_bytes() == altered
    assert sorted(each.name for each in path.parent.iterdir()) == ["journal.jsonl", "lock"]


def test_a_folder_without_a_session_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unusable):
        Journal.resume(tmp_path / "missing", clock())
    (tmp_path / "empty").mkdir(mode=0o700)
    with pytest.raises(Unusable, match="holds no session"):
        Journal.resume(tmp_path / "empty", clock())
    laid_out(tmp_path / "s", b'{"v":1,"n":0,')
    with pytest.raises(Unusable, match="never began"):
        Journal.resume(tmp_path / "s", clock())


@pytest.mark.parametrize("operation", ["open", "write", "sync", "cut", "rename", "sync_folder"])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_resume_that_fails_at_any_call_can_be_done_again(tmp_path: Path, operation: str, nth: int) -> None:
    data = written(tmp_path / "whole", 9).read_bytes()
    torn = data[:-17]
    laid_out(tmp_path / "s", torn)
    disk = FailingDisk(operation, nth, errno.EIO)
    try:
        Journal.resume(tmp_path / "s", clock(), disk=disk)[0].close()
    except (OSError, RecordingLost):
        assert disk.fired == 1
    journal, recovery = Journal.resume(tmp_path / "s", clock())
    journal.close()
    assert verify(journal.path).ok
    assert verify(journal.path).records >= 9
    resumed = [record for record in records(journal.path) if record.kind == "journal.resumed"]
    assert resumed[0].data["torn_bytes"] == len(torn) - torn.rfind(b"\n") - 1
    assert (tmp_path / "s" / "torn-8").read_bytes() == torn[torn.rfind(b"\n") + 1 :]
    assert recovery.records in (8, 9)


RESUMER = """
import os, signal, sys
from pathlib import Path
from thunes_tui.clock import system
from thunes_tui.journal.disk import Disk
from thunes_tui.journal.writer import Journal

class Dying(Disk):
    left = int(sys.argv[2])
    half = sys.argv[3] == "half"

    def _step(self):
        Dying.left -= 1
        if Dying.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

for name in ("open_append", "sync", "cut", "rename", "sync_folder"):
    def call(self, *a, _real=getattr(Disk, name), **k):
        self._step()
        result = _real(self, *a, **k)
        self._step()
        return result
    setattr(Dying, name, call)

def write(self, descriptor, data):
    self._step()
    if Dying.half and Dying.left == 1:
        os.write(descriptor, data[: len(data) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    result = os.write(descriptor, data)
    self._step()
    return result
Dying.write = write
Journal.resume(Path(sys.argv[1]), system(), disk=Dying())[0].close()
print("done")
"""


def resume_and_die(folder: Path, step: int, *, half: bool = False) -> bool:
    """Whether the resume was killed, before the step-th half of a call to the disk."""
    done = subprocess.run(
        [sys.executable, "-c", RESUMER, str(folder), str(step), "half" if half else "whole"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode != 0


def test_a_resume_killed_at_any_step_and_again_while_it_resumes_ends_as_an_undisturbed_one(
    tmp_path: Path,
) -> None:
    data = written(tmp_path / "whole", 9).read_bytes()[:-30]
    torn = data[data.rfind(b"\n") + 1 :]
    rng = random.Random(11)
    killed = 0
    for folder in islice(folders(tmp_path), 8):
        laid_out(folder, data)
        for _ in range(rng.randrange(1, 4)):
            killed += resume_and_die(folder, rng.randrange(1, 14), half=rng.random() < 0.5)
        journal, recovery = Journal.resume(folder, clock())
        journal.close()
        assert verify(journal.path).ok
        assert journal.path.read_bytes().startswith(data[: data.rfind(b"\n") + 1])
        assert (folder / "torn-8").read_bytes() == torn
        first = next(record for record in records(journal.path) if record.kind == "journal.resumed")
        assert first.n == 8
        assert (first.data["tail"], first.data["torn_bytes"], first.data["sidecar"]) == (
            "torn",
            len(torn),
            "torn-8",
        )
        assert recovery.epoch >= 1
    assert killed >= 4, "the kills did not bite"


def test_resume_starts_at_the_last_checkpoint_when_the_chain_proves_it(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "s", clock(), "drill.opened", {})
    for number in range(20):
        journal.append("note.added", {"n": number})
    checkpoint.write(journal, {"count": 20}, b"screen")
    for number in range(5):
        journal.append("note.added", {"n": number})
    journal.close()
    journal, recovery = Journal.resume(tmp_path / "s", clock())
    journal.close()
    assert recovery.checkpoint is not None
    assert recovery.checkpoint.state == {"count": 20}
    assert recovery.checkpoint.screen == b"screen"
    assert recovery.checkpoint.n == 20
    rest = list(records(journal.path, recovery.checkpoint.n + 1, place=recovery.checkpoint.place))
    assert [record.n for record in rest] == [21, 22, 23, 24, 25, 26, 27]
    assert recovery.records == 27
    assert verify(journal.path).ok


def test_a_checkpoint_that_does_not_fit_is_passed_over(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "s", clock(), "drill.opened", {})
    checkpoint.write(journal, {"count": 1}, b"one")
    journal.append("note.added", {})
    second = checkpoint.write(journal, {"count": 2}, b"two")
    journal.append("note.added", {})
    journal.close()
    newest = checkpoint.latest(tmp_path / "s")
    assert newest is not None
    assert newest.state == {"count": 2}
    before = checkpoint.latest(tmp_path / "s", 1)
    assert before is not None
    assert before.state == {"count": 1}
    file = tmp_path / "s" / second.data["file"]
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    older = checkpoint.latest(tmp_path / "s")
    assert older is not None
    assert older.state == {"count": 1}
    shutil.rmtree(tmp_path / "s" / "checkpoints")
    assert checkpoint.latest(tmp_path / "s") is None
    journal, recovery = Journal.resume(tmp_path / "s", clock())
    journal.close()
    assert recovery.checkpoint is None
    assert recovery.records == 5


def test_checkpoints_are_due_by_records_or_by_time() -> None:
    assert checkpoint.due(5_000, 1.0)
    assert checkpoint.due(1, 60.0)
    assert not checkpoint.due(0, 600.0)
    assert not checkpoint.due(4_999, 59.9)
