"""`thunes-tui rehearse`: a session, a client without a screen, and the result as text and JSON."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from thunes_tui.command.answer import say
from thunes_tui.command.console import begin, person, project_folder
from thunes_tui.drill.results import results
from thunes_tui.errors import Unusable
from thunes_tui.rehearse import rehearse
from thunes_tui.server import choose, runtime

OWN = "rehearsal-"
"""How the folders of rehearsals' sandboxes are called, before the pid of whose it is."""


def place_beside(root: Path) -> Path:
    """A folder of its own for one rehearsal's sandbox. What a killed one has left is taken away first."""
    for folder in root.parent.glob(f"{OWN}*-*"):
        owner = folder.name.removeprefix(OWN).partition("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)
    return root.with_name(f"{OWN}{os.getpid()}-{secrets.token_hex(2)}")


def end_in_order() -> None:
    """From now on a signal to end is an end like any other: what was brought up is taken down."""
    own = os.getpid()

    def end(number: int, _frame: object) -> None:
        if os.getpid() != own:  # forked from it, with nothing of its own to take down
            os._exit(128 + number)
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)


def run(
    named: Path | None, runbook: Path | None, test: int, json_file: Path | None, *, sandbox: bool = False
) -> int:
    """0 when the decision is GO, 1 when it is not. `sandbox`: the project is in one made for this."""
    check_writable(json_file)
    project = project_folder(named)
    name = person(None)
    document = runbook.expanduser().resolve() if runbook is not None else None
    session = begin(project, "rehearse", name, document, test)
    quiet = str(json_file) == "-"
    try:
        socket = runtime.session_runtime(session) / runtime.SERVER
        state, folder = asyncio.run(rehearse(socket, name, (lambda _line: None) if quiet else say))
    finally:
        choose.forget(session)
    found = results(state, folder) | {"sandbox": "its own" if sandbox else None}
    if json_file is not None:
        write(found, json_file)
    if not quiet:
        for line in summary(found):
            say(line)
    return 0 if found["verdict"] == "GO" else 1


def tell_of_own_sandbox() -> None:
    """On the error output, for the result may go to the other: faults made elsewhere play no part here."""
    text = "rehearse: in a sandbox of its own; faults of the running sandbox are not in it"
    print(text, file=sys.stderr)  # noqa: T201 - a command's one line


def check_writable(path: Path | None) -> None:
    """Before minutes are spent on a result that nobody could read. Raises Unusable."""
    if path is None or str(path) == "-":
        return
    folder = path.absolute().parent
    if path.is_dir() or not folder.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise Unusable(f"the result cannot be written to {path}: name a file in a folder of yours")


def write(found: dict[str, Any], path: Path) -> None:
    text = json.dumps(found, indent=2) + "\n"
    if str(path) == "-":
        sys.stdout.write(text)
    else:
        path.write_text(text, encoding="utf-8")


def summary(found: dict[str, Any]) -> list[str]:
    """A line a test, the decision, where it is recorded."""
    lines = [""]
    for test in found["tests"]:
        sensed = sum(check["verdict"] == "PASS" for check in test["checks"])
        seconds = f"{test['duration_s']:.1f} s" if test["duration_s"] is not None else ""
        lines.append(
            f"Test {test['number']} {test['title'][:40]:40} {test['verdict']:12} "
            f"{sensed}/{len(test['checks'])} criteria {seconds}"
        )
    recovery, alert = found["recovery_s"], found["telegram_latency_s"]
    if recovery is not None:
        lines.append(f"recovered in {recovery:.1f} s")
    if alert is not None:
        lines.append(f"alert after {alert:.2f} s")
    open_ones = [row["text"] for row in found["prerequisites"] if not row["confirmed"]]
    if open_ones:
        of = len(found["prerequisites"])
        lines.append(
            f"prerequisites: {of - len(open_ones)} of {of} sensed, a person's: {'; '.join(open_ones)}"
        )
    for finding in found["findings"]:
        where = f"Test {finding['test'][1:]}: " if finding["test"] else ""
        lines.append(f"{'veto' if finding['veto'] else 'finding'}: {where}{finding['text']}")
    lines += [f"reason: {reason}" for reason in found["reasons"]]
    decision = f"REHEARSAL {found['verdict']} {found['passed']}/{found['of']}"
    lines.append(
        f"{decision}, {found['not_verified']} not verified; a rehearsal never authorises a deployment"
    )
    lines.append(f"recording: {found['recording']}")
    return lines
