"""Owns the drill's terminal and its one bash, so that no server and no screen is needed for their life.

When a pseudo-terminal's master closes, the jobs in it die: the bot that was just restarted in Test 3 with
them. The keeper is a small process that holds the master for as long as the drill is open or a job is left.
It hands copies to the session server; while none is connected it reads what the jobs print, so that they
never block, and keeps the newest megabyte of it in memory, as secrets never reach the disk.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from thunes_tui import localsocket
from thunes_tui.errors import Unusable
from thunes_tui.ptyshell import KeeperSpec, Shell, close_all_but, open_shell
from thunes_tui.title import neutralise

__all__ = ["KeeperSpec", "start"]

SPOOL_BYTES = 1 << 20
PATIENCE = 5.0
"""Seconds that a server has to take the handover, and a hung-up shell to end."""
LOOK_EVERY = 0.25
"""Seconds between looks for jobs once the drill is closed."""
ALONE_EVERY = 10.0
"""Seconds between looks whether a server can still come: with its socket gone, a keeper is closed."""
LINGER = 600.0
"""Seconds that the last output of a shell that ended by itself waits for a server."""


def start(spec: KeeperSpec) -> None:
    """Fork the keeper into a session of its own and return once its shell runs and its socket listens.

    To be called before threads and event loops exist. Raises Unusable with the reason where it cannot.
    """
    listener = localsocket.listen(spec.socket_path)
    told, tell = os.pipe()
    middle = os.fork()
    if middle == 0:
        os.setsid()
        if os.fork() == 0:
            _keep(spec, listener, tell)
        os._exit(0)
    os.close(tell)
    listener.close()
    os.waitpid(middle, 0)
    with open(told, "rb") as answer:
        trouble = answer.read().decode("utf-8", "replace")
    if trouble != "ready":
        Path(spec.socket_path).unlink(missing_ok=True)
        raise Unusable(f"the drill's shell could not be started: {trouble or 'its keeper died'}")


def main() -> None:
    """For a server that has threads and must not fork: the spec comes on standard input.

    Ends with 1, and the reason on standard output, where there is no shell to be had.
    """
    neutralise()
    given = json.load(sys.stdin)
    try:
        start(KeeperSpec(**{**given, "rc": given["rc"].encode(), "shell": tuple(given["shell"])}))
    except (Unusable, OSError) as error:
        sys.stdout.write(str(error))
        sys.stdout.flush()
        os._exit(1)


@dataclass(slots=True)
class Kept:
    """The keeper's whole state."""

    shell: Shell
    can_come: Callable[[], bool]
    """Whether a server still finds the socket."""
    spool: bytearray = field(default_factory=bytearray)
    lost: int = 0
    link: socket.socket | None = None
    taken: bool = False
    """Whether a server has recorded all that was printed."""
    closing: bool = False
    alive: bool = True
    status: int | None = None
    """How the shell has ended: its exit status, or the signal that killed it as a negative number."""
    mute: bool = False
    """Nobody has the terminal open, so nothing can be read."""

    def ending(self) -> bool:
        """Whether the keeper only waits for the last job."""
        return self.closing or not self.alive


def _keep(spec: KeeperSpec, listener: socket.socket, tell: int) -> NoReturn:
    """The keeper's process: open the terminal, start the shell, serve until nothing is left."""
    code, own = 1, 0
    try:
        own = _socket(spec.socket_path)
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # only `close` and the end of the last job end a keeper
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        os.chdir("/")
        close_all_but(listener.fileno(), tell)  # the server's journal lock among them
        kept = Kept(open_shell(spec), lambda: _socket(spec.socket_path) == own)
        os.write(tell, b"ready")
        os.close(tell)
        _serve(kept, listener)
        code = 0
    except BaseException as error:  # noqa: BLE001 - the only way to tell is the pipe
        with contextlib.suppress(OSError):
            os.write(tell, f"{type(error).__name__}: {error}".encode())
    finally:
        if own and _socket(spec.socket_path) == own:  # not a later keeper's
            with contextlib.suppress(OSError):
                Path(spec.socket_path).unlink()
                Path(spec.socket_path).parent.rmdir()  # unless a server, or what one left, is in it
        os._exit(code)


def _socket(path: str) -> int:
    """Which socket it is that lies there; 0 for none."""
    try:
        return Path(path).stat().st_ino
    except OSError:
        return 0


