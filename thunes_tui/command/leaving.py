"""The one line after a console was left: what still runs, how to end it, how to go on or to begin anew."""

from __future__ import annotations

import shlex
from pathlib import Path

from thunes_tui.invocation import invocation
from thunes_tui.journal.folder import SessionEntry

SANDBOX = " --sandbox"


def chosen(project: Path | None, *, sandbox: bool = False) -> str:
    """The option that names the drilled project to `drill`; nothing where it is the current folder."""
    if sandbox:
        return SANDBOX
    return f" --project {shlex.quote(str(project))}" if project is not None else ""


def way_back(session: str) -> str:
    return f"come back with: {invocation()} drill --session {session}"


def last_line(entry: SessionEntry, option: str) -> str:
    """For a console that was left in order. `option` is what `chosen` says."""
    own = invocation()
    if entry.ended:
        still = [f"its server ({own} stop {entry.id})"] if entry.running else []
        still += [f"the sandbox with its bot ({own} sandbox down)"] if option == SANDBOX else []
        runs = f"; still running: {' and '.join(still)}" if still else ""
        return f"the drill has ended{runs}; begin another with: {own} drill{option} --new"
    if not entry.running:
        return f"the session was interrupted; {way_back(entry.id)}"
    end = f"{own} stop {entry.id}" + (f" && {own} sandbox down" if option == SANDBOX else "")
    return f"the session goes on; {way_back(entry.id)}; end it with: {end}"
