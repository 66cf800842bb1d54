"""The blast radius of a step: exactly which processes and files it would hit, said before it does."""

from __future__ import annotations

import asyncio
import os
import pwd
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from thunes_tui.config import Profile
from thunes_tui.server.reached import SHOWN, Ground, Reached, holders, reached
from thunes_tui.server.targets import Read, Target, targets
from thunes_tui.server.touched import touches
from thunes_tui.server.world import place
from thunes_tui.sources import procfs
from thunes_tui.sources.procfs import Proc
from thunes_tui.sources.recognise import Recogniser
from thunes_tui.title import TITLE

COMM = 15
"""Characters of a name that the kernel keeps; a longer pattern matches no name."""
CLIP = 200
LONGEST_SCRIPT = 262_144
"""Bytes; a longer file counts as one that cannot be read."""
_SHELLS = frozenset({"bash", "sh", "dash", "zsh", "ksh", "fish"})
_EDITORS = frozenset(
    {"vi", "vim", "nvim", "nano", "emacs", "ed", "pico", "micro", "helix", "hx", "code", "view"}
)
_TAILS = frozenset({"tail", "less", "lnav", "multitail", "watch", "grep", "jq"})
_CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "space": r"\s", "upper": "A-Z", "lower": "a-z",
    "blank": r" \t", "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Victim:
    """A process that would be signalled."""

    pid: int
    argv: str
    role: str
    """`bot`, `bot of another checkout`, `shell`, `editor`, `log tail`, `console (ours)` or `other`."""
    inside: bool
    """It belongs to the drilled project."""

    @property
    def line(self) -> str:
        """`4711 bot: python src/live/paper_trader.py ...`."""
        return f"{self.pid} {self.role}: {self.argv}"