def _serve(kept: Kept, listener: socket.socket) -> None:
    """Until the drill is closed (or the shell has ended) and no job is left."""
    waited = 0.0
    while True:
        kept.closing = kept.closing or (kept.link is None and not kept.can_come())
        if kept.ending() and not jobs(kept.shell.pid, kept.shell.rdev):
            if kept.alive:
                _hang_up(kept.shell.pid, signal.SIGHUP if waited < PATIENCE else signal.SIGKILL)
            elif kept.mute and (kept.closing or kept.taken or waited > LINGER):
                return
            waited += LOOK_EVERY
        for descriptor in _ready(kept, listener):
            if descriptor == kept.shell.master:
                if kept.link is None:  # a server that came in this very round reads from now on
                    _drain(kept)
            elif descriptor == kept.shell.death:
                _bury(kept)
            elif descriptor == listener.fileno():
                _hand_over(kept, listener.accept()[0])
            else:
                _obey(kept)


def _ready(kept: Kept, listener: socket.socket) -> list[int]:
    """Descriptors with something to do; waits no longer than a look where no event will come."""
    poll = select.poll()
    if kept.alive:
        poll.register(kept.shell.death, select.POLLIN)
    poll.register(listener if kept.link is None else kept.link, select.POLLIN)
    if kept.link is None and not kept.mute:
        poll.register(kept.shell.master, select.POLLIN)
    if kept.link is not None or kept.mute:
        kept.mute = _nobody_writes(kept.shell.master)
    patience = LOOK_EVERY if kept.ending() or kept.mute else ALONE_EVERY if kept.link is None else None
    return [fd for fd, _event in poll.poll(patience if patience is None else patience * 1000)]


def _nobody_writes(master: int) -> bool:
    """Whether no process has the terminal open any more."""
    poll = select.poll()
    poll.register(master, 0)
    return any(event & select.POLLHUP for _descriptor, event in poll.poll(0))


def jobs(shell: int, rdev: int) -> list[int]:
    """Processes of the shell's session or terminal other than the shell; zombies do not count.

    The session counts as well as the terminal, because the end of the shell takes the terminal from the rest.
    """
    found = []
    for name in (entry.name for entry in Path("/proc").iterdir()):
        if not name.isdigit() or int(name) == shell:
            continue
        with contextlib.suppress(OSError, IndexError, ValueError):
            stat = Path("/proc", name, "stat").read_bytes().rpartition(b")")[2].split()
            state, session, tty = stat[0], int(stat[3]), int(stat[4])
            if state not in (b"Z", b"X") and (session == shell or tty == rdev):
                found.append(int(name))
    return found


def _hang_up(shell: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(shell, number)
        os.kill(shell, signal.SIGCONT)


def _bury(kept: Kept) -> None:
    """The shell has ended: tell the server, and let go of what waited for it."""
    kept.alive = False
    os.close(kept.shell.death)
    with contextlib.suppress(OSError):
        kept.status = os.waitstatus_to_exitcode(os.waitpid(-1, 0)[1])
    if kept.link is not None:
        with contextlib.suppress(OSError):
            kept.link.sendall(json.dumps({"ended": True, "status": kept.status}).encode() + b"\n")


def _drain(kept: Kept) -> None:
    """Read what the jobs print, so that they never block; keep the newest of it."""
    try:
        data = os.read(kept.shell.master, 1 << 16)
    except BlockingIOError:
        return
    except OSError:  # nobody has the terminal open
        kept.mute = True
        return
    kept.taken = False
    kept.spool += data
    over = len(kept.spool) - SPOOL_BYTES
    if over > 0:
        del kept.spool[:over]
        kept.lost += over


def _hand_over(kept: Kept, link: socket.socket) -> None:
    """One JSON line with the two descriptors, then what was printed in the meantime."""
    facts = {
        "pid": kept.shell.pid,
        "spool": len(kept.spool),
        "lost": kept.lost,
        "key": kept.shell.key,
        "ended": not kept.alive,
        "status": kept.status,
    }
    link.settimeout(PATIENCE)
    try:
        socket.send_fds(link, [json.dumps(facts).encode() + b"\n"], [kept.shell.master, kept.shell.marks])
        if kept.spool:  # whoever got the line may have said its word and gone by now
            link.sendall(kept.spool)
    except OSError:  # it died or does not read; nothing is given up
        link.close()
        return
    kept.link = link
    if not kept.spool:
        kept.taken, kept.lost = True, 0


def _obey(kept: Kept) -> None:
    """The server says `kept`, once what was spooled is recorded, and `close`; its end makes us read again.

    A server that fails before it has recorded the spool leaves it for the next one.
    """
    assert kept.link is not None
    try:
        said = kept.link.recv(4096)
    except OSError:
        said = b""
    kept.closing = kept.closing or b"close\n" in said
    if b"kept\n" in said:
        kept.taken, kept.lost = True, 0
        kept.spool.clear()
    if not said:
        kept.link.close()
        kept.link = None


if __name__ == "__main__":
    main()
