"""Which of the programs that we are measured beside are here, and how they are asked to do the same."""

from __future__ import annotations

import shutil
from pathlib import Path

LOG_READERS = {"toolong": "tl", "lnav": "lnav"}
"""Full-screen readers of logs, by the program that starts them."""
TO_END = {"toolong": "end", "lnav": "G"}
"""The key that makes each follow the end of its file."""


def has_tmux() -> bool:
    return shutil.which("tmux") is not None


def installed(program: str, peers_at: Path | None) -> str | None:
    """Path of a program, first in the environment that `make bench-peers` made; None where it is not."""
    if peers_at is not None and (own := peers_at.absolute() / "bin" / program).exists():
        return str(own)
    return shutil.which(program)


def four_terminals(log: Path, audit: Path) -> list[str]:
    """What people have today, a command a pane: shell, log, audit trail and processes."""
    panes = ["bash --norc", f"tail -f {log}", f"tail -f {audit}" + (" | jq ." if shutil.which("jq") else "")]
    if shutil.which("watch"):
        panes.append("watch -n 2 'ps aux | grep [p]aper_trader'")
    return panes
