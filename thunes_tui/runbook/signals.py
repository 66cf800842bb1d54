"""Which signal a block sends: `pkill -9 -f bot` sends 9."""

from __future__ import annotations

from thunes_tui.runbook.shellwords import Command, commands_of
from thunes_tui.runbook.wrappers import arguments_of, name_of, unwrap

TERM = 15
NUMBERS = {
    "HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "USR1": 10, "USR2": 12, "TERM": TERM, "CONT": 18, "STOP": 19,
}  # fmt: skip
"""Those that a runbook may name, by their numbers on Linux."""
_NAMED_BEHIND = {"kill": ("-s", "-n", "--signal"), "pkill": ("--signal",), "killall": ("-s", "--signal")}
"""Those that send, and behind which of their options the signal stands."""
_WRAPPED = 6
"""Wrappers around a command that are looked through."""


def signals_of(block: str) -> set[int]:
    """The numbers of all that the block sends; 0 stands for one that cannot be told."""
    return {number for command in _all(commands_of(block), 0) if (number := _sent(command)) is not None}


def _all(commands: list[Command], depth: int) -> list[Command]:
    found = list(commands)
    for command in commands if depth < _WRAPPED else []:
        found += _all(unwrap(command), depth + 1)
    return found


def _sent(command: Command) -> int | None:
    """None for a command that sends nothing."""
    words, behind = arguments_of(command), _NAMED_BEHIND.get(name_of(command))
    if behind is None or {"-l", "-L", "-0", "--list"} & set(words[1:]):
        return None
    for at, word in enumerate(words[1:], 1):
        if word in behind:
            return _number(words[at + 1] if at + 1 < len(words) else "")
        if word.startswith("--signal="):
            return _number(word.partition("=")[2])
        if word.startswith("-") and (word[1:].isdigit() or _number(word[1:])):
            return _number(word[1:])
    return TERM


def _number(name: str) -> int:
    if name.isdigit():
        return int(name) if int(name) in NUMBERS.values() else 0
    return NUMBERS.get(name.upper().removeprefix("SIG"), 0)
