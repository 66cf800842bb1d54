"""The verbs, their options and examples, as data: what `--help` says and what is accepted."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thunes_tui.__main__ import __version__


@dataclass(frozen=True, slots=True)
class Option:
    """One option or argument, with what argparse is told of it."""

    name: str
    help: str
    more: tuple[tuple[str, Any], ...] = ()


def option(name: str, text: str, **more: Any) -> Option:
    return Option(name, text, tuple(more.items()))


@dataclass(frozen=True, slots=True)
class Verb:
    name: str
    does: str
    example: str
    options: tuple[Option, ...] = ()
    parts: tuple[Verb, ...] = ()
    """What may stand behind the verb; one of them must."""


PROJECT = option("--project", "the checkout under drill (default: here)", type=Path, metavar="DIR")
RUNBOOK = option("--runbook", "the drill document (default: the profile's)", type=Path, metavar="FILE")
OPERATOR = option("--operator", "your declared name (default: the login name)", metavar="NAME")
JSON = option("--json", "as JSON", action="store_true")
SESSION = option("session", "its id, or the end of it", nargs="?", default="", metavar="SESSION")

VERBS = (
    Verb(
        "drill",
        "open the console on a project: start, resume or join its session",
        "thunes-tui drill --project ~/LAB/projects/THUNES --operator ann",
        (
            PROJECT,
            RUNBOOK,
            OPERATOR,
            option("--session", "resume or join this session", metavar="ID"),
            option("--new", "begin a new session although one is unfinished", action="store_true"),
            option("--sandbox", "drill the sandbox's project", action="store_true"),
        ),
    ),
    Verb(
        "watch",
        "the monitors alone, on any folder with a log or an audit trail; records nothing",
        "thunes-tui watch --project ~/LAB/projects/THUNES",
        (PROJECT,),
    ),
    Verb(
        "rehearse",
        "the whole drill without a screen, every step unattended",
        "thunes-tui rehearse --sandbox --json result.json",
        (
            PROJECT,
            option("--sandbox", "in a sandbox of its own, removed after it", action="store_true"),
            RUNBOOK,
            option(
                "--test",
                "only this test; GO then means this one, `of` in the JSON is 1",
                type=int,
                default=0,
                metavar="N",
            ),
            option("--json", "write the result as JSON; - for the output", type=Path, metavar="FILE"),
        ),
    ),
    Verb(
        "attach",
        "a further console on a running session",
        "thunes-tui attach 7f3a --role witness",
        (
            SESSION,
            option("--role", "driver asks for the keys", choices=("driver", "witness"), default="witness"),
            OPERATOR,
        ),
    ),
    Verb(
        "sessions",
        "what runs here, and what was recorded",
        "thunes-tui sessions",
        (option("--short", "one line, for a tmux bar", action="store_true"), JSON),
    ),
    Verb(
        "stop",
        "end a session's server in order; the bot and the shell's jobs stay",
        "thunes-tui stop 7f3a",
        (SESSION,),
    ),
    Verb(
        "replay",
        "the console over a saved session",
        "thunes-tui replay 7f3a --at 3.4 --speed 4",
        (
            option("recording", "a session's folder or id", metavar="RECORDING"),
            option("--at", "where to begin: 10:42:15, 3.4 or an id", default="", metavar="TIME|STEP|ID"),
            option("--speed", "times real time", type=float, default=1.0, metavar="N"),
        ),
    ),
    Verb(
        "preflight",
        "the eight sections natively, and the project's own script beside them",
        "thunes-tui preflight --project ~/LAB/projects/THUNES",
        (PROJECT, JSON),
    ),
    Verb(
        "verify",
        "whether recordings still say what was written into them",
        "thunes-tui verify 7f3a",
        (option("recording", "a session's folder or id", nargs="+", metavar="RECORDING"), JSON),
    ),
    Verb(
        "sandbox",
        "the embedded project to drill, with its exchange and its phone",
        "thunes-tui sandbox up",
        parts=(
            Verb("up", "make it where there is none, and bring it up", "thunes-tui sandbox up", (JSON,)),
            Verb(
                "down", "end its faults and take it down; its files stay", "thunes-tui sandbox down", (JSON,)
            ),
            Verb(
                "status",
                "how it is, and what is wrong on purpose",
                "thunes-tui sandbox status --json",
                (JSON,),
            ),
            Verb(
                "fault",
                "make something go wrong in the sandbox; end one fault or all of them; list what there is",
                "thunes-tui sandbox fault exchange-slow --seconds 6; thunes-tui sandbox fault clear",
                (
                    option("name", "a fault's name, or list, or clear", metavar="NAME|list|clear"),
                    option("which", "with clear: this one (default: all)", nargs="?", metavar="NAME"),
                    option("--seconds", "how slow, or how long to wait", type=float, metavar="N"),
                    JSON,
                ),
            ),
        ),
    ),
    Verb("reset", "give back a terminal that a dead program left broken", "thunes-tui reset"),
)


def parser() -> argparse.ArgumentParser:
    """Every verb with its help and an example."""
    top = argparse.ArgumentParser(
        prog="thunes-tui", description="The console for disaster-recovery drills of THUNES."
    )
    top.add_argument("--version", action="version", version=f"thunes-tui {__version__}")
    _add(top, VERBS, "verb")
    return top


def _add(parser: argparse.ArgumentParser, verbs: tuple[Verb, ...], into: str) -> None:
    made = parser.add_subparsers(dest=into, metavar=into.upper(), required=True)
    for verb in verbs:
        each = made.add_parser(
            verb.name, help=verb.does, description=verb.does, epilog=f"example: {verb.example}"
        )
        for chosen in verb.options:
            each.add_argument(chosen.name, help=chosen.help, **dict(chosen.more))
        if verb.parts:
            _add(each, verb.parts, "what")
