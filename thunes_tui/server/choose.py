"""Which session a command means: one that runs, one to be taken up again, or a new one."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from thunes_tui.errors import Unusable
from thunes_tui.journal.codec import Record
from thunes_tui.journal.folder import SessionEntry, list_sessions
from thunes_tui.journal.reader import head_and_last
from thunes_tui.server import runtime

OPENING = ("drill.opened", "runbook.pinned", "test.pinned", "document.pinned")
"""The kinds that a session's journal begins with."""
ABOUT = "about.json"
"""In the runtime folder: which project a running session is on."""


@dataclass(frozen=True, slots=True)
class Running:
    """A session whose server answers."""

    session: str
    project: str
    mode: str

    @property
    def socket(self) -> Path:
        return runtime.session_runtime(self.session) / runtime.SERVER


REPLAY = "replay-"
"""How the sessions of replays are called; none of them is what somebody means who names none."""


def running() -> tuple[Running, ...]:
    """Every session that runs here."""
    found = []
    for session in runtime.running_sessions():
        about = runtime.runtime_root() / session / ABOUT
        try:
            facts = json.loads(about.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            facts = {}
        found.append(Running(session, str(facts.get("project", "")), str(facts.get("mode", ""))))
    return tuple(found)


def the_running(wanted: str) -> Running:
    """The session that a person names, by its id or the end of it; the only one when none is named.

    Raises Unusable where there is none, or more than one.
    """
    all_of_them = running()
    if wanted:
        fitting = [r for r in all_of_them if r.session == wanted or r.session.endswith(wanted)]
    else:
        all_of_them = tuple(r for r in all_of_them if not r.session.startswith(REPLAY))
        # A watch ends with its last console, some seconds later: it is meant where nothing else runs.
        fitting = [r for r in all_of_them if r.mode != "watch"] or list(all_of_them)
    if len(fitting) == 1:
        return fitting[0]
    if not all_of_them:
        raise Unusable("no session runs here: begin one with thunes-tui drill")
    names = ", ".join(r.session for r in all_of_them)
    if not fitting:
        raise Unusable(f"no session called {wanted} runs here; these do: {names}")
    raise Unusable(f"several sessions run here, name one: {names}")


def forget(session: str) -> None:
    """Take an ended session's sockets away."""
    shutil.rmtree(runtime.runtime_root() / session, ignore_errors=True)


def find_recording(name: str) -> Path:
    """A recording by its folder, or a session by its id or the end of it. Raises Unusable."""
    path = Path(name)
    if path.is_dir():
        return path.resolve()
    if path.name == "journal.jsonl" and path.is_file():
        return path.resolve().parent
    fitting = [s for s in list_sessions() if s.id == name or s.id.endswith(name)]
    if len(fitting) == 1:
        return fitting[0].path
    if len(fitting) > 1:
        raise Unusable(f"several sessions end in {name}: " + ", ".join(s.id for s in fitting))
    raise Unusable(
        f"no recording {name}: name a folder with journal.jsonl, or a session of thunes-tui sessions"
    )


def is_cut_short(last: Record) -> bool:
    """Whether a journal that ends so was left before all of its tests were pinned: nothing was done in it."""
    return last.kind in OPENING


def unfinished(project: Path) -> SessionEntry | None:
    """The last session of this project that was never ended and has no server: to be taken up again."""
    for entry in list_sessions():
        if entry.running or entry.ended or entry.problem:
            continue
        ends = head_and_last(entry.path / "journal.jsonl")
        if ends is None or is_cut_short(ends[1]):
            continue
        facts = ends[0].data
        if facts.get("mode") == "drill" and facts.get("paths", {}).get("project") == str(project):
            return entry
    return None
