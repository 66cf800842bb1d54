"""Classes of a step's block that a person should know before it runs, found by looking at it.

A flag is a warning, never an acquittal: a block without flags is not thereby harmless.
"""

from __future__ import annotations

import re

from thunes_tui.runbook.habits import changes_directory, changes_environment, is_interactive, never_ends
from thunes_tui.runbook.harm import is_destructive, is_network, is_privileged
from thunes_tui.runbook.hidden import hides_text
from thunes_tui.runbook.placeholders import placeholders
from thunes_tui.runbook.shellwords import Command, commands_of
from thunes_tui.runbook.wrappers import unwrap

FLAGS = (
    "interactive",
    "never-ending",
    "background",
    "destructive",
    "privileged",
    "network",
    "changes-directory",
    "changes-environment",
    "shared-tmp",
    "placeholder",
    "hidden-text",
)
"""Every flag, in the order in which a step lists them."""

_SHARED = re.compile(r"(?<![\w.~}/-])/(?:(?:var/)?tmp(?![\w.-])|dev/shm(?![\w.-]))")
_COMMENT = re.compile(r"^\s*#[^\n]*$", re.MULTILINE)
_WRAPPED = 6  # wrappers around a command that are looked through


def flags_of(command: str) -> tuple[str, ...]:
    """The flags of a block, in the order of `FLAGS`."""
    found: set[str] = set()
    commands = _unwrapped(commands_of(command), 0)
    programs = {item.words[0] for item in commands if item.words}
    for item in commands:
        found.update(_of_command(item, programs))
    if _SHARED.search(_COMMENT.sub("", command)):
        found.add("shared-tmp")
    if placeholders(command):
        found.add("placeholder")
    if hides_text(command):
        found.add("hidden-text")
    return tuple(flag for flag in FLAGS if flag in found)


def _unwrapped(commands: list[Command], depth: int) -> list[Command]:
    """The commands with those that `sudo`, `timeout`, `bash -c` and the like run for them."""
    found: list[Command] = []
    for command in commands:
        found.append(command)
        if depth < _WRAPPED:
            found.extend(_unwrapped(unwrap(command), depth + 1))
    return found


def _of_command(command: Command, programs: set[str]) -> set[str]:
    found: set[str] = set()
    if command.end == "&" or (
        command.words and command.words[0] in ("coproc", "disown", "setsid", "daemonize")
    ):
        found.add("background")
    elif never_ends(command, programs):
        found.add("never-ending")
    for flag, has in (
        ("interactive", is_interactive),
        ("destructive", is_destructive),
        ("privileged", is_privileged),
        ("network", is_network),
        ("changes-directory", changes_directory),
        ("changes-environment", changes_environment),
    ):
        if has(command):
            found.add(flag)
    return found
