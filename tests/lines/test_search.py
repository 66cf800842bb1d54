"""Searching and counting in files and recordings, against a look at every line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lines.naive import has_hit, index, now_s, record_all
from thunes_tui.lines.blocks import BlockStore
from thunes_tui.lines.follow import Start
from thunes_tui.lines.line import BEGINNING, END, Line, Position
from thunes_tui.lines.pattern import Pattern
from thunes_tui.lines.reader import BLOCK
from thunes_tui.lines.runner import Runner, TooSlow
from thunes_tui.lines.search import Count, Pass, Search
from thunes_tui.lines.store import FileStore

RUNAWAY = Pattern("(a+)+b", True)
TRAP = b"a" * 60 + b"c\nab of no consequence\n"


def finish(work: Pass[object], budget: int = BLOCK) -> None:
    deadline = now_s() + 20
    while work.step(budget, 0.05):
        assert now_s() < deadline


def search(store: BlockStore, pattern: Pattern, start: Position, *, forward: bool) -> Position | None:
    work = Search(store, Runner(pattern, 2), start, forward=forward)
    finish(work)  # type: ignore[arg-type]  # what it passes on plays no part
    work.close()
    return work.found


def count(store: BlockStore, pattern: Pattern) -> int:
    work = Count(store, Runner(pattern, 2))
    finish(work)  # type: ignore[arg-type]  # what it passes on plays no part
    work.close()
    return work.hits


def check(store: BlockStore, pattern: Pattern) -> None:
    lines: list[Line] = store.after(BEGINNING, 1 << 20)
    hits = [line.position for line in lines if has_hit(pattern, line.data)]
    assert count(store, pattern) == len(hits)
    forward = []
    at: Position | None = BEGINNING
    while at is not None and (at := search(store, pattern, at, forward=True)) is not None:
        forward.append(at)
    assert forward == hits
    backward = []
    at = END
    while at is not None and (at := search(store, pattern, at, forward=False)) is not None:
        backward.append(at)
    assert backward[::-1] == hits


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "bot.log"


@pytest.fixture
def store(log: Path) -> Iterator[FileStore]:
    store = FileStore(log, Start.BEGINNING)
    yield store
    store.close()


SIZES = st.one_of(st.integers(0, 40), st.sampled_from([BLOCK - 2, BLOCK - 1, BLOCK, 5000, 4095, 4097]))
TEXTS = st.lists(st.tuples(SIZES, st.sampled_from([b"", b"hit", b"HIT 7", b"x"])), min_size=1, max_size=9)
LOOKED_FOR = [
    Pattern("hit"),
    Pattern("hit", ignores_case=True),
    Pattern("(?:HIT|nothing) [0-9]", True),
    Pattern("x$", True),
]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, st.sampled_from(LOOKED_FOR), st.sampled_from([b"", b"torn hit"]))
def test_finds_every_hit_in_both_directions_around_the_borders_of_blocks(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[int, bytes]], pattern: Pattern, torn: bytes
) -> None:
    log = tmp_path_factory.mktemp("search") / "bot.log"
    log.write_bytes(b"".join(b"%s %s %s\n" % (word, b"-" * size, word) for size, word in texts) + torn)
    store = FileStore(log, Start.BEGINNING)
    store.drain()
    # Only what a line shows can be compared line by line.
    if all(size < 32_000 for size, _ in texts):
        check(store, pattern)
    assert count(store, pattern) == sum(
        has_hit(pattern, line) for line in log.read_bytes().split(b"\n") if line
    )
    store.close()


@pytest.mark.parametrize(
    "pattern", [Pattern("line 7"), Pattern("ne 1+2+$", True), Pattern("(line) (33|44)", True)]
)
def test_finds_the_same_in_a_file_and_in_its_recording(log: Path, store: FileStore, pattern: Pattern) -> None:
    log.write_bytes(b"".join(b"line %d\n" % number for number in range(400)) + b"\xff broken\n")
    recorded = record_all(store, log.with_name("journal.jsonl"))
    index(store)
    check(store, pattern)
    check(recorded, pattern)
    assert count(store, pattern) == count(recorded, pattern) > 0
    recorded.close()


def test_finds_across_a_rotation(log: Path, store: FileStore) -> None:
    log.write_bytes(b"one hit\n")
    store.poll()
    log.rename(f"{log}.1")
    log.write_bytes(b"two\nthree hit\n")
    store.poll()
    check(store, Pattern("hit"))


def test_shows_a_count_that_grows(log: Path, store: FileStore) -> None:
    log.write_bytes(b"hit and more text in this line\n" * 60_000)
    while store.poll() or store.follower.more:
        pass
    work = Count(store, Runner(Pattern("hit")))
    counts, shares = [], []
    while work.step(BLOCK):
        counts.append(work.hits)
        shares.append(work.progress)
    assert len(set(counts)) >= 5
    assert counts == sorted(counts)
    assert shares == sorted(shares)
    assert (work.hits, work.progress) == (60_000, 1.0)


def test_a_pattern_that_runs_away_is_stopped_and_never_holds_a_slice_up(log: Path, store: FileStore) -> None:
    log.write_bytes(TRAP * 50)
    store.poll()
    work = Count(store, Runner(RUNAWAY))
    began = now_s()
    longest = 0.0
    failure = ""
    while not failure:
        slice_began = now_s()
        try:
            work.step(BLOCK)
        except TooSlow as error:
            failure = str(error)
        longest = max(longest, now_s() - slice_began)
        time.sleep(0.002)
    assert failure == "(a+)+b takes too long on a line here: say it more simply"
    assert now_s() - began < 4  # 2 s where the machine is not shared
    assert longest < 0.5
    work.close()


def test_a_pattern_that_is_slow_only_over_many_lines_is_shown_them_one_by_one(
    log: Path, store: FileStore
) -> None:
    """Each of its spaces may run to the end of the block, but never to the end of a long line."""
    log.write_bytes(b"\n" * 200_000 + b"z: 1\n")
    store.poll()
    assert count(store, Pattern("\\s+z|\\s*\\d$", True)) == 1


def test_is_cancelled_at_once_in_the_middle_of_a_line(log: Path, store: FileStore) -> None:
    log.write_bytes(TRAP)
    store.poll()
    work = Count(store, Runner(RUNAWAY))
    deadline = now_s() + 10
    while not work.is_waiting and now_s() < deadline:
        work.step(BLOCK)
    began = now_s()
    work.close()
    assert now_s() - began < 0.1
    assert not work.step()


def test_a_pattern_whose_words_are_nowhere_starts_no_process(log: Path, store: FileStore) -> None:
    log.write_bytes(b"ccccb\n" * 1000)
    store.poll()
    work = Count(store, Runner(RUNAWAY))
    assert not work.step(2 * BLOCK)
    assert (work.hits, work.is_done) == (0, True)
