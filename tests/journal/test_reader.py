"""How a journal ends is told exactly, and a reader never gives out what is not sound."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.journal.journals import laid_out, some_data, written
from thunes_tui.errors import Damaged, Unusable
from thunes_tui.journal.chain import START, Place
from thunes_tui.journal.codec import LONGEST
from thunes_tui.journal.reader import Tail, classify, last_of, records
from thunes_tui.journal.verify import verify


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    return written(tmp_path / "whole", 60).read_bytes()


def tail_of(folder: Path, data: bytes) -> Tail:
    path = folder / "journal.jsonl"
    path.write_bytes(data)
    return classify(path)


def test_a_cut_at_every_byte_keeps_every_whole_record(tmp_path: Path, whole: bytes) -> None:
    path = laid_out(tmp_path / "cut", whole)
    starts = [0] + [place + 1 for place, byte in enumerate(whole) if byte == 0x0A]
    found = list(records(path))
    places = [START, *(Place(r.n + 1, r.e, r.hash, end) for r, end in zip(found, starts[1:], strict=True))]
    for cut in range(len(whole), -1, -1):
        os.truncate(path, cut)
        whole_records = sum(start <= cut for start in starts) - 1
        # Mostly from the record before the cut, for time; now and then from the beginning.
        tail = classify(path, START if cut % 41 == 0 else places[max(0, whole_records - 1)])
        assert tail.records == whole_records, cut
        assert tail.good_bytes == starts[whole_records]
        assert tail.kind == ("clean" if cut in starts else "torn"), cut


def test_tails_are_told_apart(tmp_path: Path, whole: bytes) -> None:
    folder = laid_out(tmp_path / "tail", b"").parent
    last = whole.splitlines(keepends=True)[-1]
    noise = random.Random(3).randbytes(300)
    cases = {
        b"": "clean",
        b"\0": "zero-filled",
        b"\0" * 4096: "zero-filled",
        last[:50].replace(b'"n":59', b'"n":60') + b"\0" * 500: "zero-filled",
        noise: "garbage",
        b"hello\n": "garbage",
        b"\xff": "garbage",
        b"\n": "garbage",
        last: "repeated",
        last + last: "repeated",
        b"{": "torn",
        b'{"v":1,"n":60,"e":0,"t":"2025': "torn",
        b'{"v":1,"n":61,"e":0,"t":"2025': "garbage",
        last[:-1]: "damaged inside",
        b"x" + last: "damaged inside",
        noise + b"\n" + last: "damaged inside",
        b"x" * (LONGEST + 10): "garbage",
    }
    for rest, kind in cases.items():
        tail = tail_of(folder, whole + rest)
        assert tail.kind == kind, rest[:60]
        assert (tail.records, tail.good_bytes) == (60, len(whole))


def test_every_altered_byte_is_found_at_its_record_and_never_cut(tmp_path: Path) -> None:
    data = written(tmp_path / "small", 6).read_bytes()
    folder = laid_out(tmp_path / "flip", b"").parent
    rng = random.Random(5)
    for place, byte in enumerate(data):
        for altered_byte in (
            byte ^ (1 << rng.randrange(8)),
            rng.choice([b for b in range(256) if b != byte]),
        ):
            altered = data[:place] + bytes([altered_byte]) + data[place + 1 :]
            path = folder / "journal.jsonl"
            path.write_bytes(altered)
            expected = data.count(b"\n", 0, place)
            tail = classify(path)
            assert tail.kind == "damaged inside", (place, byte, altered_byte)
            assert tail.records == expected
            verdict = verify(path)
            assert not verdict.ok
            assert verdict.problems[0].startswith(f"record {expected} ")
            assert verdict.records == expected
            with pytest.raises(Damaged, match=f"record {expected} "):
                list(records(path))


def test_editing_deleting_inserting_and_reordering_are_found(tmp_path: Path, whole: bytes) -> None:
    lines = whole.splitlines(keepends=True)
    folder = laid_out(tmp_path / "tamper", b"").parent
    rng = random.Random(8)
    for _ in range(60):
        place = rng.randrange(1, len(lines) - 1)
        other = rng.choice([n for n in range(1, len(lines) - 1) if n != place])
        swapped = list(lines)
        swapped[place], swapped[other] = swapped[other], swapped[place]
        for altered in (
            lines[:place] + lines[place + 1 :],
            [*lines[:place], lines[other], *lines[place:]],
            swapped,
        ):
            tail = tail_of(folder, b"".join(altered))
            assert tail.kind == "damaged inside"
            assert tail.records <= max(place, other)
            assert not verify(folder / "journal.jsonl").ok


def test_a_reader_stops_before_a_line_that_is_being_written(tmp_path: Path, whole: bytes) -> None:
    path = laid_out(tmp_path / "live", whole[:-10])
    assert [record.n for record in records(path)] == list(range(59))
    assert [record.n for record in records(path, 50)] == list(range(50, 59))


def test_records_are_found_from_the_end_by_kind(tmp_path: Path) -> None:
    path = written(tmp_path / "s", 30)
    with path.open("ab") as file:
        file.write(b'{"k":"step.ended"} not a record\n')
    assert [record.n for record in last_of(path, "step.ended")] == list(range(28, 0, -2))
    assert [record.n for record in last_of(path, "drill.opened")] == [0]
    assert list(last_of(path, "drill.opened", 1_000)) == []
    assert list(last_of(path, "no.such")) == []


def test_a_kind_named_inside_data_is_not_taken_for_one(tmp_path: Path) -> None:
    from tests.journal.journals import clock
    from thunes_tui.journal.writer import Journal

    journal = Journal.create(tmp_path / "s", clock(), "drill.opened", {})
    journal.append("note.added", {"k": "drill.ended", "d": {"k": "drill.ended"}, "text": '"k":"drill.ended"'})
    journal.close()
    assert list(last_of(journal.path, "drill.ended")) == []


def test_what_is_no_journal_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="cannot be read"):
        classify(tmp_path / "missing")
    (tmp_path / "link").symlink_to(written(tmp_path / "s", 2))
    with pytest.raises(Unusable, match="cannot be read"):
        list(records(tmp_path / "link"))
    assert some_data(1)["step"] == "T1.S1"
