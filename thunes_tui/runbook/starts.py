"""The bot that a block leaves running, `python bot.py --side BUY &`, and whether a process is that."""

from __future__ import annotations

from pathlib import PurePosixPath

from thunes_tui.runbook.shellwords import Command, commands_of
from thunes_tui.runbook.wrappers import arguments_of, unwrap

CUT = 300
"""Characters at which a process's command line is cut off."""
_WRAPPED = 6
"""Wrappers around a command that are looked through."""
HIDDEN = "[redacted:"
"""Stands in a command line for a secret that nobody is told."""
_OPEN = frozenset("$`*?[{~")
"""A word with one of these is whatever the shell makes of it."""


def started(block: str, scripts: tuple[str, ...]) -> tuple[str, ...]:
    """The command line of the last bot that the block leaves in the background; empty for none.

    `scripts` are what a bot is started by, as `src/live/bot.py` or `src.live.bot`.
    """
    found: tuple[str, ...] = ()
    for command in commands_of(block):
        words = tuple(_inner(command)) if command.end == "&" else ()
        program = PurePosixPath(words[0]).name if words else ""
        is_run = program.startswith(("python", "pypy")) or arguments(words[:1], scripts) is not None
        if is_run and arguments(words, scripts) is not None:
            found = words
    return found


def _inner(command: Command) -> list[str]:
    """What `nohup`, `setsid` and their like run in the end."""
    for _ in range(_WRAPPED):
        inside = unwrap(command)
        if not inside:
            break
        command = inside[-1]
    return arguments_of(command)


def arguments(words: tuple[str, ...], scripts: tuple[str, ...]) -> list[str] | None:
    """What stands behind the bot's script on a command line; None where none is on it."""
    names = {PurePosixPath(script).name for script in scripts}
    for at, word in enumerate(words):
        if word in scripts or PurePosixPath(word).name in names:
            return list(words[at + 1 :])
    return None


def otherwise(wanted: tuple[str, ...], argv: str, scripts: tuple[str, ...]) -> str:
    """How a process was started with other arguments than `wanted`; empty where it was not.

    Empty, too, where that cannot be told. Words that only the shell can tell are taken as they came.
    """
    asked, given = arguments(wanted, scripts), arguments(tuple(argv.split()), scripts)
    if asked is None or given is None or len(argv) >= CUT:
        return ""
    asked = " ".join(asked).split()  # as the command line of a process is told: an argument may hold spaces
    same = len(asked) == len(given) and all(
        set(word) & _OPEN or HIDDEN in got or word == got for word, got in zip(asked, given, strict=True)
    )
    if same or (len(asked) != len(given) and any(set(word) & _OPEN for word in asked)):
        return ""
    return f"with {' '.join(given) or 'no arguments'} where the step says {' '.join(asked) or 'none'}"
