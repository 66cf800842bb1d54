"""A pseudo-terminal with one bash in it, in this world or in another one's namespaces."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import resource
import secrets
import signal
import struct
import termios
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from thunes_tui.marks import MARKS_FD
from thunes_tui.shellrc import RC_FD, SHELL

HIGHEST = 1 << 30
PIPE_BYTES = 1 << 20
NEWUSER, NEWNS, NEWPID = 0x10000000, 0x00020000, 0x20000000


@dataclass(frozen=True)
class KeeperSpec:
    """What to keep. Everything is handed on in memory: nothing of it stands in an argument list."""

    socket_path: str
    rc: bytes
    """The shell's start file; see `thunes_tui.shellrc`."""
    env: dict[str, str] = field(default_factory=dict)
    """The whole environment of the shell."""
    cwd: str = "/"
    """Where the shell begins, as its world names it."""
    cols: int = 80
    rows: int = 24
    world_pid: int | None = None
    """A process whose user, mount and process namespaces the shell enters; None: stay in ours."""
    shell: tuple[str, ...] = SHELL


@dataclass(frozen=True, slots=True)
class Shell:
    """A terminal with the shell in it, as its keeper holds it."""

    master: int
    marks: int
    pid: int
    """As seen from here, whatever the shell's own world calls it."""
    death: int
    """A descriptor that becomes readable when the shell has ended."""
    rdev: int
    """The terminal's device number, as /proc/PID/stat gives it."""
    key: str


def open_shell(spec: KeeperSpec) -> Shell:
    """A new terminal with the shell in it. Raises OSError."""
    master, slave = os.openpty()
    os.set_blocking(master, False)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", spec.rows, spec.cols, 0, 0))
    marks, marks_end = os.pipe()
    with contextlib.suppress(OSError):  # the system's limit may be lower
        fcntl.fcntl(marks, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    key = secrets.token_hex(16)
    told, tell = os.pipe()
    wait, go = os.pipe()
    if os.fork() == 0:
        os.close(go)
        _enter_and_exec(spec, slave, marks_end, (tell, wait), f"__thunes_key={key}\n".encode() + spec.rc)
    os.close(tell)
    os.close(wait)
    with open(told, "rb") as answer:
        said = answer.read().decode()
    if not said.isdigit():
        raise OSError(said or "the shell's process died")
    rdev = os.fstat(slave).st_rdev
    os.close(slave)
    os.close(marks_end)
    shell = int(said)
    death = os.pidfd_open(shell)
    os.close(go)
    return Shell(master, marks, shell, death, rdev, key)


def _enter_and_exec(spec: KeeperSpec, slave: int, marks: int, pipes: tuple[int, int], rc: bytes) -> NoReturn:
    """In a child: enter the world, fork the shell into it, tell its pid as seen from here, wait with it.

    A process namespace is entered by children only, hence the further fork. A shell that dies at once stays a
    zombie until the other side, which holds the second pipe, knows it for certain.
    """
    tell, wait = pipes
    try:
        if spec.world_pid is not None:
            enter(spec.world_pid)
        shell = os.fork()
        if shell == 0:
            _become_shell(spec, slave, marks, rc)
        os.write(tell, str(shell).encode())
        os.close(tell)
        os.read(wait, 1)
        close_all_but()
        _end_alike(os.waitpid(shell, 0)[1])
    except OSError as error:
        with contextlib.suppress(OSError):
            os.write(tell, f"{error.strerror or error}".encode())
    finally:
        os._exit(0)


def _end_alike(status: int) -> NoReturn:
    """End as the shell did, for whoever waits for this process: the keeper is not the shell's parent."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(OSError, ValueError):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(max(0, code))


def enter(world_pid: int) -> None:
    """Join the namespaces of a process, the user's only where it is another. Raises OSError."""
    world = os.pidfd_open(world_pid)
    kinds = {"user": NEWUSER, "mnt": NEWNS, "pid": NEWPID}
    flags = 0
    for name, flag in kinds.items():
        theirs, ours = (Path(f"/proc/{pid}/ns/{name}").stat().st_ino for pid in (world_pid, "self"))
        flags |= flag if theirs != ours else 0
    if flags and ctypes.CDLL(None, use_errno=True).setns(world, flags):
        raise OSError(
            ctypes.get_errno(), f"cannot enter the drill's world: {os.strerror(ctypes.get_errno())}"
        )


def _become_shell(spec: KeeperSpec, slave: int, marks: int, rc: bytes) -> NoReturn:
    """Make the terminal ours, lay out the descriptors, exec."""
    try:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        script = os.memfd_create("rc")
        os.write(script, rc)
        for given, number in ((slave, 0), (slave, 1), (slave, 2), (marks, MARKS_FD), (script, RC_FD)):
            os.dup2(given, number)
        close_all_but(MARKS_FD, RC_FD)
        for number in signal.valid_signals():
            with contextlib.suppress(OSError, ValueError):
                signal.signal(number, signal.SIG_DFL)
        with contextlib.suppress(OSError):
            os.chdir(spec.cwd)
        os.execvpe(spec.shell[0], spec.shell, spec.env)  # noqa: S606 - this is the shell
    except OSError as error:
        os.write(2, f"cannot run {spec.shell[0]}: {error.strerror}\r\n".encode())
    finally:
        os._exit(127)


def close_all_but(*wanted: int) -> None:
    """Close every descriptor but the standard three and the wanted: a journal's lock may be among them.

    Without /proc, which shows another world's processes once that world was entered.
    """
    first = 3
    for descriptor in sorted(wanted):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, HIGHEST)
