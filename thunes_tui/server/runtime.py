"""Where a session's sockets and step files lie while it runs: a folder each, 0700, under a neutral name."""

from __future__ import annotations

import os
import shutil
import stat
import time
from pathlib import Path

from thunes_tui import localsocket
from thunes_tui.clock import Clock
from thunes_tui.errors import Unusable

SERVER = "server"
KEEPER = "keeper"
YOUNG_S = 60.0
LETS_GO_S, PROBE_S = 0.4, 0.02


def runtime_root() -> Path:
    """`$XDG_RUNTIME_DIR/thunes-tui`, or `/tmp/thunes-tui-UID` on a box without one. Created private."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    root = Path(base) / "thunes-tui" if base else Path(f"/tmp/thunes-tui-{os.getuid()}")  # noqa: S108 - checked below
    return private(root)


def private(folder: Path) -> Path:
    """The folder, made 0700 if need be. Raises Unusable when somebody else could reach into it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise Unusable(f"cannot make the folder {folder}: {error.strerror}") from error
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise Unusable(f"{folder} is not a private folder of yours: remove it or set XDG_RUNTIME_DIR")
    return folder


def session_runtime(session: str) -> Path:
    """Folder of one session's sockets and step files."""
    return private(runtime_root() / session)


def answers(path: Path) -> bool:
    """Whether something listens at this Unix socket."""
    try:
        localsocket.connect(path).close()
    except OSError:
        return False
    return True


def goes_on_answering(path: Path, seconds: float = LETS_GO_S) -> bool:
    """The same, once a process that has just been told to end has had time to let go of its socket."""
    for _ in range(round(seconds / PROBE_S)):
        if not answers(path):
            return False
        time.sleep(PROBE_S)
    return answers(path)


def running_sessions() -> tuple[str, ...]:
    """Ids of the sessions whose server answers."""
    root = runtime_root()
    return tuple(sorted(p.name for p in root.iterdir() if p.is_dir() and answers(p / SERVER)))


def sweep(clock: Clock) -> None:
    """Remove the folders of sessions whose server and keeper are both gone: nothing in them is used again.

    A young one is left alone, for its session may be about to start.
    """
    for folder in runtime_root().iterdir():
        try:
            old = clock.now().t / 1e6 - folder.stat().st_mtime > YOUNG_S
        except OSError:
            continue
        if old and folder.is_dir() and not answers(folder / SERVER) and not answers(folder / KEEPER):
            shutil.rmtree(folder, ignore_errors=True)
