"""What a session server is started for. It travels in memory through a fork, never in an argv."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from thunes_tui.config import Profile
from thunes_tui.shellrc import STEPS, UNSET

PASSED_ON = (
    "PATH", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "EDITOR", "VISUAL", "PAGER",
    "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR",
)  # fmt: skip
"""The shell gets these alone: production keys of the person's own environment never reach a step."""


@dataclass(frozen=True, slots=True)
class SessionSpec:
    """One session: where it records, what it drills."""

    session: str
    folder: Path | None
    """The session's folder; None for a watch, which records nothing."""
    runtime: Path
    project: Path
    profile: Profile
    mode: str
    """`drill`, `rehearse` or `watch`."""
    operator: str
    runbook: Path | None = None
    resume: bool = False
    """The folder holds a journal already."""
    only_test: int = 0
    """Rehearse this one test; 0 for all."""

    def place(self, name: str) -> Path:
        """A path of the profile, inside the project unless it is absolute."""
        path: str = getattr(self.profile.paths, name)
        return self.project / path

    @property
    def steps(self) -> Path:
        """Where the neutral step files lie; a place that the sandbox's world sees too."""
        return (self.folder or self.runtime) / "steps"

    @property
    def document(self) -> Path:
        return self.runbook or self.place("runbook")


def guarded_names(profile: Profile) -> tuple[str, ...]:
    """The variables that decide what the bot trades on, in capitals; the shell drops those of `~/.bashrc`."""
    venue = profile.venue
    wanted = (*venue.live_keys, venue.environment_key, venue.url_key, venue.key, venue.secret)
    # A profile is a file of the project: what is no name would be a command to the shell.
    return tuple(name.upper() for name in wanted if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII))


def shell_environment(spec: SessionSpec, steps: Path) -> dict[str, str]:
    """The environment of the drill's shell."""
    world = spec.profile.world
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= {name: value for name, value in os.environ.items() if name.startswith("LC_")}
    environment["HOME"] = world.home or os.environ.get("HOME", "/")
    environment["TERM"] = "xterm-256color"
    environment[STEPS] = str(steps)
    environment[UNSET] = " ".join(guarded_names(spec.profile))
    environment.setdefault("LANG", "C.UTF-8")
    tools = Path(environment["HOME"]) / "bin"
    if world.home and tools.is_dir():
        environment["PATH"] = f"{tools}:{environment.get('PATH', '/usr/bin:/bin')}"
    return environment
