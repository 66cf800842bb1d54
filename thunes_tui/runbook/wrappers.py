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
    "unbuffer caffeinate strace ltrace script parallel coproc su runuser pkexec flock taskset busybox toybox "
    "nsenter unshare chroot chrt setpriv prlimit setarch gosu systemd-run start-stop-daemon trap"
)
SHELLS = names("bash sh zsh ksh dash ash")
_VALUED = {
    "sudo": names("-u -g -C -h -p -U -D -R -T --user --group --chdir --host"),
    "doas": names("-u -C"),
    "env": names("-u -C --unset --chdir"),
    "nice": names("-n"),
    "ionice": names("-c -n"),
    "xargs": names("-n -P -I -L -d -a -s -E"),
    "watch": names("-n --interval"),
    "timeout": names("-s -k --signal --kill-after"),
    "stdbuf": names("-i -o -e"),
    "strace": names("-e -o -p -s"),
    "exec": names("-a"),
    "flock": names("-w -E --timeout --wait --conflict-exit-code"),
    "nsenter": names("-t -S -G --target --setuid --setgid"),
    "unshare": names("-S -G -R -w --setuid --setgid --root --wd"),
    "runuser": names("-u -g -G --user --group"),
    "pkexec": names("--user"),
    "systemd-run": names("-p -u --unit --uid --gid --slice"),
    "start-stop-daemon": names("-a -x -p -u -n"),
}
_BEFORE = {"timeout": 1, "flock": 1, "taskset": 1, "chroot": 1, "chrt": 1, "gosu": 1}
"""Words of their own that stand before the command: a duration, a lock, a mask, a root."""
_ASSIGNMENT = re.compile(r"^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=")


def name_of(command: Command) -> str:
    """The program's name, assignments in front of it and its folder taken off; empty for none."""
    words = arguments_of(command)
    return (PurePosixPath(words[0]).name or words[0]) if words else ""


def arguments_of(command: Command) -> list[str]:
    """The words from the program's own on."""
    for index, word in enumerate(command.words):
        if not _ASSIGNMENT.match(word):
            return command.words[index:]
    return []


def unwrap(command: Command) -> list[Command]:
    """The commands that this one runs for its user: of `sudo rm x` it is `rm x`."""
    name, words = name_of(command), arguments_of(command)
    if name in SHELLS:
        return _of_shell(command, words)
    if name == "ssh":
        return _parsed(" ".join(words[2:]), command.depth + 1)
    if name == "find":
        return [
            _with(command, words[at + 1 :])
            for at, word in enumerate(words)
            if word in ("-exec", "-execdir", "-ok", "-okdir")
        ]
    if name not in _WRAPPERS:
        return []
    given = _given_text(name, words)
    if given is not None:
        return _parsed(given, command.depth + (name != "trap"))
    rest = _behind_options(name, words[1:])[_BEFORE.get(name, 0) :]
    if name in ("watch", "eval"):
        return _parsed(" ".join(rest), command.depth + (name == "watch"))
    inner = _with(command, rest)
    if name not in ("command", "builtin", "time", "exec"):
        inner.depth += 1
    if name == "xargs":
        inner.fed = True
    if name == "timeout":
        inner.keyword = name
    return [inner]


def shell_text(words: list[str]) -> str | None:
    """What `bash -c TEXT`, `sh -lc TEXT`, `bash -o pipefail -c TEXT` runs; None where no text is given."""
    at, given = 1, False
    while at < len(words) and words[at][:1] in ("-", "+") and words[at] not in ("-", "--"):
        word = words[at]
        given = given or (word[0] == "-" and word[1:2] != "-" and "c" in word[1:])
        at += 2 if word in ("-o", "+o", "-O", "+O", "--rcfile", "--init-file") else 1
    if at < len(words) and words[at] == "--":
        at += 1
    return words[at] if given and at < len(words) else None


def _of_shell(command: Command, words: list[str]) -> list[Command]:
    text = shell_text(words)
    if text is None:
        text = "\n".join([command.stdin, *(word for sign, word in command.redirections if sign == "<<<")])
    return _parsed(text, command.depth + 1)


def _given_text(name: str, words: list[str]) -> str | None:
    """The shell text that `su -c`, `flock F -c`, `script -c`, `env -S` and `trap` are handed."""
    if name == "trap":
        return words[1] if len(words) > 2 and words[1] not in ("-", "-l", "-p") else ""
    if name not in ("su", "runuser", "flock", "script", "env"):
        return None
    asked = ("-S", "--split-string") if name == "env" else ("-c", "--command", "-qc", "-lc")
    for at, word in enumerate(words):
        if word in asked:
            return words[at + 1] if at + 1 < len(words) else ""
        if word.startswith(f"{asked[1]}="):
            return word.partition("=")[2]
    return "" if name == "su" else None


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
    while at < len(words) and (
        words[at].startswith("-") or (name in ("env", "sudo") and _ASSIGNMENT.match(words[at]))
    ):
        at += 2 if words[at] in valued else 1
    return words[at:]
