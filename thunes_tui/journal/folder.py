"""The folders of sessions: where they are, a new one, and what lies there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_state_path

from thunes_tui.errors import Damaged, Unusable
from thunes_tui.journal.lock import is_held
from thunes_tui.journal.ownership import private_folder, require_local
from thunes_tui.journal.reader import head_and_last, last_of
from thunes_tui.journal.writer import EVIDENCE, NAME

ENDED = "drill.ended"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """A session on this machine, as much as can be told without following its chain."""

    id: str
    path: Path
    running: bool
    """Whether a writer has its lock."""
    opened: int
    """Microseconds since the epoch; 0 when it cannot be told."""
    last: int
    """When its last record was written; microseconds since the epoch, 0 when it cannot be told."""
    records: int
    ended: bool
    problem: str
    """Why it cannot be used, in one line; empty when it can."""


def sessions_root() -> Path:
    """The folder of all sessions, under the user's state directory (XDG_STATE_HOME)."""
    return Path(user_state_path("thunes-tui")) / "sessions"


def create_folder(session_id: str, root: Path | None = None) -> Path:
    """A new 0700 folder with its `evidence/`. Raises Unusable when it exists or the place is not safe."""
    if not _ID.fullmatch(session_id):
        raise Unusable(f"{session_id!r} cannot name a session: use letters, digits, dots and dashes")
    parent = private_folder(root or sessions_root(), create=True)
    folder = parent / session_id
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise Unusable(f"{folder} exists already: resume it, or choose another name") from None
    private_folder(folder)
    require_local(folder)
    (folder / EVIDENCE).mkdir(mode=0o700)
    return folder


def list_sessions(root: Path | None = None) -> tuple[SessionEntry, ...]:
    """Every session, the last opened first; empty when there is no such folder."""
    root = root or sessions_root()
    try:
        folders = [path for path in root.iterdir() if path.is_dir() and (path / NAME).exists()]
    except OSError:
        return ()
    entries = [_entry(folder) for folder in folders]
    return tuple(sorted(entries, key=lambda entry: (entry.opened, entry.id), reverse=True))


def _entry(folder: Path) -> SessionEntry:
    running, problem = False, ""
    try:
        private_folder(folder)
        running = is_held(folder)
        ends = head_and_last(folder / NAME)
    except (Unusable, Damaged) as error:
        return SessionEntry(folder.name, folder, running, 0, 0, 0, ended=False, problem=str(error))
    if ends is None:
        problem = "it never began"
        return SessionEntry(folder.name, folder, running, 0, 0, 0, ended=False, problem=problem)
    first, last = ends
    ended = next(last_of(folder / NAME, ENDED), None) is not None
    return SessionEntry(folder.name, folder, running, first.t, last.t, last.n + 1, ended, problem)
