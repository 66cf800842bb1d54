"""The server's side of the keeper: take the terminal over, and tell it when the drill is closed."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass
from typing import Any

from thunes_tui import localsocket
from thunes_tui.errors import Unusable

PATIENCE = 5.0
"""Seconds for the handover."""
HEADER_MAX = 4096


class Gone(Unusable):
    """No keeper listens there: the shell it had is gone too."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A terminal taken over. The keeper keeps its own copy; closing these ends nothing in it."""

    link: socket.socket
    """While it is open the server reads the terminal; its end makes the keeper read. It carries one line,
    `{"ended": true, "status": N}`, when the shell ends, and ends with the keeper. Blocking."""
    master: int
    """The terminal's master, non-blocking. The server sets the terminal's size on it."""
    marks: int
    """Where the shell's marks are read; blocking, as it came."""
    pid: int
    """The shell, as seen from here."""
    key: str
    """For `marks.parse_marks`."""
    spool: bytes
    """What was printed while no server was there; the newest of it."""
    lost: int
    """Bytes before `spool` that are gone."""
    ended: bool
    """Whether the shell has ended already."""
    status: int | None = None
    """How: its exit status, or the signal that killed it as a negative number; None where nobody knows."""

    def kept(self) -> None:
        """The server has recorded the spool: the keeper need not hold it any longer."""
        self.link.sendall(b"kept\n")

    def close_drill(self) -> None:
        """The drill is closed: the keeper ends once no job is left in the terminal."""
        self.link.sendall(b"close\n")

    def leave(self) -> None:
        """Give the terminal back to the keeper."""
        self.link.close()
        os.close(self.master)
        os.close(self.marks)


def take(socket_path: str) -> Taken:
    """Take the terminal over from the keeper at `socket_path`; waits some seconds while another has it.

    Raises Gone where nobody listens, and Unusable where the keeper does not hand it over.
    """
    try:
        link = localsocket.connect(socket_path)
    except (ConnectionRefusedError, FileNotFoundError) as error:
        raise Gone(f"the drill's shell is gone ({error.strerror}): start it again") from error
    except OSError as error:
        raise Unusable(f"the drill's shell cannot be reached ({error.strerror}): try again") from error
    link.settimeout(PATIENCE)
    try:
        header, rest, descriptors = _header(link)
        facts: dict[str, Any] = json.loads(header)
        while len(rest) < facts["spool"]:
            more = link.recv(1 << 16)
            if not more:
                raise OSError("cut short")
            rest += more
    except (EOFError, ConnectionResetError) as error:  # it ended with us in its queue
        link.close()
        raise Gone("the drill's shell has just ended: start it again") from error
    except (OSError, ValueError, KeyError) as error:
        link.close()
        raise Unusable(f"the drill's shell is not handed over ({error}): is another server on it?") from error
    link.settimeout(None)
    return Taken(
        link,
        *descriptors,
        facts["pid"],
        facts["key"],
        rest,
        facts["lost"],
        facts["ended"],
        facts.get("status"),
    )


def status_told(line: bytes) -> int | None:
    """How the shell has ended, by what the keeper says when it does; None where it does not say."""
    try:
        status = json.loads(line).get("status")
    except (ValueError, AttributeError):
        return None
    return status if isinstance(status, int) else None


def _header(link: socket.socket) -> tuple[bytes, bytes, tuple[int, int]]:
    """The JSON line, what came after it, and the two descriptors. Raises OSError; EOFError at its end."""
    data, descriptors = b"", list[int]()
    while b"\n" not in data:
        if len(data) > HEADER_MAX:
            raise OSError("not a keeper")
        more, given, _flags, _address = socket.recv_fds(link, HEADER_MAX, 2)
        if not more:
            raise EOFError
        data += more
        descriptors += given
    header, _, rest = data.partition(b"\n")
    if len(descriptors) != 2:
        raise OSError("no terminal in it")
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    return header, rest, (descriptors[0], descriptors[1])
