"""Which of the programs that we are measured beside are here."""

from __future__ import annotations

import shutil
from pathlib import Path


def has_tmux() -> bool:
    return shutil.which("tmux") is not None


def installed(program: str, peers_at: Path | None) -> str | None:
    """Path of a program, first in the environment that `make bench-peers` made; None where it is not."""
    if peers_at is not None and (own := peers_at.absolute() / "bin" / program).exists():
        return str(own)
    return shutil.which(program)
