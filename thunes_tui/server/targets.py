"""What a shell text signals: `pkill`, `killall`, `kill`, `pgrep` before them, and scripts that do."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from thunes_tui.runbook.shellwords import Command, commands_of
from thunes_tui.runbook.wrappers import arguments_of, name_of, names, unwrap
from thunes_tui.server import unseen

Kind = Literal["pattern", "name", "pid", "group", "everything", "unresolved"]
Read = Callable[[str], str | None]
DEEPEST = 8
"""Wrappers within wrappers that are looked into: `sudo timeout 5 pkill ...`."""
SCRIPTS = 3
"""Scripts run by scripts that are looked into."""
_PRIVILEGES = names("sudo doas su runuser pkexec gosu")
_FLAGS = frozenset("fxinoveawlcAH")
_LONG = {"full": "f", "exact": "x", "ignore-case": "i", "newest": "n", "oldest": "o", "inverse": "v"}
_VALUED_LONG = {
    "euid": "u", "uid": "U", "parent": "P", "pidfile": "F", "pgroup": "g", "group": "G", "session": "s",
    "terminal": "t", "older": "O", "runstates": "r", "ns": "?", "nslist": "?",
}  # fmt: skip
_UNASKED = names("signal queue")
_KILLALL_VALUED = frozenset({"-s", "--signal", "-u", "--user", "-o", "-y", "-Z", "-n", "--ns"})
_SIGNALS = {known.name.removeprefix("SIG") for known in signal.Signals} | names("IOT CLD POLL")
_OPEN = re.compile(r"\$[\w{(@*#?!$]|`")
"""What the shell puts in the place of; a lone `$` is the end of a line to pkill."""


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
    privileged: bool = False
    """It is signalled with another user's rights: whose process it is makes no difference."""


def _unreadable(_path: str) -> str | None:
    return None


def targets(text: str, read: Read = _unreadable, depth: int = 0) -> tuple[Target, ...]:
    """Everything that the shell text signals; empty when it signals nothing that can be seen from it.

    `read` gives the text of a script that the text runs, or None where it cannot be had. What may signal and
    cannot be read is `unresolved`.
    """
    found: list[Target] = []
    listed: list[Target] = []
    for command, privileged in runs(text):
        own = [*_of(command), *_beyond(command, read, depth)]
        found += [replace(target, privileged=True) if privileged else target for target in own]
        listed += [replace(target, privileged=privileged) for target in _listed(command)]
    kept = [target for target in found if not _is_listed(target, text)]
    if len(kept) < len(found):
        # `kill $(pgrep -f x)`, `pgrep x | xargs kill`: what is listed is what is hit.
        kept += listed
    return tuple(dict.fromkeys(kept))


def runs(text: str) -> Iterator[tuple[Command, bool]]:
    """Its simple commands, with what `sudo`, `timeout` and their like run; whether with another's rights."""
    for command in commands_of(unseen.plain(text)):
        yield from _unwrapped(command, 0, privileged=False)


def _unwrapped(command: Command, depth: int, *, privileged: bool) -> Iterator[tuple[Command, bool]]:
    yield command, privileged
    if depth < DEEPEST:
        for inner in unwrap(command):
            above = privileged or name_of(command) in _PRIVILEGES
            yield from _unwrapped(inner, depth + 1, privileged=above)


def _beyond(command: Command, read: Read, depth: int) -> list[Target]:
    """What the command runs that does not stand in its words."""
    why = unseen.unknown(command)
    if why:
        return [Target("unresolved", why)]
    path = unseen.script_of(command)
    if not path:
        return []
    script = None if _OPEN.search(path) or depth >= SCRIPTS else read(path)
    if script is None:
        said = f"{path}: the script cannot be read"
        return [Target("unresolved", said)] if unseen.is_named(command) else []
    is_shell = unseen.is_named(command) or re.match(r"#!.*\b(?:ba|da|z|k|)sh\b", script)
    if not is_shell or not unseen.SIGNALS.search(script):
        return []
    return list(targets(script, read, depth + 1))


def _is_listed(target: Target, text: str) -> bool:
    """Whether what `kill` is given is what a `pgrep` or `pidof` of the same text lists."""
    if target.kind != "unresolved" or not target.text.startswith("kill "):
        return False
    lister = r"(?:sudo\s+)?(?:pgrep|pidof)\b"
    if target.text.startswith("kill without a number"):
        return re.search(rf"(?:^|[;&|(\n]\s*){lister}[^|;&\n]*\|[^;&\n]*\bxargs\b", text) is not None
    word = target.text.removeprefix("kill ").partition(": ")[0]
    if re.fullmatch(rf"(?:\$\(|`)\s*{lister}[^|;&\n]*(?:\)|`)", word):
        return True
    name = re.fullmatch(r"\$\{?([A-Za-z_]\w*)\}?", word)
    if name is None:
        return False
    set_at = re.findall(rf"(?:\b{name[1]}=|\b(?:for|read)\s[^;\n]*\b{name[1]}\b)[^;\n]*", text)
    given = rf"(?:{name[1]}=|for\s+{name[1]}\s+in\s+)[\"']?(?:\$\(|`)\s*{lister}"
    return len(set_at) == 1 and re.match(given, set_at[0]) is not None


def _of(command: Command) -> list[Target]:
    name, words = name_of(command), arguments_of(command)[1:]
    if name == "pkill":
        return _pattern(words)
    if name in ("killall", "skill"):
        return _killall(words)
    if name == "kill":
        return _kill(words, fed=command.fed)
    if name in ("xargs", "parallel") and {"pkill", "killall", "skill"} & {
        w.rpartition("/")[2] for w in words
    }:
        return [Target("unresolved", f"{name}: what its input names cannot be told from the text")]
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
    asked = [*plain, *(value for each in values.values() for value in each)]
    others = not plain and not users and not parents and values
    if "F" in values or "v" in flags or others or any(_OPEN.search(word) for word in asked):
        said = f"pkill {' '.join(words)}: its targets cannot be told from the text"
        return [Target("unresolved", said)]
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
        elif name in _UNASKED:
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
    """`-9`, `-KILL`, `-SIGTERM`; `-P4711` and `-U0` are none."""
    body = word[1:].removeprefix("SIG")
    return body.isdigit() or body in _SIGNALS or body.startswith(("RTMIN", "RTMAX"))


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
            elif re.search(r"[/$`*?{\[]", word):
                found.append(Target("unresolved", f"killall {word}: its target cannot be told from the text"))
            else:
                found.append(Target("name", word, fold=fold))
    return found


def _kill(words: list[str], *, fed: bool) -> list[Target]:
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
            [Target("unresolved", "kill without a number: its targets come from elsewhere")]
            if words or fed
            else []
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
