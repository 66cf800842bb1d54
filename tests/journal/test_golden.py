"""Journals of every format version and kind stay readable for ever.

`golden/v1/*.jsonl` each hold a chain from record 0, written once and never changed; whoever adds a kind of
event adds a file, or a line at the end of one, in the same change.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journal.journals import T0
from thunes_tui.journal.codec import GENESIS, decode, encode, hash_of
from thunes_tui.journal.reader import classify, records

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(GOLDEN.glob("v*/*.jsonl"))


def test_there_are_golden_journals() -> None:
    assert GOLDEN / "v1" / "journal.jsonl" in FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_golden_journal_is_read_whole(path: Path) -> None:
    assert classify(path).kind == "clean"
    for line, record in zip(path.read_bytes().splitlines(keepends=True), records(path), strict=True):
        assert record == decode(line)
        again = encode(record.n, record.e, record.t, record.m, record.kind, record.data, record.prev)
        assert again == line, "the writer has changed: that needs a new format version"


def golden(*facts: tuple[str, dict[str, object]]) -> bytes:
    """The lines of a golden journal, for whoever adds one."""
    prev, lines = GENESIS, []
    for n, (kind, data) in enumerate(facts):
        line = encode(n, 0, T0 + n * 1_000_000, 5_000_000_000 + n * 1_000_000_000, kind, data, prev)
        prev = hash_of(line)
        lines.append(line)
    return b"".join(lines)


def test_the_journals_own_kinds_are_among_them() -> None:
    kinds = {record.kind for path in FILES for record in records(path)}
    assert {"drill.opened", "journal.resumed", "checkpoint.written", "kind.of_tomorrow"} <= kinds
