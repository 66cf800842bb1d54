"""The follower without a file, with one it may not read, and going on where an earlier one stood."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lines.test_follow import append, lines_of, markers_of, poll_all, turns_of
from thunes_tui.lines.follow import Follower, Start, State
from thunes_tui.lines.identity import Place
from thunes_tui.lines.reader import Chunk
from thunes_tui.lines.turn import Marker, Turn


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "bot.log"


@pytest.fixture
def followed(log: Path) -> Iterator[Follower]:
    follower = Follower(log, Start.BEGINNING)
    yield follower
    follower.close()


class TestTrouble:
    def test_waits_for_a_missing_file_and_reads_it_from_its_beginning(self, log: Path) -> None:
        follower = Follower(log, Start.END)
        assert turns_of(poll_all(follower)) == [Turn.MISSING]
        assert (poll_all(follower), follower.state) == ([], State.MISSING)
        append(log, b"1\n")
        found = poll_all(follower)
        assert (lines_of(found), turns_of(found)) == ([b"1"], [Turn.APPEARED])
        follower.close()

    def test_says_that_a_folder_is_no_log_and_recovers(self, log: Path, followed: Follower) -> None:
        log.mkdir()
        found = markers_of(poll_all(followed))
        assert [(m.kind, m.detail) for m in found] == [(Turn.UNREADABLE, "bot.log: it is a folder")]
        log.rmdir()
        append(log, b"1\n")
        assert lines_of(poll_all(followed)) == [b"1"]

    def test_never_waits_for_a_pipe(self, log: Path, followed: Follower) -> None:
        os.mkfifo(log)
        assert turns_of(poll_all(followed)) == [Turn.UNREADABLE]

    def test_names_a_loop_of_links(self, log: Path, followed: Follower) -> None:
        log.symlink_to(log)
        assert "symbolic links" in markers_of(poll_all(followed))[0].detail

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_recovers_when_the_file_becomes_readable(self, log: Path, followed: Follower) -> None:
        append(log, b"1\n")
        log.chmod(0)
        assert turns_of(poll_all(followed)) == [Turn.UNREADABLE]
        log.chmod(0o600)
        assert lines_of(poll_all(followed)) == [b"1"]


class TestResume:
    def stop(self, log: Path) -> Place:
        append(log, b"%064d\n" % 1)
        follower = Follower(log, Start.BEGINNING)
        poll_all(follower)
        place = follower.place()
        follower.close()
        assert place is not None
        return Place(**place.to_json())  # type: ignore[arg-type]  # plain numbers and text by field name

    def resume(self, log: Path, place: Place) -> list[Chunk | Marker]:
        follower = Follower(log, place)
        found = poll_all(follower)
        follower.close()
        return found

    def test_goes_on_where_it_stood(self, log: Path) -> None:
        place = self.stop(log)
        append(log, b"2\n")
        found = self.resume(log, place)
        assert (lines_of(found), turns_of(found)) == ([b"2"], [])

    def test_finds_the_file_under_its_new_names(self, log: Path) -> None:
        place = self.stop(log)
        append(log, b"2\n")
        log.rename(f"{log}.1")
        append(log, b"3\n")
        Path(f"{log}.1").rename(f"{log}.2")
        log.rename(f"{log}.1")
        append(log, b"4\n")
        found = self.resume(log, place)
        assert (lines_of(found), turns_of(found)) == ([b"2", b"3", b"4"], [Turn.ROTATED, Turn.ROTATED])

    def test_says_that_the_content_is_another_one(self, log: Path) -> None:
        place = self.stop(log)
        log.write_bytes(b"%064d\n" % 2 + b"more\n")
        found = markers_of(self.resume(log, place))
        assert [(m.kind, m.possible_loss) for m in found] == [(Turn.TRUNCATED, True)]

    def test_says_that_the_old_file_is_gone(self, log: Path) -> None:
        place = self.stop(log)
        log.rename(log.with_name("keeps-the-inode-busy"))
        append(log, b"2\n")
        log.with_name("keeps-the-inode-busy").unlink()
        found = self.resume(log, place)
        assert lines_of(found) == [b"2"]
        assert [(m.kind, m.possible_loss) for m in markers_of(found)] == [(Turn.RECREATED, True)]
