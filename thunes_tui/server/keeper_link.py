"""The server's end of the keeper: the PTY's master and the marks pipe, handed over by SCM_RIGHTS."""

from __future__ import annotations

import array
import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from thunes_tui import localsocket
from thunes_tui.errors import Unusable

HEADER_LIMIT = 65536
READY_S = 5.0
CLOSE = b"close\n"


@dataclass(frozen=True, slots=True)
class KeeperLink:
    """An open connection to a keeper; while it stands, the keeper leaves reading to us."""

    sock: socket.socket
    master: int
    """Master side of the shell's terminal, non-blocking."""
    marks: int
    """Read end of the pipe on which the shell tells what it runs, non-blocking."""
    pid: int
    """Of the shell, as the box counts."""
    spool: bytes
    """What the shell printed while no server was there."""
    lost: int
    """Bytes of it that the keeper could not hold."""
    key: str
    """What every true mark opens with."""
    ended: bool
    """The shell is gone already; only its last output is left."""

    def close_drill(self) -> None:
        """The drill is closed: the keeper ends once no job is left."""
        try:
            self.sock.sendall(CLOSE)
        except OSError:
            pass  # it has gone already

    def disconnect(self) -> None:
        """The keeper reads again from now on."""
        for descriptor in (self.master, self.marks):
            os.close(descriptor)
        self.sock.close()


def connect(path: Path) -> KeeperLink:
    """Take the shell over from its keeper. Raises Unusable when none answers."""
    try:
        sock = localsocket.connect(path)
        sock.settimeout(READY_S)
        return _handed_over(sock)
    except (OSError, ValueError, KeyError) as error:
        raise Unusable(
            f"the keeper of the drill's shell does not answer ({error}): start a new session"
        ) from error


def _handed_over(sock: socket.socket) -> KeeperLink:
    descriptors = array.array("i")
    size = socket.CMSG_SPACE(2 * descriptors.itemsize)
    data, ancillary, _flags, _address = sock.recvmsg(HEADER_LIMIT, size)
    for level, kind, raw in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(raw[: len(raw) - len(raw) % descriptors.itemsize])
    while b"\n" not in data:
        more = sock.recv(HEADER_LIMIT)
        if not more:
            raise ConnectionResetError(104, "the keeper closed the connection")
        data += more
    header, _, spool = data.partition(b"\n")
    facts = json.loads(header)
    while len(spool) < int(facts["spool"]):
        more = sock.recv(HEADER_LIMIT)
        if not more:
            break
        spool += more
    master, marks = descriptors
    for descriptor in (master, marks):
        os.set_inheritable(descriptor, False)
        os.set_blocking(descriptor, False)
    return KeeperLink(
        sock,
        master,
        marks,
        int(facts["pid"]),
        bytes(spool),
        int(facts["lost"]),
        str(facts["key"]),
        bool(facts["ended"]),
    )
