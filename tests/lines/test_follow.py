"""The follower against everything that happens to a log."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lines.writing import Writer
from thunes_tui.lines.follow import Follower, Start, State
from thunes_tui.lines.reader import Chunk
from thunes_tui.lines.turn import Marker, Turn


def lines_of(found: list[Chunk | Marker]) -> list[bytes]:
    lines: list[bytes] = []
    for item in found:
        if isinstance(item, Chunk):
            lines += item.data.splitlines()
    return lines


def turns_of(found: list[Chunk | Marker]) -> list[Turn]:
    return [item.kind for item in found if isinstance(item, Marker)]


def markers_of(found: list[Chunk | Marker]) -> list[Marker]:
    return [item for item in found if isinstance(item, Marker)]


def poll_all(follower: Follower, budget: int = 1 << 20) -> list[Chunk | Marker]:
    found = follower.poll(budget)
    while follower.more:
        found += follower.poll(budget)
    return found


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "bot.log"


@pytest.fixture
def followed(log: Path) -> Iterator[Follower]:
    follower = Follower(log, Start.BEGINNING)
    yield follower
    follower.close()


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 5)),
        st.tuples(st.just("write_partial")),
        st.tuples(st.just("rename")),
        st.tuples(st.just("delete")),
        st.tuples(st.just("truncate"), st.integers(0, 6)),
        st.tuples(st.just("poll")),
        st.tuples(st.just("poll")),
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(operations=OPERATIONS, budget=st.sampled_from([1, 1 << 20]))
def test_delivers_what_a_perfect_follower_would(operations: list[tuple[str, int]], budget: int) -> None:
    """Rename loses nothing, not even rotated twice between two looks; all other loss is said."""
    with tempfile.TemporaryDirectory() as folder:
        writer = Writer(Path(folder) / "bot.log")
        follower = Follower(writer.path, Start.BEGINNING)
        try:
            found: list[Chunk | Marker] = poll_all(follower, budget)
            for name, *arguments in operations:
                getattr(writer, name)(*arguments)
                if name == "poll":
                    found += poll_all(follower, budget)

            writer.poll()
            found += poll_all(follower, budget)
            assert lines_of(found) == writer.delivered
            assert not writer.lost or any(marker.possible_loss for marker in markers_of(found))
            torn = follower.drain()
            assert lines_of(torn) == ([writer.chain[0].partial] if writer.chain[0].partial else [])
        finally:
            follower.close()


class TestLines:
    def test_keeps_a_partial_line_back_until_its_newline(self, log: Path, followed: Follower) -> None:
        append(log, b"one\ntw")
        assert lines_of(poll_all(followed)) == [b"one"]
        assert followed.held == b"tw"
        append(log, b"o\nthree\n")
        chunks = poll_all(followed)
        assert lines_of(chunks) == [b"two", b"three"]
        assert [c.offset for c in chunks if isinstance(c, Chunk)] == [4]

    def test_drains_a_partial_line_as_torn(self, log: Path, followed: Follower) -> None:
        append(log, b"one\ntw")
        found = followed.drain()
        assert [(c.data, c.torn) for c in found if isinstance(c, Chunk)] == [(b"one\n", False), (b"tw", True)]

    def test_clips_a_line_without_end_in_bounded_memory(self, log: Path) -> None:
        follower = Follower(log, Start.BEGINNING, keep=1000)
        append(log, b"first\n" + b"x" * 3_000_000)
        assert lines_of(poll_all(follower)) == [b"first"]
        assert len(follower.held) == 1000
        append(log, b"y\nlast\n")
        chunks = [item for item in poll_all(follower) if isinstance(item, Chunk)]
        follower.close()
        assert [(c.offset, len(c.data), c.length) for c in chunks] == [
            (6, 1000, 3_000_002),
            (3_000_008, 5, 5),
        ]
        assert chunks[0].clipped_bytes == 3_000_001 - 1000
        assert chunks[1].data == b"last\n"

    def test_starts_at_the_end_with_the_whole_of_an_unfinished_line(self, log: Path) -> None:
        append(log, b"old\nunfin")
        follower = Follower(log)
        assert lines_of(poll_all(follower)) == []
        append(log, b"ished\n")
        assert lines_of(poll_all(follower)) == [b"unfinished"]
        follower.close()

    def test_respects_its_budget(self, log: Path, followed: Follower) -> None:
        append(log, b"x" * 99 + b"\n")
        append(log, (b"y" * 99 + b"\n") * 20_000)
        first = lines_of(followed.poll(1))
        assert len(first) <= 262_144 // 100 + 1
        assert followed.more
        assert len(first) + len(lines_of(poll_all(followed))) == 20_001


class TestTurns:
    def test_reads_the_old_file_to_its_end_before_the_new_one(self, log: Path, followed: Follower) -> None:
        append(log, b"1\n")
        poll_all(followed)
        append(log, b"2\ntorn")
        log.rename(f"{log}.1")
        append(log, b"3\n")
        found = poll_all(followed)
        assert lines_of(found) == [b"2", b"torn", b"3"]
        assert [(m.kind, m.possible_loss) for m in markers_of(found)] == [(Turn.ROTATED, False)]
        assert markers_of(found)[0].file == followed.file
        assert followed.file is not None
        assert followed.file.generation == 1

    def test_waits_with_the_old_file_while_the_new_one_is_empty(self, log: Path, followed: Follower) -> None:
        """logrotate makes the new file before it tells the bot, which goes on in the old one for a while."""
        append(log, b"1\n")
        poll_all(followed)
        old = log.rename(f"{log}.1")
        log.touch()
        assert poll_all(followed) == []
        append(old, b"2\n")
        assert lines_of(poll_all(followed)) == [b"2"]
        append(old, b"3\n")
        append(log, b"4\n")
        assert lines_of(poll_all(followed)) == [b"3", b"4"]

    def test_says_when_the_old_file_is_written_to_too_late(self, log: Path, followed: Follower) -> None:
        append(log, b"1\n")
        poll_all(followed)
        old = log.rename(f"{log}.1")
        append(log, b"2\n")
        poll_all(followed)
        append(old, b"late\n")
        late = markers_of(poll_all(followed))
        assert [(m.kind, m.possible_loss) for m in late] == [(Turn.LATE, True)]
        assert poll_all(followed) == []

    def test_takes_the_end_of_a_truncated_file_from_its_copy(self, log: Path, followed: Follower) -> None:
        append(log, b"%064d\n" % 1)
        poll_all(followed)
        append(log, b"unread\n")
        Path(f"{log}.1").write_bytes(log.read_bytes())
        os.truncate(log, 0)
        append(log, b"new\n")
        found = poll_all(followed)
        assert lines_of(found) == [b"unread", b"new"]
        assert [(m.kind, m.possible_loss) for m in markers_of(found)] == [(Turn.TRUNCATED, True)]

    def test_does_not_take_a_copy_for_a_missed_generation(self, log: Path, followed: Follower) -> None:
        append(log, b"%0100d\n" % 1)
        poll_all(followed)
        Path(f"{log}.bak").write_bytes(log.read_bytes())
        log.rename(f"{log}.1")
        append(log, b"%0100d\n" % 2)
        assert len(lines_of(poll_all(followed))) == 1

    def test_sees_a_file_overwritten_to_the_same_size(self, log: Path, followed: Follower) -> None:
        append(log, b"aaaa\n")
        poll_all(followed)
        log.write_bytes(b"bbbb\n")
        found = poll_all(followed)
        assert lines_of(found) == [b"bbbb"]
        assert turns_of(found) == [Turn.TRUNCATED]

    def test_sees_a_file_overwritten_behind_the_same_beginning(self, log: Path, followed: Follower) -> None:
        head = b"%01500d\n" % 0
        append(log, head + b"old\n")
        poll_all(followed)
        log.write_bytes(head + b"new\nmore\n")
        found = poll_all(followed)
        assert lines_of(found)[1:] == [b"new", b"more"]
        assert turns_of(found) == [Turn.TRUNCATED]

    def test_skips_the_hole_under_a_writer_that_kept_its_offset(self, log: Path, followed: Follower) -> None:
        with log.open("wb", buffering=0) as writer:
            writer.write(b"x" * 300_000 + b"\n")
            poll_all(followed)
            os.truncate(log, 0)
            poll_all(followed)
            writer.write(b"after\n")
            chunks = [item for item in poll_all(followed) if isinstance(item, Chunk)]
        assert [(c.offset, c.data) for c in chunks] == [(300_001, b"after\n")]

    def test_follows_a_symlink_that_switches(self, log: Path, tmp_path: Path, followed: Follower) -> None:
        append(tmp_path / "a", b"1\n")
        append(tmp_path / "b", b"3\n")
        log.symlink_to("a")
        poll_all(followed)
        append(tmp_path / "a", b"2\n")
        log.unlink()
        log.symlink_to("b")
        found = poll_all(followed)
        assert lines_of(found) == [b"2", b"3"]
        assert [(m.kind, m.possible_loss) for m in markers_of(found)] == [(Turn.SWITCHED, True)]

    def test_goes_on_reading_a_deleted_file(self, log: Path, followed: Follower) -> None:
        with log.open("ab", buffering=0) as writer:
            writer.write(b"1\n")
            poll_all(followed)
            log.unlink()
            assert poll_all(followed) == []
            assert turns_of(poll_all(followed)) == [Turn.MISSING]
            writer.write(b"2\n")
            assert lines_of(poll_all(followed)) == [b"2"]
        append(log, b"3\n")
        found = poll_all(followed)
        assert (lines_of(found), turns_of(found)) == ([b"3"], [Turn.RECREATED])
        assert followed.state is State.FOLLOWING
