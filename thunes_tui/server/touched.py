"""Which files a shell text removes or writes over: `rm`, `mv`, `cp`, `>`, `tee`, and scripts that do."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from thunes_tui.runbook.shellwords import Command
from thunes_tui.runbook.wrappers import arguments_of, name_of, names
from thunes_tui.server import targets, unseen
from thunes_tui.server.targets import Read

REMOVERS = names("rm unlink shred rmdir")
_TRUNCATING = frozenset({">", ">|", "&>", ">&"})
_OPEN = re.compile(r"\$|`|^\{\}$")
_NAMED = re.compile(r"\$(?:\{(?P<braced>\w+)\}|(?P<bare>\w+))")
_TEMPORARY = re.compile(r"\$\(\s*mktemp\b|`\s*mktemp\b")
_SQL = re.compile(
    r"\b(?:drop|delete|update|insert|replace|alter|vacuum|reindex)\b|\.restore\b|\.import\b", re.IGNORECASE
)
_CODE = re.compile(
    r"\bos\.(?:remove|unlink|rename|replace|truncate|rmdir)\s*\(|\brmtree\s*\(|\.unlink\s*\(|\bshutil\.(?:move|copy)"
)
_VALUED = {
    "cp": names("-t -S --target-directory --suffix"),
    "mv": names("-t -S --target-directory --suffix"),
    "install": names("-t -m -o -g -S --target-directory --mode --owner --group"),
    "truncate": names("-s -r --size --reference"),
    "shred": names("-n -s --iterations --size"),
}


@dataclass(frozen=True, slots=True)
class Touch:
    """One file, or several by a pattern, as the text names them."""

    path: str
    """Relative to `base`, with patterns as they stand; of `unresolved`, what cannot be told and why."""
    what: str
    """`removed`, `moved away`, `written over`, `emptied`, `changed`, `unresolved`."""
    base: str = ""
    """The folder that the text has gone to by then, as it names it; empty for where it begins."""
    into: str = ""
    """The name that it gets where `path` is a folder."""
    deep: bool = False
    """With all that is in it."""


def touches(text: str, read: Read, depth: int = 0) -> tuple[Touch, ...]:
    """Everything that the text takes away or writes over, whether or not it exists.

    `read` gives the text of a script that the text runs, or None where it cannot be had.
    """
    found: list[Touch] = []
    values = _values(text)
    base = ""
    for command, _privileged in targets.runs(text):
        words = [_filled(word, values) for word in arguments_of(command)]
        name = name_of(command)
        if name == "cd" and command.depth == 0:
            base = _gone_to(base, words)
            continue
        own = (*_of(name, words, command), *_redirected(command, values))
        found += [replace(touch, base=base) for touch in own]
        found += _beyond(command, read, depth)
    return tuple(dict.fromkeys(touch for touch in found if touch.path != _MADE))


_MADE = "\0"
"""Stands for a file that the text has just made for itself."""


def _values(text: str) -> dict[str, str]:
    """What its variables hold, of those that are set once, to a plain word or to a file of `mktemp`."""
    found: dict[str, str] = {}
    for name, value in re.findall(
        r"(?:^|[\s;&|(])([A-Za-z_]\w*)=(\"[^\"]*\"|'[^']*'|\$\([^)]*\)|[^\s;&|]*)", text
    ):
        word = value.strip("\"'")
        if name in found:
            found[name] = "$"
        else:
            found[name] = _MADE if _TEMPORARY.match(word) else word
    return {name: value for name, value in found.items() if not _OPEN.search(value)}


def _filled(word: str, values: dict[str, str]) -> str:
    """The word with the variables that are known; a file of `mktemp` is no file of anybody's."""

    def known(match: re.Match[str]) -> str:
        name = match["braced"] or match["bare"]
        return "~" if name == "HOME" else values.get(name, match[0])

    filled = _NAMED.sub(known, word)
    return _MADE if _MADE in filled or _TEMPORARY.match(filled) else filled


