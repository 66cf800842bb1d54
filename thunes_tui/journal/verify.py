"""Whether a journal still says what was written into it.

The chain proves order and that nothing inside was altered. It cannot prove that nothing was cut off at the
end, nor that it was not rewritten as a whole: for that its head must also lie outside the file (an anchor).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from thunes_tui.journal.chain import Chain
from thunes_tui.journal.codec import GENESIS, RecordDamaged, peek_kind, record_of
from thunes_tui.journal.reader import TailKind, classify, open_journal, problem_of

FIRST_KIND = "drill.opened"


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict on a journal file."""

    ok: bool
    """No problem was found. An unfinished last line is none: a session that runs has one at times."""
    records: int
    head_n: int
    """Number of the last sound record; -1 without one."""
    head_hash: str
    tail: TailKind
    problems: tuple[str, ...]
    """One line each, with the number of the record."""
    anchored: bool = False
    """Whether the head was compared with one kept outside the file."""


def verify(path: Path) -> Verification:
    """Follows the whole chain. Raises Unusable when the file cannot be read."""
    problems: list[str] = []
    with open_journal(path) as file:
        chain = Chain(file)
        for line, head in chain:
            try:
                record_of(line, head)
            except RecordDamaged as problem:
                problems.append(f"record {head.n}: {problem}")
            if head.n == 0 and peek_kind(line) != FIRST_KIND:
                problems.append(f"record 0: it is {peek_kind(line)}, not {FIRST_KIND}")
    place = chain.place
    tail: TailKind = "clean"
    if chain.broken is not None:
        tail = classify(path, place).kind
        if tail not in ("torn", "clean"):
            problems.append(f"{problem_of(chain.broken)} ({tail})")
    if place.n == 0 and not problems:
        problems.append("there is no record in it")
    head_hash = place.prev if place.n else GENESIS
    return Verification(not problems, place.n, place.n - 1, head_hash, tail, tuple(problems))