@dataclass(frozen=True, slots=True)
class Blast:
    victims: tuple[Victim, ...] = ()
    confirm: str = ""
    """What a person types before it runs; empty when the command signals nothing."""
    unresolved: tuple[str, ...] = ()
    """Signals and files whose targets the text does not tell; unattended they count as outside, too."""
    files: tuple[Reached, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Everything that would be hit: first the processes."""
        return (*(victim.line for victim in self.victims), *(file.line for file in self.files))

    @property
    def outside(self) -> tuple[str, ...]:
        """What an unattended drill must not hit, one line each."""
        processes = [victim.line for victim in self.victims if not victim.inside]
        return (*processes, *(file.line for file in self.files if not file.inside))


async def look(
    command: str,
    project: Path,
    profile: Profile,
    world_pid: int | None,
    own: set[int],
    mask: Callable[[str], str] = lambda text: text,
    cwd: str = "",
) -> Blast:
    """The blast radius now: over all processes of the box, and over the files that the command names.

    `cwd` is the shell's folder. Costs nothing when the command signals and takes away nothing.
    """
    read = reader(project, profile, world_pid)
    signals, files = await asyncio.to_thread(lambda: (targets(command, read), touches(command, read)))
    if not signals and not files:
        return Blast()
    recogniser = Recogniser(project, profile.bot.scripts)
    processes = await asyncio.to_thread(lambda: tuple(recogniser.snapshot()))
    blast = victims(command, processes, world_pid, own, profile.bot.name, read)
    ground = Ground(project, profile, world_pid, cwd)
    hit, untold = await asyncio.to_thread(reached, files, ground, lambda inodes: holders(inodes, processes))
    masked = tuple(Victim(v.pid, mask(v.argv)[:CLIP], v.role, v.inside) for v in blast.victims)
    named = tuple(replace(file, path=mask(file.path)[:CLIP]) for file in hit[:SHOWN])
    if len(hit) > SHOWN:
        named = (
            *named,
            Reached(f"and {len(hit) - SHOWN} more files", "touched", inside=all(f.inside for f in hit)),
        )
    confirm = blast.confirm or (PurePosixPath(named[0].path).name if named else "")
    return Blast(masked, confirm, (*blast.unresolved, *untold), named)


def victims(
    command: str,
    processes: Iterable[Proc],
    world_pid: int | None,
    own: set[int],
    name: str = "",
    read: Read = lambda _path: None,
) -> Blast:
    """Which of the processes (marked by `Recogniser`) the command's signals would hit.

    `world_pid` is the first process of the sandbox's world in which the command runs: nothing outside its PID
    namespace can be hit from there. `own` are the console's processes. `name` is what a person types;
    `read` gives the text of a script that it runs.
    """
    found = targets(command, read)
    if not found:
        return Blast()
    everyone = tuple(processes)
    hit: dict[int, Proc] = {}
    unresolved = [target.text for target in found if target.kind == "unresolved"]
    for target in found:
        reach = [proc for proc in everyone if _in_reach(proc, world_pid, privileged=target.privileged)]
        try:
            chosen = _chosen(target, reach)
        except re.error as error:
            unresolved.append(f"{target.text}: no pattern that can be read ({error})")
            continue
        hit.update((proc.pid, proc) for proc in chosen)
    rows = tuple(
        Victim(proc.pid, proc.line, role_of(proc, own), proc.inside and not _is_console(proc, own))
        for _, proc in sorted(hit.items())
    )
    return Blast(rows, name or found[0].text, tuple(unresolved))


def reader(project: Path, profile: Profile, world_pid: int | None) -> Read:
    """Reads the scripts that a step runs, as its shell would see them from the project's folder."""
    home = profile.world.home or os.environ.get("HOME", "/")

    def read(path: str) -> str | None:
        path = home + path[1:] if path.startswith("~/") else path
        try:
            there = place(project, world_pid, path)
            if not there.is_file():
                return None
            with open(there, "rb") as file:
                data = file.read(LONGEST_SCRIPT + 1)
        except (OSError, ValueError):
            return None
        return data.decode("utf-8", "replace") if len(data) <= LONGEST_SCRIPT else None

    return read


def _in_reach(proc: Proc, world_pid: int | None, *, privileged: bool) -> bool:
    if world_pid is not None:
        return bool(proc.namespace) and proc.namespace == procfs.namespace(world_pid)
    return privileged or os.geteuid() in (0, proc.uid)


def _chosen(target: Target, reach: list[Proc]) -> list[Proc]:
    if target.kind == "pid":
        return [proc for proc in reach if proc.inner == int(target.text)]
    if target.kind == "group":
        leaders = {proc.pid for proc in reach if proc.inner == int(target.text)}
        return [proc for proc in reach if proc.group in leaders]
    if target.kind == "everything":
        return [proc for proc in reach if proc.inner != 1]
    if target.kind == "name":
        return [proc for proc in reach if _is_named(proc, target)]
    if target.kind == "pattern":
        return _matched(target, reach)
    return []


def _is_named(proc: Proc, target: Target) -> bool:
    """As killall and pidof do: the kernel's name, or for a longer one the program's own."""
    name = target.text
    kept = proc.comm if len(name) <= COMM else PurePosixPath(proc.argv[0]).name
    return kept.lower() == name.lower() if target.fold else kept == name


def _matched(target: Target, reach: list[Proc]) -> list[Proc]:
    """As pkill does: a regular expression on the command line (`-f`) or on the kernel's name."""
    pattern = _expression(target)
    users = {_uid(user) for user in target.users}
    parents = {int(parent) for parent in target.parents if parent.isdigit()}
    inner = {proc.pid: proc.inner for proc in reach}
    found = [
        proc
        for proc in reach
        if pattern.search(proc.line if target.full else proc.comm)
        and (not users or proc.uid in users)
        and (not target.parents or inner.get(proc.parent, proc.parent) in parents)
    ]
    if target.newest:
        return sorted(found, key=lambda proc: (proc.start, proc.pid))[-1:]
    if target.oldest:
        return sorted(found, key=lambda proc: (proc.start, proc.pid))[:1]
    return found


def _expression(target: Target) -> re.Pattern[str]:
    """POSIX's extended expression as Python's: its classes and word edges differ. Raises re.error."""
    text = re.sub(r"\[:(\w+):\]", lambda match: _CLASSES.get(match[1], ""), target.text)
    text = text.replace(r"\<", r"\b").replace(r"\>", r"\b")
    if target.exact:
        text = f"^(?:{text})$"
    return re.compile(text, re.IGNORECASE if target.fold else 0)


def _uid(user: str) -> int:
    if user.isdigit():
        return int(user)
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        return -1


def role_of(proc: Proc, own: set[int]) -> str:
    """What a person would call it: `bot`, `log tail`, `editor`, `shell`, `console (ours)` and the like."""
    program = PurePosixPath(proc.argv[0]).name.lstrip("-")
    if _is_console(proc, own):
        return "console (ours)"
    if proc.bot:
        return "bot"
    if program in _SHELLS:
        return "shell"
    if program in _EDITORS:
        return "editor"
    if program in _TAILS:
        return "log tail"
    if (
        program.startswith("python")
        and any(word.endswith(".py") for word in proc.argv[1:])
        and not proc.inside
    ):
        return "bot of another checkout" if _is_trader(proc) else "other"
    return "other"


def _is_console(proc: Proc, own: set[int]) -> bool:
    """One of ours: known by its pid, or by the one word that all our processes show as their arguments."""
    return proc.pid in own or proc.argv == (TITLE,)


def _is_trader(proc: Proc) -> bool:
    return any(PurePosixPath(word).name in ("paper_trader.py", "run_scheduler.py") for word in proc.argv[1:])
