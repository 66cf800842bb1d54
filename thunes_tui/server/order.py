"""What a new server is to serve: a new session, one to be taken up again, a watch; made in its process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from thunes_tui.clock import Clock
from thunes_tui.config import load_profile
from thunes_tui.errors import Unusable, UserError
from thunes_tui.journal.folder import SessionEntry, sessions_root
from thunes_tui.journal.reader import head_and_last
from thunes_tui.server import runtime
from thunes_tui.server.choose import forget, is_cut_short
from thunes_tui.server.opening import new_session_id
from thunes_tui.server.spec import SessionSpec
from thunes_tui.server.start import serve


def new_spec(
    project: Path, mode: str, operator: str, clock: Clock, runbook: Path | None = None
) -> SessionSpec:
    """A new session; nothing is written yet but its runtime folder."""
    session = new_session_id(clock)
    folder = None if mode == "watch" else sessions_root() / session
    return SessionSpec(
        session,
        folder,
        runtime.session_runtime(session),
        project,
        load_profile(project),
        mode,
        operator,
        runbook,
    )


def _with_files(spec: SessionSpec, files: list[Path]) -> SessionSpec:
    """A watch on a folder that is no checkout: its newest log and its newest JSON lines."""
    paths = spec.profile.paths
    for name, ending in (("log", ".log"), ("audit", ".jsonl")):
        fitting = [f for f in files if f.suffix == ending]
        if fitting:
            newest = max(fitting, key=lambda f: f.stat().st_mtime).name
            paths = replace(paths, log=newest) if name == "log" else replace(paths, audit=newest)
    return replace(spec, profile=replace(spec.profile, paths=paths))


def resumed_spec(entry: SessionEntry, operator: str) -> SessionSpec:
    """A session to be taken up again where it stopped, with the project that it names itself."""
    ends = head_and_last(entry.path / "journal.jsonl")
    if ends is None:
        raise Unusable(f"{entry.path} holds no record: begin a new session")
    if is_cut_short(ends[1]):
        raise Unusable(f"session {entry.id} was killed as it began, and has no drill in it: begin a new one")
    facts = ends[0].data
    paths = facts.get("paths", {})
    project = Path(str(paths.get("project", "")))
    if not project.is_dir():
        raise Unusable(f"the project of session {entry.id}, {project}, is not there any more")
    return SessionSpec(
        entry.id,
        entry.path,
        runtime.session_runtime(entry.id),
        project,
        load_profile(project),
        str(facts.get("mode", "drill")),
        operator,
        Path(str(paths["runbook"])) if paths.get("runbook") else None,
        resume=True,
    )


def watch_spec(project: Path, operator: str, clock: Clock) -> SessionSpec:
    """A watch on any folder that has a log or an audit trail. Raises Unusable for one that has neither."""
    spec = new_spec(project, "watch", operator, clock)
    if any(spec.place(name).exists() for name in ("log", "audit")):
        return spec
    lone = sorted(project.glob("*.log")) + sorted(project.glob("*.jsonl"))
    if not lone:
        forget(spec.session)
        paths = spec.profile.paths
        raise Unusable(f"{project} has neither {paths.log} nor {paths.audit}, nor any *.log or *.jsonl")
    return _with_files(spec, lone)


def carry_out(spec: SessionSpec, clock: Clock, ready: Callable[[str], None]) -> None:
    """Serve the session; one that never came up leaves nothing behind (see `start.serve`)."""
    runtime.sweep(clock)
    try:
        serve(spec, clock, lambda: ready(spec.session))
    except UserError:
        if not spec.resume:
            forget(spec.session)  # its name was made for this start alone
        raise
