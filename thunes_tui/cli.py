"""The verbs of the command line, and the only place where the parts are wired together."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from thunes_tui.command.usage import parser
from thunes_tui.errors import UserError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0 ok, 1 found something or the decision is not GO, 2 usage or unusable."""
    from thunes_tui import title

    asked = parser().parse_args(arguments)
    title.neutralise()
    try:
        return VERBS[asked.verb](asked)
    except UserError as error:
        from thunes_tui.text import safe

        print(f"thunes-tui: {safe(str(error))}", file=sys.stderr)  # noqa: T201 - a command's one line
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except KeyboardInterrupt:
        return 130


def _drill(asked: argparse.Namespace) -> int:
    from thunes_tui.command import console

    project = asked.project
    if asked.sandbox:
        project = _sandbox_project()
    return console.drill(
        project, asked.runbook, asked.operator, asked.session, new=asked.new, sandbox=asked.sandbox
    )


def _sandbox_project() -> Path:
    from thunes_tui import launcher
    from thunes_tui.sandbox import place, world

    launcher.check_terminal()
    where = place.default_place()
    world.up(where)
    return where.project


def _watch(asked: argparse.Namespace) -> int:
    from thunes_tui.command import console

    return console.watch(asked.project)


def _attach(asked: argparse.Namespace) -> int:
    from thunes_tui.command import console

    return console.attach(asked.session, asked.role, asked.operator)


def _replay(asked: argparse.Namespace) -> int:
    from thunes_tui.command import console

    return console.replay(asked.recording, asked.at, asked.speed)


def _rehearse(asked: argparse.Namespace) -> int:
    from thunes_tui.command import rehearsal
    from thunes_tui.sandbox import world
    from thunes_tui.sandbox.place import Place, default_place

    if not asked.sandbox:
        return rehearsal.run(asked.project, asked.runbook, asked.test, asked.json)
    if asked.project is not None:
        raise UserError("--sandbox and --project exclude each other: name one of them")
    rehearsal.end_in_order()
    made = Place(rehearsal.place_beside(default_place().root))
    rehearsal.tell_of_own_sandbox()
    try:
        world.up(made, tied=True)
        return rehearsal.run(made.project, asked.runbook, asked.test, asked.json, sandbox=True)
    finally:
        world.remove(made)


def _sandbox(asked: argparse.Namespace) -> int:
    from thunes_tui.clock import system
    from thunes_tui.command.answer import answer
    from thunes_tui.sandbox import place, report, world
    from thunes_tui.sandbox.fault import orders

    where = place.default_place()
    if asked.what == "fault":
        said = orders.carry_out(where, system(), asked.name, asked.which, asked.seconds)
    elif asked.what == "down":
        said = report.down(where, system())
    else:
        if asked.what == "up":
            world.up(where)
        said = report.status(where, system())
    answer(said.facts, said.lines, as_json=asked.json)
    return said.exit_code


def _listing(name: str) -> Callable[[argparse.Namespace], int]:
    """The verbs that only look and print."""

    def run(asked: argparse.Namespace) -> int:
        from thunes_tui.command import listing

        verb: Callable[[argparse.Namespace], int] = getattr(listing, name)
        return verb(asked)

    return run


def _reset(_asked: argparse.Namespace) -> int:
    from thunes_tui.launcher import restore_terminal

    restore_terminal()
    return 0


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "drill": _drill,
    "watch": _watch,
    "rehearse": _rehearse,
    "attach": _attach,
    "replay": _replay,
    "sandbox": _sandbox,
    "sessions": _listing("sessions"),
    "stop": _listing("stop"),
    "verify": _listing("verify"),
    "preflight": _listing("preflight"),
    "reset": _reset,
}
