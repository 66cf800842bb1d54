"""The verdict on a journal: sound, or at which record it is not; and never more than the chain can prove."""

from __future__ import annotations

import time
from pathlib import Path

from tests.journal.journals import clock, laid_out, written
from thunes_tui.journal.codec import GENESIS, encode, hash_of
from thunes_tui.journal.verify import verify
from thunes_tui.journal.writer import Journal


def chained(*records: tuple[int, int, str]) -> bytes:
    """Lines of (number, epoch, kind) whose hashes are right, whatever the rest is."""
    prev, lines = GENESIS, []
    for n, e, kind in records:
        line = encode(n, e, 1_000_000 * n, n, kind, {}, prev)
        prev = hash_of(line)
        lines.append(line)
    return b"".join(lines)


def test_a_sound_journal_is_ok_and_unanchored(tmp_path: Path) -> None:
    verdict = verify(written(tmp_path / "s", 12))
    assert verdict.ok
    assert (verdict.records, verdict.head_n, verdict.tail, verdict.problems) == (12, 11, "clean", ())
    assert len(verdict.head_hash) == 64
    assert verdict.anchored is False


def test_a_missing_number_is_found(tmp_path: Path) -> None:
    path = laid_out(tmp_path / "s", chained((0, 0, "drill.opened"), (1, 0, "a"), (3, 0, "b")))
    assert verify(path).problems[0].startswith("record 2 ")
    assert "number 3 stands where 2 is due" in verify(path).problems[0]


def test_a_falling_epoch_is_found(tmp_path: Path) -> None:
    path = laid_out(tmp_path / "s", chained((0, 0, "drill.opened"), (1, 2, "a"), (2, 1, "b")))
    assert "epoch 1 follows epoch 2" in verify(path).problems[0]


def test_another_first_kind_is_found(tmp_path: Path) -> None:
    verdict = verify(laid_out(tmp_path / "s", chained((0, 0, "note.added"))))
    assert verdict.problems == ("record 0: it is note.added, not drill.opened",)


def test_an_empty_journal_is_not_ok(tmp_path: Path) -> None:
    verdict = verify(laid_out(tmp_path / "s", b""))
    assert not verdict.ok
    assert verdict.head_n == -1


def test_a_running_session_is_ok_though_its_last_line_is_unfinished(tmp_path: Path) -> None:
    data = written(tmp_path / "s", 5).read_bytes()
    verdict = verify(laid_out(tmp_path / "t", data[:-20]))
    assert verdict.ok
    assert (verdict.records, verdict.tail) == (4, "torn")


def test_zeros_and_garbage_at_the_end_are_problems(tmp_path: Path) -> None:
    data = written(tmp_path / "s", 5).read_bytes()
    assert verify(laid_out(tmp_path / "z", data + b"\0" * 100)).tail == "zero-filled"
    verdict = verify(laid_out(tmp_path / "g", data + b"\xfe\xed\n"))
    assert not verdict.ok
    assert "(garbage)" in verdict.problems[0]


def test_verification_keeps_up_with_any_drill(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "s", clock(), "drill.opened", {})
    for number in range(10_000):
        journal.append(
            "shell.output", {"offset": number * 80, "text": "Heartbeat BTCUSDT 62000.12 position open"}
        )
    journal.close()
    start = time.perf_counter()
    assert verify(journal.path).records == 10_001
    assert time.perf_counter() - start < 0.7  # 0.1 s where nothing else runs
