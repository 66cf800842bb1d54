"""Unix sockets that only their owner can reach, at paths of any length."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from thunes_tui.errors import Unusable

BACKLOG = 16


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name for `path` that fits into a socket's address (107 bytes), through its folder's descriptor."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def listen(path: str | Path) -> socket.socket:
    """Listen at `path`, mode 0600 in a folder made 0700. A socket that nobody listens on is replaced.

    Raises Unusable where somebody does.
    """
    path = Path(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    if path.is_socket():
        with contextlib.suppress(OSError):
            connect(path).close()
            raise Unusable(f"something already listens on the socket {path.name}: attach to it")
        path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    before = os.umask(0o177)
    try:
        with _short(path) as name:
            listener.bind(name)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    return listener


def connect(path: str | Path) -> socket.socket:
    """A blocking connection to the listener at `path`. Raises OSError where there is none."""
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        with _short(Path(path)) as name:
            link.connect(name)
    except OSError:
        link.close()
        raise
    return link
