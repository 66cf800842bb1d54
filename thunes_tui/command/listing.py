"""The verbs that look and print: sessions, stop, verify, preflight."""

from __future__ import annotations

import argparse
import asyncio
import os
from dataclasses import asdict
from typing import Any

from thunes_tui import clock
from thunes_tui.command.answer import answer, say
from thunes_tui.command.console import person, project_folder, stop_server
from thunes_tui.invocation import invocation
from thunes_tui.journal.folder import list_sessions
from thunes_tui.journal.verify import verify as verify_journal
from thunes_tui.mask import Mask, secrets_of
from thunes_tui.server import choose


def sessions(asked: argparse.Namespace) -> int:
    """What runs, then what was recorded, the newest first."""
    running = {r.session: r for r in choose.running()}
    if asked.short:
        say(" ".join(f"{r.mode}:{r.session[-4:]}" for r in running.values()) or "no drill")
        return 0
    entries = list_sessions()
    facts = [{**asdict(e), "path": str(e.path), "server": e.id in running} for e in entries]
    lines = []
    for entry in entries:
        opened = clock.to_iso(entry.opened)[:16].replace("T", " ") if entry.opened else "unknown"
        how = "running" if entry.id in running else "ended" if entry.ended else entry.problem or "unfinished"
        lines.append(f"{entry.id:24} {opened} UTC {entry.records:7} records  {how}")
    others = [r for r in running.values() if r.session not in {e.id for e in entries}]
    lines += [f"{r.session:24} {r.mode}, not recording" for r in others]
    answer(facts, lines or ["no session yet: thunes-tui drill begins one"], as_json=asked.json)
    return 0


def stop(asked: argparse.Namespace) -> int:
    """Ends the server; the drill can be taken up again, the bot and the shell's jobs stay."""
    running = choose.the_running(asked.session)
    stop_server(running)
    say(stopped(running))
    return 0


def stopped(running: choose.Running) -> str:
    """Only a drill that has not ended can be gone on with: a watch and a replay have no recording of it."""
    if running.mode != "drill":
        return f"{running.mode or 'session'} {running.session} has stopped"
    if any(entry.id == running.session and entry.ended for entry in list_sessions()):
        return f"session {running.session} has stopped; its drill had ended"
    return (
        f"session {running.session} has stopped; to go on: {invocation()} drill --session {running.session}"
    )


def verify(asked: argparse.Namespace) -> int:
    """The chain of each recording; 1 when any does not hold."""
    facts: list[dict[str, Any]] = []
    lines = []
    for name in asked.recording:
        folder = choose.find_recording(name)
        found = verify_journal(folder / "journal.jsonl")
        facts.append({"recording": str(folder), **asdict(found)})
        word = "OK" if found.ok else "DAMAGED"
        anchor = "anchored" if found.anchored else "unanchored: nothing outside the file vouches for its end"
        lines.append(f"{folder.name}: {word}, {found.records} records, head {found.head_hash[:16]}, {anchor}")
        lines += [f"  {problem}" for problem in found.problems]
        if found.tail != "clean":
            lines.append(f"  its end is {found.tail}")
    answer(facts, lines, as_json=asked.json)
    return 0 if all(f["ok"] for f in facts) else 1


def preflight(asked: argparse.Namespace) -> int:
    """Both halves of the pre-flight side by side; 0 only when both pass."""
    from thunes_tui.server import order
    from thunes_tui.server.preflight_check import both

    project = project_folder(asked.project)
    spec = order.new_spec(project, "watch", person(None), clock.system())
    try:
        mask = Mask.of(secrets_of((spec.place("environment"),), os.environ))
        rows, passed = asyncio.run(both(spec, mask))
    finally:
        choose.forget(spec.session)
    lines = []
    for row in rows:
        script = f"script {row['script'] or 'silent':7}"
        lines.append(f"{row['number']} {row['title']:18} console {row['native']:5} {script} {row['detail']}")
        if row["native"] != "PASS" and row["fix"]:
            lines.append(f"    fix: {row['fix']}")
    lines.append("PRE-FLIGHT CHECK PASSED" if passed else "PRE-FLIGHT CHECK FAILED")
    answer({"passed": passed, "sections": rows}, lines, as_json=asked.json)
    return 0 if passed else 1
