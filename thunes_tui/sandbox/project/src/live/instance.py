"""One paper trader a symbol, and how to find those that run."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from src.config import DATA, ROOT

PATIENCE = 1.0
"""Seconds to wait for a predecessor that is just being cleared away."""


class AlreadyRunning(Exception):
    """Another paper trader holds the symbol."""


def claim(symbol: str) -> int:
    """Hold the symbol until this process ends, however it ends; the descriptor must stay open.

    Raises AlreadyRunning.
    """
    DATA.mkdir(parents=True, exist_ok=True)
    path = DATA / f"trader.{symbol}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() >= deadline:
                holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
                os.close(descriptor)
                raise AlreadyRunning(f"another paper trader (pid {holder}) already trades {symbol}") from None
            time.sleep(0.05)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def running(root: Path = ROOT) -> list[int]:
    """Process ids of the paper traders of this checkout: a Python that runs the script from this folder."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            arguments = (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            here = Path(os.readlink(process / "cwd")).samefile(root)
        except OSError:
            continue
        script = any(Path(argument).name == "paper_trader.py" for argument in arguments[1:4])
        if here and script and "python" in Path(arguments[0]).name:
            found.append(int(process.name))
    return sorted(found)
