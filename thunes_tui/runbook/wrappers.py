"""The program that a simple command runs, and the commands that `sudo` and its like run for their user."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from thunes_tui.runbook.shellwords import Command, commands_of


def names(text: str) -> frozenset[str]:
    """The words of `text` as a set of program names."""
    return frozenset(text.split())


_WRAPPERS = names(
    "sudo doas env nohup nice ionice time command exec builtin setsid stdbuf xargs watch timeout eval "
    "unbuffer caffeinate strace ltrace script parallel coproc"
)
_VALUED = {
    "sudo": frozenset({"-u", "-g", "-C", "-h", "-p"}),
    "doas": frozenset({"-u"}),
    "env": frozenset({"-u", "-C", "--unset", "--chdir"}),
    "nice": frozenset({"-n"}),
    "ionice": frozenset({"-c", "-n"}),
    "xargs": frozenset({"-n", "-P", "-I", "-L", "-d", "-a", "-s"}),
    "watch": frozenset({"-n", "--interval"}),
    "timeout": frozenset({"-s", "-k", "--signal", "--kill-after"}),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
}
_ASSIGNMENT = re.compile(r"^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=")


def name_of(command: Command) -> str:
    """The program's name, assignments in front of it and its folder taken off; empty for none."""
    words = arguments_of(command)
    return PurePosixPath(words[0]).name if words else ""


def arguments_of(command: Command) -> list[str]:
    """The words from the program's own on."""
    for index, word in enumerate(command.words):
        if not _ASSIGNMENT.match(word):
            return command.words[index:]
    return []


def unwrap(command: Command) -> list[Command]:
    """The commands that this one runs for its user: of `sudo rm x` it is `rm x`."""
    name, words = name_of(command), arguments_of(command)
    if name in ("bash", "sh", "zsh", "ksh", "dash") and "-c" in words[1:-1]:
        return _parsed(words[words.index("-c") + 1], command.depth + 1)
    if name == "ssh":
        return _parsed(" ".join(words[2:]), command.depth + 1)
    if name == "find":
        return [
            _with(command, words[at + 1 :])
            for at, word in enumerate(words)
            if word in ("-exec", "-execdir", "-ok")
        ]
    if name not in _WRAPPERS:
        return []
    rest = _behind_options(name, words[1:])
    if name in ("watch", "eval"):
        return _parsed(" ".join(rest), command.depth + (name == "watch"))
    if name == "timeout":
        rest = rest[1:]
    inner = _with(command, rest)
    if name not in ("command", "builtin", "time", "exec"):
        inner.depth += 1
    if name == "xargs":
        inner.fed = True
    if name == "timeout":
        inner.keyword = name
    return [inner]


def _with(command: Command, words: list[str]) -> Command:
    return replace(command, words=list(words), end="" if command.end == "&" else command.end)


def _parsed(text: str, depth: int) -> list[Command]:
    found = commands_of(text)
    for command in found:
        command.depth += depth
    return found


def _behind_options(name: str, words: list[str]) -> list[str]:
    valued = _VALUED.get(name, frozenset())
    at = 0
    while at < len(words) and (words[at].startswith("-") or (name == "env" and _ASSIGNMENT.match(words[at]))):
        at += 2 if words[at] in valued else 1
    return words[at:]
