"""The verbs of the command line, and the only place where the parts are wired together."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from thunes_tui.__main__ import __version__
from thunes_tui.errors import UserError

EXAMPLES = {
    "drill": "thunes-tui drill --project ~/LAB/projects/THUNES --operator ann",
    "watch": "thunes-tui watch --project ~/LAB/projects/THUNES",
    "rehearse": "thunes-tui rehearse --sandbox --json result.json",
    "attach": "thunes-tui attach 7f3a --role witness",
    "sessions": "thunes-tui sessions",
    "stop": "thunes-tui stop 7f3a",
    "replay": "thunes-tui replay 7f3a --at 3.4 --speed 4",
    "preflight": "thunes-tui preflight --project ~/LAB/projects/THUNES",
    "verify": "thunes-tui verify 7f3a",
    "sandbox": "thunes-tui sandbox up",
    "reset": "thunes-tui reset",
}


def parser() -> argparse.ArgumentParser:
    """Every verb with its help and an example."""
    top = argparse.ArgumentParser(
        prog="thunes-tui", description="The console for disaster-recovery drills of THUNES."
    )
    top.add_argument("--version", action="version", version=f"thunes-tui {__version__}")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, does: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=does, description=does, epilog=f"example: {EXAMPLES[name]}")

    def project(made: argparse.ArgumentParser) -> None:
        made.add_argument(
            "--project", type=Path, metavar="DIR", help="the checkout under drill (default: here)"
        )

    drill = verb("drill", "open the console on a project: start, resume or join its session")
    project(drill)
    drill.add_argument(
        "--runbook", type=Path, metavar="FILE", help="the drill document (default: the profile's)"
    )
    drill.add_argument("--operator", metavar="NAME", help="your declared name (default: the login name)")
    drill.add_argument("--session", metavar="ID", help="resume or join this session")
    drill.add_argument("--new", action="store_true", help="begin a new session although one is unfinished")
    drill.add_argument("--sandbox", action="store_true", help="drill the sandbox's project")
    watch = verb("watch", "the monitors alone, on any folder with a log or an audit trail; records nothing")
    project(watch)
    rehearse = verb("rehearse", "the whole drill without a screen, every step unattended")
    where = rehearse.add_mutually_exclusive_group()
    project(rehearse)
    where.add_argument("--sandbox", action="store_true", help="in a sandbox made for it and removed after it")
    rehearse.add_argument("--runbook", type=Path, metavar="FILE", help="the drill document")
    rehearse.add_argument("--test", type=int, default=0, metavar="N", help="only this test")
    rehearse.add_argument(
        "--json", type=Path, metavar="FILE", help="write the result as JSON; - for the output"
    )
    attach = verb("attach", "a further console on a running session")
    attach.add_argument("session", nargs="?", default="", metavar="SESSION")
    attach.add_argument(
        "--role", choices=("driver", "witness"), default="witness", help="driver asks for the keys"
    )
    attach.add_argument("--operator", metavar="NAME", help="your declared name")
    sessions = verb("sessions", "what runs here, and what was recorded")
    sessions.add_argument("--short", action="store_true", help="one line, for a tmux bar")
    sessions.add_argument("--json", action="store_true", help="as JSON")
    stop = verb("stop", "end a session's server in order; the bot and the shell's jobs stay")
    stop.add_argument("session", nargs="?", default="", metavar="SESSION")
    replay = verb("replay", "the console over a saved session")
    replay.add_argument("recording", metavar="RECORDING", help="a session's folder or id")
    replay.add_argument(
        "--at", default="", metavar="TIME|STEP|ID", help="where to begin: 10:42:15, 3.4 or an id"
    )
    replay.add_argument("--speed", type=float, default=1.0, metavar="N", help="times real time")
    preflight = verb("preflight", "the eight sections natively, and the project's own script beside them")
    project(preflight)
    preflight.add_argument("--json", action="store_true", help="as JSON")
    verify = verb("verify", "whether recordings still say what was written into them")
    verify.add_argument("recording", nargs="+", metavar="RECORDING")
    verify.add_argument("--json", action="store_true", help="as JSON")
    sandbox = verb("sandbox", "the embedded project to drill, with its exchange and its phone")
    sandbox.add_argument("what", choices=("up", "down", "status"))
    sandbox.add_argument("--json", action="store_true", help="as JSON")
    verb("reset", "give back a terminal that a dead program left broken")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0 ok, 1 found something or the decision is not GO, 2 usage or unusable."""
    from thunes_tui import title

    asked = parser().parse_args(arguments)
    title.neutralise()
    try:
        return VERBS[asked.verb](asked)
    except UserError as error:
        print(f"thunes-tui: {error}", file=sys.stderr)  # noqa: T201 - a command's one line
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
    return console.drill(project, asked.runbook, asked.operator, asked.session, new=asked.new)


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
    made = Place(rehearsal.place_beside(default_place().root))
    try:
        world.up(made, tied=True)
        return rehearsal.run(made.project, asked.runbook, asked.test, asked.json)
    finally:
        world.remove(made)


def _sandbox(asked: argparse.Namespace) -> int:
    from thunes_tui.command.answer import answer
    from thunes_tui.sandbox import place, world

    where = place.default_place()
    if asked.what == "up":
        world.up(where)
    elif asked.what == "down":
        ran = world.down(where)
        answer({"running": False}, ["the sandbox is down" if ran else "no sandbox ran"], as_json=asked.json)
        return 0
    known = place.read_world(where)
    if known is None or not known.alive:
        answer({"running": False}, ["no sandbox runs: thunes-tui sandbox up"], as_json=asked.json)
        return 1
    facts = {
        "running": True,
        "project": str(where.project),
        "exchange": f"http://127.0.0.1:{known.exchange_port}",
        "telegram": f"http://127.0.0.1:{known.telegram_port}",
        "inbox": str(where.inbox),
        "world": "a namespace of its own" if known.pid else "this machine's only one",
    }
    answer(facts, [f"{name:9} {value}" for name, value in facts.items()], as_json=asked.json)
    return 0


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
