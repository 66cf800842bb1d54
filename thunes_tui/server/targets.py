"""What a shell text signals, read from the text alone: `pkill`, `killall`, `kill`, `pgrep` before them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from thunes_tui.runbook.shellwords import Command, commands_of
from thunes_tui.runbook.wrappers import arguments_of, name_of, unwrap

Kind = Literal["pattern", "name", "pid", "group", "everything", "unresolved"]
DEEPEST = 8
"""Wrappers within wrappers that are looked into: `sudo timeout 5 pkill ...`."""
_FLAGS = frozenset("fxinoveawlcAH")
_LONG = {"full": "f", "exact": "x", "ignore-case": "i", "newest": "n", "oldest": "o", "inverse": "v"}
_VALUED_LONG = {"euid": "u", "uid": "U", "parent": "P", "pidfile": "F"}
_KILLALL_VALUED = frozenset({"-s", "--signal", "-u", "--user", "-o", "-y", "-Z", "-n", "--ns"})


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that a command signals."""

    kind: Kind
    text: str
    """The pattern, name or number as the text has it; of `unresolved`, what cannot be told and why."""
    full: bool = False
    """The pattern is matched against the whole command line (`-f`)."""
    exact: bool = False
    fold: bool = False
    """Case does not count (`-i`)."""
    newest: bool = False
    oldest: bool = False
    users: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()


def targets(text: str) -> tuple[Target, ...]:
    """Everything that the shell text signals; empty when it signals nothing that can be seen from it."""
    commands = [inner for command in commands_of(text) for inner in _unwrapped(command, 0)]
    found: list[Target] = []
    for command in commands:
        found += _of(command)
    if any(target.kind == "unresolved" and target.text.startswith("kill ") for target in found):
        listed = [target for command in commands for target in _listed(command)]
        if listed:
            # `kill $(pgrep -f x)`, `pgrep x | xargs kill`: what is listed is what is hit.
            found = [target for target in found if not target.text.startswith("kill ")] + listed
    return tuple(dict.fromkeys(found))


def _unwrapped(command: Command, depth: int) -> Iterator[Command]:
    yield command
    if depth < DEEPEST:
        for inner in unwrap(command):
            yield from _unwrapped(inner, depth + 1)
        if name_of(command) in ("bash", "sh") and command.stdin:
            for inner in commands_of(command.stdin):
                yield from _unwrapped(inner, depth + 1)


def _of(command: Command) -> list[Target]:
    name, words = name_of(command), arguments_of(command)[1:]
    if name == "pkill":
        return _pattern(words)
    if name in ("killall", "skill"):
        return _killall(words)
    if name == "kill":
        return _kill(words)
    if name == "killall5":
        return [Target("everything", name)]
    if name == "fuser" and any(word.startswith("-") and "k" in word for word in words):
        return [Target("unresolved", f"{name} {' '.join(words)}: whoever has it open")]
    if name == "systemctl" and {"stop", "kill", "restart"} & set(words):
        return [Target("unresolved", f"{name} {' '.join(words)}: whatever that unit runs")]
    return []


def _listed(command: Command) -> list[Target]:
    name, words = name_of(command), arguments_of(command)[1:]
    if name == "pgrep":
        return _pattern(words)
    if name == "pidof":
        return [Target("name", word) for word in words if not word.startswith("-")]
    return []


def _pattern(words: list[str]) -> list[Target]:
    """The options of procps; a filter that is not known here is left out: that can only add victims."""
    flags: set[str] = set()
    values: dict[str, tuple[str, ...]] = {}
    plain: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--":
            plain += words[at:]
            break
        if not word.startswith("-") or word == "-":
            plain.append(word)
        elif not _is_signal(word):
            at += _option(word, words[at] if at < len(words) else "", flags, values)
    users = values.get("u", ()) + values.get("U", ())
    parents = values.get("P", ())
    if "F" in values or "v" in flags:
        return [
            Target(
                "unresolved", f"pkill {' '.join(words)}: it names its targets in a way that is not followed"
            )
        ]
    if not plain and not users and not parents:
        return []
    return [
        Target(
            "pattern", plain[0] if plain else "", "f" in flags, "x" in flags, "i" in flags,
            "n" in flags, "o" in flags, users, parents,
        )
    ]  # fmt: skip


def _option(word: str, following: str, flags: set[str], values: dict[str, tuple[str, ...]]) -> int:
    """Notes one option word; how many words behind it belong to it."""
    if word.startswith("--"):
        name, equals, value = word[2:].partition("=")
        if name in _LONG:
            flags.add(_LONG[name])
        elif name in _VALUED_LONG:
            values[_VALUED_LONG[name]] = tuple((value if equals else following).split(","))
            return 0 if equals else 1
        elif name in (
            "signal",
            "pgroup",
            "group",
            "session",
            "terminal",
            "older",
            "runstates",
            "queue",
            "ns",
            "nslist",
        ):
            return 0 if equals else 1
        return 0
    for place, letter in enumerate(word[1:], start=2):
        if letter in _FLAGS:
            flags.add(letter)
            continue
        rest = word[place:]
        values[letter] = tuple((rest or following).split(","))
        return 0 if rest else 1
    return 0


def _is_signal(word: str) -> bool:
    """`-9`, `-KILL`, `-SIGTERM`: capitals are no bundle of options that pkill knows."""
    body = word[1:]
    return body.isdigit() or (len(body) > 1 and body.isalnum() and body.isupper())


def _killall(words: list[str]) -> list[Target]:
    found: list[Target] = []
    regex = any(word in ("-r", "--regexp") for word in words)
    fold = any(word in ("-I", "--ignore-case") for word in words)
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word in _KILLALL_VALUED:
            at += 1
        elif not word.startswith("-"):
            if regex:
                found.append(Target("pattern", word, fold=fold))
            elif "/" in word or "$" in word:
                found.append(Target("unresolved", f"killall {word}: its target cannot be told from the text"))
            else:
                found.append(Target("name", word, fold=fold))
    return found


def _kill(words: list[str]) -> list[Target]:
    rest = list(words)
    if rest and rest[0] in ("-l", "-L", "--list", "--table", "-0"):
        return []
    if rest[:2] in (["-s", "0"], ["-n", "0"]):
        return []
    if rest and rest[0] in ("-s", "-n", "--signal"):
        rest = rest[2:]
    elif rest and rest[0].startswith("-") and rest[0] != "--":
        rest = rest[1:]
    if rest and rest[0] == "--":
        rest = rest[1:]
    if not rest:
        return (
            [Target("unresolved", "kill without a number: its targets come from elsewhere")] if words else []
        )
    return [_kill_word(word) for word in rest]


def _kill_word(word: str) -> Target:
    if word == "-1":
        return Target("everything", "kill -1")
    if word.isdigit() and word != "0":
        return Target("pid", word)
    if word.startswith("-") and word[1:].isdigit():
        return Target("group", word[1:])
    if word.startswith("%") or word == "$!":
        return Target("unresolved", f"kill {word}: a job of the shell")
    return Target("unresolved", f"kill {word}: its target cannot be told from the text")
