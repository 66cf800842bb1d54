"""Which processes belong to the drilled project, and which of them are its bot."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

from thunes_tui.sources import procfs
from thunes_tui.sources.procfs import Proc

READERS = frozenset(
    {
        "bandit", "black", "compileall", "dis", "flake8", "isort", "mypy", "py_compile", "pycodestyle",
        "pydocstyle", "pyflakes", "pylint", "pyright", "ruff", "tokenize", "vulture",
    }
)  # fmt: skip
"""Python programs that look at a script which they are given, and never run it."""


def only_reads(arguments: tuple[str, ...]) -> bool:
    """Whether a Python's command line is such a program's: `python -m black F`, `python /venv/bin/black F`.

    Whatever else names the script counts as running it: what cannot be told apart is the bot.
    """
    for place, word in enumerate(arguments[1:], start=1):
        if word == "-m":
            return arguments[place + 1 : place + 2] != () and arguments[place + 1] in READERS
        if not word.startswith("-"):
            return word.rpartition("/")[2] in READERS
    return False


@dataclasses.dataclass(frozen=True, slots=True)
class Recogniser:
    """Knows a project's folder and the scripts that its bot is started by (profile, `bot.scripts`)."""

    project: Path
    scripts: tuple[str, ...]

    def looks_like_bot(self, pid: int, arguments: tuple[str, ...]) -> bool:
        """By its arguments alone: a Python that was given one of the scripts."""
        return self.names_script(arguments) and not only_reads(arguments) and procfs.is_python(pid, arguments)

    def names_script(self, arguments: tuple[str, ...]) -> bool:
        """Whether an argument ends like one of the scripts. Cheap: most processes are told apart by this."""
        endings = self.scripts + tuple(script.rpartition("/")[2] for script in self.scripts)
        return any(argument.endswith(endings) for argument in arguments[1:])

    def is_bot(self, pid: int, arguments: tuple[str, ...]) -> bool:
        """Whether it is this project's bot. Raises PermissionError where its folder is hidden from us."""
        if not self.looks_like_bot(pid, arguments):
            return False
        if any(self._is_script(pid, argument) for argument in arguments[1:]):
            return True
        named = any(argument.endswith(self.scripts) for argument in arguments[1:])
        return named and procfs.same_file(procfs.PROC / str(pid) / "cwd", self.project)

    def is_inside(self, pid: int, arguments: tuple[str, ...]) -> bool:
        """Whether it works in the project: by its directory, or by a file that its arguments name."""
        try:
            if self._holds(procfs.PROC / str(pid) / "cwd"):
                return True
            return any(self._names_inside(pid, argument) for argument in arguments[1:])
        except PermissionError:
            return False

    def snapshot(self) -> Iterator[Proc]:
        """All living processes, each marked as bot and as inside."""
        for pid in sorted(procfs.pids()):
            proc = procfs.read(pid)
            if proc is not None:
                yield self.marked(proc)

    def marked(self, proc: Proc) -> Proc:
        try:
            bot = self.is_bot(proc.pid, proc.argv)
        except PermissionError:
            bot = False
        return dataclasses.replace(proc, bot=bot, inside=bot or self.is_inside(proc.pid, proc.argv))

    def _is_script(self, pid: int, argument: str) -> bool:
        if not argument.endswith(".py"):
            return False
        named = procfs.seen_from(pid, argument)
        return any(
            procfs.same_file(named, self.project / script)
            for script in self.scripts
            if script.endswith(Path(argument).name)
        )

    def _names_inside(self, pid: int, argument: str) -> bool:
        return (
            "/" in argument and not argument.startswith("-") and self._holds(procfs.seen_from(pid, argument))
        )

    def _holds(self, place: Path) -> bool:
        """Whether the place is the project or lies in it, whatever names lead there."""
        try:
            real = place.resolve()
        except (OSError, RuntimeError, ValueError):
            return False
        if real.is_relative_to(self.project.resolve()):
            return True
        return procfs.same_file(place, self.project)
