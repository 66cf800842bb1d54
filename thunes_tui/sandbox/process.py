"""The sandbox's own processes: forked, never exec'd, and ended by their identity."""

from __future__ import annotations

import json
import os
import resource
import select
import signal
from collections.abc import Callable
from typing import NoReturn

from thunes_tui import title
from thunes_tui.errors import Unusable
from thunes_tui.sandbox.place import started

GONE_S = 5.0


def start(work: Callable[[int], None], what: str) -> tuple[int, dict[str, int]]:
    """Fork a process that tells one JSON object when it is ready. Raises Unusable with what it said."""
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(told)
        _child(work, tell)
    os.close(tell)
    with open(told, "rb") as answer:
        said = answer.readline()
    try:
        facts: dict[str, int] = json.loads(said)
    except ValueError:
        os.waitpid(pid, 0)
        text = said.decode("utf-8", "replace").strip()
        raise Unusable(f"{what} could not be started: {text or 'it died'}") from None
    return pid, facts


def _child(work: Callable[[int], None], tell: int) -> NoReturn:
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        title.neutralise()
        os.setsid()
        _let_go(tell)
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        os.chdir("/")
        work(tell)
        code = 0
    except BaseException as error:  # noqa: BLE001 - the pipe is the only way to say it
        try:
            os.write(tell, f"{error}\n".replace("\n", " ").encode() + b"\n")
        except OSError:
            pass  # it was told already that all is well
    finally:
        os._exit(code)


def _let_go(tell: int) -> None:
    """Close what was inherited: a lock of the parent's would live as long as this process."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names, not paths
        if int(name) > 2 and int(name) != tell:
            try:
                os.close(int(name))
            except OSError:
                continue  # the descriptor that listed them


def end(pid: int, start_ticks: int, *numbers: signal.Signals) -> bool:
    """Signal exactly this process, and wait until it is gone. Whether it lived.

    Each signal but the last has five seconds to work before the next is sent.
    """
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if started(pid) != start_ticks:
            return False
        for number in numbers:
            signal.pidfd_send_signal(descriptor, number)
            if number is not numbers[-1] and select.select([descriptor], [], [], GONE_S)[0]:
                break
        try:
            os.waitpid(pid, 0)
        except ChildProcessError:
            wait_gone(pid, start_ticks)
    except ProcessLookupError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)


def signalled(pid: int, start_ticks: int, number: signal.Signals) -> bool:
    """Signal exactly this process, whatever its pid may stand for by now. Whether it lived."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if started(pid) != start_ticks:
            return False
        signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)
    return True


def wait_gone(pid: int, start_ticks: int, seconds: float = GONE_S) -> None:
    """Until the process and all its threads have let go of what they held, or the seconds are over.

    A process of several threads is a zombie while the last of them still ends, with its files open.
    """
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return
    try:
        if started(pid) in (start_ticks, None):
            select.select([descriptor], [], [], seconds)
    finally:
        os.close(descriptor)