def _gone_to(base: str, words: list[str]) -> str:
    to = next((word for word in words[1:] if not word.startswith("-")), "~")
    return base if _OPEN.search(to) else posixpath.join(base, to)


def _of(name: str, words: list[str], command: Command) -> Iterator[Touch]:
    plain = _plain(name, words)
    if name in REMOVERS:
        deep = any(re.match(r"-\w*[rR]|--recursive", word) for word in words[1:])
        yield from (_touch(name, path, "removed", deep=deep) for path in plain)
    elif name in ("cp", "mv", "install", "ln"):
        yield from _copied(name, words, plain)
    elif name == "truncate":
        yield from (_touch(name, path, "emptied") for path in plain)
    elif name in ("tee", "sponge") and not {"-a", "--append"} & set(words):
        yield from (_touch(name, path, "written over") for path in plain)
    elif name == "dd":
        yield from (
            _touch(name, w[3:], "written over") for w in words if w.startswith("of=") and w != "of=/dev/null"
        )
    elif name == "sed" and any(re.match(r"-\w*i|--in-place", word) for word in words[1:]):
        yield from (_touch(name, path, "changed") for path in plain[1:])
    elif name == "sqlite3" and plain and _SQL.search(" ".join([*plain[1:], command.stdin])):
        yield _touch(name, plain[0], "changed")
    elif name == "find" and "-delete" in words:
        yield Touch(f"find {' '.join(words[1:])[:60]}: which files it deletes cannot be told", "unresolved")
    elif name.startswith(("python", "pypy")) and _CODE.search("\n".join([*words[1:], command.stdin])):
        yield Touch(f"{name}: its code removes or moves files", "unresolved")


def _plain(name: str, words: list[str]) -> list[str]:
    """The words that are no options and no values of options."""
    found: list[str] = []
    at, only = 1, False
    while at < len(words):
        word = words[at]
        at += 1
        if word in ("+", ";") and "{}" in words:
            break
        if only or not word.startswith("-") or word == "-":
            found.append(word)
        elif word == "--":
            only = True
        elif word in _VALUED.get(name, ()):
            at += 1
    return found


def _copied(name: str, words: list[str], plain: list[str]) -> Iterator[Touch]:
    given = [words[at + 1] for at, w in enumerate(words[:-1]) if w in ("-t", "--target-directory")]
    given += [word.partition("=")[2] for word in words if word.startswith("--target-directory=")]
    if {"-n", "--no-clobber", "-u", "--update"} & set(words) and name != "mv":
        return
    sources, to = (plain, given[0]) if given else (plain[:-1], plain[-1] if len(plain) > 1 else "")
    if not to or (name == "ln" and not any(re.match(r"-\w*f|--force", word) for word in words)):
        return
    for source in sources:
        into = "" if _OPEN.search(source) else posixpath.basename(source.rstrip("/"))
        yield replace(_touch(name, to, "written over"), into=into)
        if name == "mv":
            yield _touch(name, source, "moved away", deep=True)


def _touch(name: str, path: str, what: str, *, deep: bool = False) -> Touch:
    if _OPEN.search(path):
        return Touch(f"{name} {path[:60]}: which files cannot be told from the text", "unresolved")
    return Touch(path, what, deep=deep)


def _redirected(command: Command, values: dict[str, str]) -> Iterator[Touch]:
    for sign, word in command.redirections:
        path = _filled(word, values)
        is_file = not path.isdigit() and path != "-" and not path.startswith(("/dev/", "&"))
        if sign in _TRUNCATING and is_file and not _OPEN.search(path):
            yield Touch(path, "emptied")


def _beyond(command: Command, read: Read, depth: int) -> tuple[Touch, ...]:
    """What a script of the project does that the command runs."""
    path = unseen.script_of(command)
    if not path or _OPEN.search(path) or depth >= targets.SCRIPTS:
        return ()
    script = read(path)
    if script is None or not (unseen.is_named(command) or re.match(r"#!.*\b(?:ba|da|z|k|)sh\b", script)):
        return ()
    return touches(script, read, depth + 1)
