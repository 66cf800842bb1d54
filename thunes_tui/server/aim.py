"""What a signal to one chosen process reaches: that process, and who else goes by its name and is spared."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from thunes_tui.config import Profile
from thunes_tui.server.blast import CLIP, role_of
from thunes_tui.server.signals import is_ours
from thunes_tui.sources import procfs
from thunes_tui.sources.procfs import Proc
from thunes_tui.sources.recognise import Recogniser

SHOWN = 20
"""Spared ones that are named; of more the count."""
_TYPED = re.compile(r"[\w.+@-]{2,32}")


@dataclass(frozen=True, slots=True)
class Aim:
    """Of one process, now."""

    problem: str = ""
    """Why it must not be signalled."""
    victims: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    confirm: str = ""
    """What a person types: the bot's name, or the program's; with the pid where two bots run."""


def at(
    pid: int,
    start: int,
    project: Path,
    profile: Profile,
    own: set[int],
    mask: Callable[[str], str] = lambda text: text,
) -> Aim:
    """Looks at all processes of the box; lines are masked and clipped."""
    recogniser = Recogniser(project, profile.bot.scripts)
    everyone = tuple(recogniser.snapshot())
    target = next((proc for proc in everyone if (proc.pid, proc.start) == (pid, start)), None)
    problem = _problem(pid, target, own)
    if target is None or problem:
        return Aim(problem)

    def line(proc: Proc, why: str = "") -> str:
        return f"{proc.pid} {role_of(proc, own)}: {mask(proc.line)[:CLIP]}{why}"

    spared = [line(proc, why) for proc, why in _spared(target, everyone, profile.bot.name)]
    if len(spared) > SHOWN:
        spared = [*spared[:SHOWN], f"and {len(spared) - SHOWN} more"]
    return Aim("", (line(target),), tuple(spared), _word(target, everyone, profile.bot.name))


def _problem(pid: int, target: Proc | None, own: set[int]) -> str:
    if is_ours(pid, own):
        return f"process {pid} is the system's or the console's own: it is never signalled"
    if target is None:
        return f"process {pid} is gone"
    if os.geteuid() not in (0, target.uid):
        return f"process {pid} belongs to {procfs.owner_of(pid)}: only they can signal it"
    return ""


def _spared(target: Proc, everyone: tuple[Proc, ...], name: str) -> list[tuple[Proc, str]]:
    """Its descendants, and for the bot whoever a `pkill -f` of its name would hit too."""
    below = {target.pid}
    found: list[tuple[Proc, str]] = []
    for proc in everyone:  # by pid; a child with a lower one than its parent's is named by its name alone
        if proc.pid == target.pid:
            continue
        if proc.parent in below:
            below.add(proc.pid)
            found.append((proc, " (its child, left alone)"))
        elif target.bot and name and name in proc.line:
            found.append((proc, ""))
    return found


def _word(target: Proc, everyone: tuple[Proc, ...], name: str) -> str:
    if target.bot and name:
        return name if sum(proc.bot for proc in everyone) == 1 else f"{name} {target.pid}"
    return target.comm if _TYPED.fullmatch(target.comm) else str(target.pid)
