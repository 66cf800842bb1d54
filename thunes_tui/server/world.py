"""The sandbox's world as this process sees it: its first process, and the paths that stand in it."""

from __future__ import annotations

import json
from pathlib import Path

from thunes_tui.clock import boot_id
from thunes_tui.config import Profile
from thunes_tui.sources import procfs


def world_pid(project: Path, profile: Profile) -> int | None:
    """Pid of the world's first process; None for the box itself, and for a world that is down.

    The profile's `world.file` holds the pid, alone or as the member `pid` of a JSON object, there beside
    `boot`, `init` and `init_start`, which tell it from a pid that was given away again.
    """
    if not profile.world.file:
        return None
    try:
        found = json.loads((project / profile.world.file).read_text(encoding="utf-8"))
        members = found if isinstance(found, dict) else {"pid": found}
        pid = int(members["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if members.get("boot", boot_id()) != boot_id():
        return None
    # The pid may be another's by now; the world stands and falls with its init.
    init = procfs.stat(int(members.get("init", pid)))
    if init is None or init.dead or members.get("init_start", init.start) != init.start:
        return None
    known = procfs.stat(pid)
    return None if known is None or known.dead else pid


def place(project: Path, pid: int | None, path: str) -> Path:
    """Where a path that a step names can be opened from here: the world has a /tmp of its own."""
    if pid is not None and path.startswith("/"):
        return procfs.seen_from(pid, path)
    return project / path
