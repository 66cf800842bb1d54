"""Text out of the console: to tmux, to the terminal's clipboard, and to a file; and in words where it went.

A terminal never says whether it took what it was sent for its clipboard, so that is never called copied, and
the file is written in any case. Only text that was masked and made safe is handed to this module, and only
this module sends a terminal anything for its clipboard.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from thunes_tui.text import SafeText

FILE = "copied.txt"
"""In the user's state folder: what was copied last."""
CLIPBOARD_BYTES = 74_000
"""Of base64; terminals drop longer ones without a word."""
TMUX_S = 2.0
"""How long tmux may take."""
PASSED_ON = ("PATH", "TMUX", "HOME", "TMPDIR", "TMUX_TMPDIR")


def state_folder() -> Path:
    """Where the file lies."""
    import platformdirs

    return platformdirs.user_state_path("thunes-tui")


async def copy(
    lines: Sequence[SafeText],
    write: Callable[[str], object],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Copy lines in every way there is here; gives what became of it. `write` sends to the terminal."""
    env = os.environ if environment is None else environment
    text = "\n".join(lines)
    data = text.encode("utf-8", "replace")
    kept = _keep(data + b"\n", state_folder() if folder is None else folder)
    what = f"{len(lines):,} line{'' if len(lines) == 1 else 's'}"
    if env.get("TMUX") and await _to_tmux(data, env):
        return f"{what} {kept}, and in tmux's buffer: its prefix and ] pastes"
    code = base64.b64encode(data)
    if env.get("TMUX"):
        return f"{what} {kept}; tmux did not take it"
    if len(code) > CLIPBOARD_BYTES:
        return f"{what} {kept}; too much for a terminal's clipboard"
    write(f"\x1b]52;c;{code.decode('ascii')}\x07")
    return f"{what} {kept}; sent to the clipboard too, which never says if it took it"


def _keep(data: bytes, folder: Path) -> str:
    """Write the file anew, for its owner alone; gives what became of it."""
    path, fresh = folder / FILE, folder / f".{FILE}.{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(
            fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        return f"in no file: {error.strerror}"
    with contextlib.suppress(ValueError):
        return f"in ~/{path.relative_to(Path.home())}"
    return f"in {path}"


async def _to_tmux(data: bytes, environment: Mapping[str, str]) -> bool:
    """Into tmux's buffer, by its standard input; an old tmux does not pass it on to the terminal."""
    return await _loaded(data, ("-w",), environment) or await _loaded(data, (), environment)


async def _loaded(data: bytes, flags: tuple[str, ...], environment: Mapping[str, str]) -> bool:
    nothing = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            "tmux",
            "load-buffer",
            *flags,
            "-",
            stdin=asyncio.subprocess.PIPE,
            stdout=nothing,
            stderr=nothing,
            env={name: environment[name] for name in PASSED_ON if name in environment},
        )
    except OSError:
        return False
    try:
        await asyncio.wait_for(process.communicate(data), TMUX_S)
    except (TimeoutError, OSError):
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        return False
    return process.returncode == 0
