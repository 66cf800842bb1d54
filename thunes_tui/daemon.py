"""Runs work in a process of its own session, and hears whether it is up or what was wrong.

The caller forks and never execs, so that no path stands in an argv of ours; what the work needs is imported
in the new process, so that the screen's process stays small. Called before threads and event loops exist.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from thunes_tui.errors import UserError

UP, DOWN = b"+", b"-"
HIGHEST = 1 << 30
"""Above every descriptor."""
Ready = Callable[[str], None]
"""To be called once with what the caller wants to know, when the work is up."""


def detach(work: Callable[[Ready], None], trouble_file: Path) -> str:
    """What `work` said when it was ready. Raises UserError with its trouble in one line."""
    told, tell = os.pipe()
    middle = os.fork()
    if middle == 0:
        os.setsid()
        if os.fork() == 0:
            os.close(told)
            _detached(work, tell, trouble_file)
        os._exit(0)
    os.close(tell)
    os.waitpid(middle, 0)
    with open(told, "rb") as answer:
        said = answer.read()
    text = said[1:].decode("utf-8", "replace")
    if not said.startswith(UP):
        raise UserError(text or "the server died while it started")
    return text


def _detached(work: Callable[[Ready], None], tell: int, trouble_file: Path) -> NoReturn:
    """In the new process. Its standard descriptors go nowhere; a crash is left in a file, not on a screen."""
    code = 1
    told = False

    def say(sign: bytes, text: str) -> None:
        nonlocal told
        if not told:
            told = True
            with contextlib.suppress(BrokenPipeError):  # who waited for it was killed; the work goes on
                os.write(tell, sign + text.encode())
            os.close(tell)

    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        os.closerange(3, tell)  # what the caller happens to have open is none of ours
        os.closerange(tell + 1, HIGHEST)
        os.chdir("/")
        gc.freeze()
        work(lambda text: say(UP, text))
        code = 0
    except UserError as error:
        say(DOWN, str(error))
    except BaseException as error:  # noqa: BLE001 - the last resort of a process without a screen
        _leave_trouble(trouble_file, error)
        say(DOWN, f"the session's server failed ({type(error).__name__}: {error}); details in {trouble_file}")
    finally:
        os._exit(code)


def _leave_trouble(path: Path, error: BaseException) -> None:
    import traceback

    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            traceback.print_exception(error, file=file)
    except OSError:
        pass  # nowhere left to write
