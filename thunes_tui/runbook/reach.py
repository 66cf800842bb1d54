"""What a block would touch, as far as its text tells: processes, files, database, services, other machines.

For a person's eye before it runs. What it hits for certain is looked up when it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from thunes_tui.runbook.harm import is_network
from thunes_tui.runbook.shellwords import Command, commands_of
from thunes_tui.runbook.wrappers import SHELLS, arguments_of, name_of, names, unwrap

MOST = 3
"""Things of one kind that are named; of more the count."""
CLIP = 80
_WRAPPED = 6
"""Wrappers around a command that are looked through."""
_SIGNALLERS = names("kill pkill killall")
_REMOVERS = names("rm unlink shred rmdir")
_WRITERS = names("cp mv install ln tee sponge")
_SERVICES = names("systemctl service supervisorctl docker podman docker-compose kubectl")
_DATABASES = names("sqlite3 psql mysql")
_ORDER = (
    "signals", "turns", "removes", "writes", "adds to", "changes", "asks the database", "service", "network:",
    "runs", "leaves running", "goes to", "sources", "sets",
)  # fmt: skip
_VALUED = re.compile(r"^(?:-[usgPGtno]|--(?:signal|user|parent|euid|group))$")
_OPENED = re.compile(r"\bopen\(\s*\\?['\"]([^'\"]+)['\"]\s*,\s*(?:mode=)?\\?['\"]([waxr+bt]+)")
_SWITCHED = re.compile(r"\b(de)?activate_kill_switch\(")
_VENUE = re.compile(r"\bExchange\(|\bccxt\b|\brequests\.(?:get|post)|\burlopen\(")
_BASES = re.compile(r"\bconnect\(\s*\\?['\"](?:file:)?([^'\"?]+\.(?:db|sqlite3?))")
Touched = tuple[str, str]
"""A verb and what it is done to."""


@lru_cache(maxsize=256)
def in_words(block: str) -> tuple[str, ...]:
    """`signals paper_trader`, `writes /tmp/state.json`: a clause for each way of touching something."""
    found: dict[str, list[str]] = {}
    for command in _all(commands_of(block), 0):
        for verb, what in _of(command):
            found.setdefault(verb, []).append(" ".join(what.split())[:CLIP])
    clauses = []
    for verb in _ORDER:
        things = list(dict.fromkeys(found.get(verb, ())))
        more = f" and {len(things) - MOST} more" if len(things) > MOST else ""
        if things:
            clauses.append(f"{verb} {', '.join(things[:MOST])}{more}")
    return tuple(clauses)


def _all(commands: list[Command], depth: int) -> list[Command]:
    """With the commands that `sudo`, `nohup` and the like run in place of these."""
    found: list[Command] = []
    for command in commands:
        inside = _all(unwrap(command), depth + 1) if depth < _WRAPPED else []
        if inside and command.end == "&":
            inside[-1].end = "&"
        if inside and command.redirections:
            found.append(Command([], command.redirections))
        found += inside or [command]
    return found


def _of(command: Command) -> Iterator[Touched]:
    words, name = arguments_of(command), name_of(command)
    plain = [w for at, w in enumerate(words[1:]) if not w.startswith("-") and not _VALUED.match(words[at])]
    yield from _redirected(command)
    if name in _SIGNALLERS:
        what = "process " if name == "kill" else "every process like "
        yield "signals", what + (", ".join(plain) or "none that is named")
    elif name in _REMOVERS:
        yield from (("removes", path) for path in plain)
    elif name in _WRITERS:
        yield from (("writes", path) for path in (plain if name in ("tee", "sponge") else plain[-1:]))
        yield from (("removes", path) for path in plain[:-1] if name == "mv")
    elif name in _DATABASES and plain:
        yield "asks the database", plain[0]
    elif name in _SERVICES and plain:
        yield "service", f"{name} {' '.join(plain[:2])}"
    elif name == "sed" and any(re.match(r"-\w*i|--in-place", word) for word in words[1:]):
        yield from (("changes", path) for path in plain[1:])
    elif name.startswith("python"):
        yield from _of_python(command, words, plain)
    else:
        yield from _of_shell(command, name, plain)
    if command.end == "&" and words:
        yield "leaves running", " ".join(words)


def _redirected(command: Command) -> Iterator[Touched]:
    for sign, target in command.redirections:
        if sign in (">", ">|", "&>", ">>", "&>>") and not target.startswith("/dev/") and not target.isdigit():
            yield ("adds to" if ">>" in sign else "writes"), target


def _of_shell(command: Command, name: str, plain: list[str]) -> Iterator[Touched]:
    """The shell itself, a script of its own, and other machines."""
    if is_network(command):
        yield "network:", " ".join([name, *[word for word in plain if not word.isdigit()][:1]])
    elif name in ("cd", "pushd") and command.depth == 0:
        yield "goes to", plain[0] if plain else "~"
    elif name in ("source", ".") and plain:
        yield "sources", plain[0]
    elif name in ("export", "unset") and command.depth == 0:
        yield "sets", " ".join(word.partition("=")[0] for word in plain)
    elif name in SHELLS and plain:
        yield "runs", plain[0]


def _of_python(command: Command, words: list[str], plain: list[str]) -> Iterator[Touched]:
    """A script by its name, and what the text of `-c` tells."""
    if plain and plain[0].endswith(".py") and command.end != "&":
        yield "runs", plain[0]
    code = "\n".join([*words[1:], command.stdin])
    for path, mode in _OPENED.findall(code):
        if set(mode) & set("wx+"):
            yield "writes", path
        elif "a" in mode:
            yield "adds to", path
    yield from (("asks the database", path) for path in _BASES.findall(code))
    yield from (("turns", f"the kill switch {'OFF' if off else 'ON'}") for off in _SWITCHED.findall(code))
    if _VENUE.search(code):
        yield "network:", "the exchange"
