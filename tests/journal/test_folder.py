"""Session folders: private, not to be hijacked, and listed for what they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.journal.journals import clock, laid_out, written
from thunes_tui.errors import Unusable
from thunes_tui.journal.folder import create_folder, list_sessions, sessions_root
from thunes_tui.journal.ownership import open_private, private_folder, require_local
from thunes_tui.journal.writer import Journal


def test_sessions_lie_under_the_state_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert sessions_root() == tmp_path / "state" / "thunes-tui" / "sessions"


def test_a_new_folder_is_private_even_when_the_umask_gives_everything(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "deep" / "state"))
    old = os.umask(0)
    try:
        folder = create_folder("2025-10-09-7f3a")
        journal = Journal.create(folder, clock(), "drill.opened", {})
        journal.close()
    finally:
        os.umask(old)
    for path in (folder, folder.parent, folder.parent.parent, tmp_path / "deep", folder / "evidence"):
        assert path.stat().st_mode & 0o777 == 0o700, path
    assert journal.path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Unusable, match="exists already"):
        create_folder("2025-10-09-7f3a")


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "x" * 81, "a\n"])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unusable, match="cannot name a session"):
        create_folder(name, tmp_path / "root")


def test_a_symbolic_link_for_a_folder_or_a_file_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "real", 3)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(Unusable, match="symbolic link"):
        Journal.resume(tmp_path / "link", clock())
    other = laid_out(tmp_path / "s", b"")
    other.unlink()
    other.symlink_to(path)
    with pytest.raises(Unusable, match="symbolic link"):
        Journal.resume(tmp_path / "s", clock())
    other.unlink()
    other.parent.joinpath("lock").unlink()
    other.parent.joinpath("lock").symlink_to(tmp_path / "elsewhere")
    other.touch(0o600)
    with pytest.raises(Unusable, match="symbolic link"):
        Journal.resume(tmp_path / "s", clock())
    assert not (tmp_path / "elsewhere").exists()


def test_a_fifo_a_hard_link_and_a_shared_file_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo", 0o600)
    with pytest.raises(Unusable, match="not a regular file"):
        open_private(tmp_path / "fifo", os.O_RDWR)
    path = written(tmp_path / "s", 3)
    os.link(path, tmp_path / "second")
    with pytest.raises(Unusable, match="second name"):
        Journal.resume(tmp_path / "s", clock())
    (tmp_path / "second").unlink()
    path.chmod(0o666)
    with pytest.raises(Unusable, match="may be written by others"):
        Journal.resume(tmp_path / "s", clock())


def test_a_folder_that_others_may_write_is_refused_and_a_readable_one_is_closed(tmp_path: Path) -> None:
    written(tmp_path / "s", 3)
    (tmp_path / "s").chmod(0o775)
    with pytest.raises(Unusable, match="may be written by others"):
        Journal.resume(tmp_path / "s", clock())
    (tmp_path / "s").chmod(0o755)
    (tmp_path / "s" / "journal.jsonl").chmod(0o644)
    journal, _ = Journal.resume(tmp_path / "s", clock())
    journal.close()
    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o700
    assert journal.path.stat().st_mode & 0o777 == 0o600


def test_a_parent_that_others_may_swap_is_refused(tmp_path: Path) -> None:
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    with pytest.raises(Unusable, match="choose another place"):
        private_folder(open_to_all / "s", create=True)
    open_to_all.chmod(0o1777)
    private_folder(open_to_all / "s", create=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_belongs_to_another_user_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "s", 3)
    os.chown(path, 12345, -1)
    with pytest.raises(Unusable, match="belongs to another user"):
        Journal.resume(tmp_path / "s", clock())
    os.chown(path, 0, -1)
    os.chown(tmp_path / "s", 12345, -1)
    with pytest.raises(Unusable, match="belongs to another user"):
        Journal.resume(tmp_path / "s", clock())


def test_a_local_folder_is_local(tmp_path: Path) -> None:
    require_local(tmp_path)


def test_sessions_are_listed_with_what_can_be_told_of_each(tmp_path: Path) -> None:
    assert list_sessions(tmp_path / "nothing") == ()
    root = tmp_path / "root"
    root.mkdir(mode=0o700)
    ended = Journal.create(root / "ended", clock(), "drill.opened", {})
    ended.append("drill.ended", {"decision": "GO"}, sync=True)
    ended.append("client.left", {"client": 1})
    ended.close()
    running = Journal.create(root / "running", clock(), "drill.opened", {})
    laid_out(root / "empty", b"")
    laid_out(root / "noise", b"nonsense\n")
    (root / "no-session").mkdir()
    found = {entry.id: entry for entry in list_sessions(root)}
    running.close()
    assert sorted(found) == ["empty", "ended", "noise", "running"]
    assert (found["ended"].running, found["ended"].ended, found["ended"].records) == (False, True, 3)
    assert (found["running"].running, found["running"].ended, found["running"].records) == (True, False, 1)
    assert found["ended"].opened < found["ended"].last
    assert found["empty"].problem == "it never began"
    assert found["noise"].problem


def test_looking_at_sessions_never_keeps_a_writer_out(tmp_path: Path) -> None:
    import threading

    written(tmp_path / "root" / "s", 3)
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            list_sessions(tmp_path / "root")

    looker = threading.Thread(target=look)
    looker.start()
    try:
        for _ in range(30):
            Journal.resume(tmp_path / "root" / "s", clock())[0].close()
    finally:
        stop.set()
        looker.join()
