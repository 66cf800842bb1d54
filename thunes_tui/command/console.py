"""The verbs that open a screen: drill, watch, attach, replay: find or start a server, then a UI."""

from __future__ import annotations

import asyncio
import os
import pwd
from pathlib import Path

from thunes_tui import clock, intents, launcher
from thunes_tui.config import load_settings
from thunes_tui.connection import Closed, Connection
from thunes_tui.errors import Refused, Unusable, UserError
from thunes_tui.journal.folder import list_sessions
from thunes_tui.server import choose, runtime, start
from thunes_tui.server.spec import SessionSpec


def person(declared: str | None) -> str:
    """The declared name; the login name when none is declared."""
    if declared:
        return declared[:40]
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def project_folder(named: Path | None) -> Path:
    project = (named or Path.cwd()).expanduser().resolve()
    if not project.is_dir():
        raise Unusable(f"{project} is not a folder: name the project with --project")
    return project


def drill(
    named: Path | None, runbook: Path | None, operator: str | None, session: str | None, *, new: bool
) -> int:
    """Join the project's running session, else take up its unfinished one, else begin one."""
    launcher.check_terminal()
    name = person(operator)
    if session:
        return _named(session, name)
    project = project_folder(named)
    for running in choose.running():
        if running.project == str(project) and running.mode == "drill":
            if not new:
                return show(running.session, name, "any")
            make_room(running)
    entry = None if new else choose.unfinished(project)
    if entry is not None:
        spec = choose.resumed_spec(entry, name)
    else:
        spec = choose.new_spec(project, "drill", name, clock.system(), runbook and runbook.resolve())
    begin(spec)
    return show(spec.session, name, "any")


def make_room(running: choose.Running) -> None:
    """A new session takes the place of one that has ended. Raises Unusable while that one goes on."""
    if not any(entry.id == running.session and entry.ended for entry in list_sessions()):
        raise Unusable(
            f"session {running.session} runs on this project: end it there, or thunes-tui stop it first"
        )
    stop_server(running)


def stop_server(running: choose.Running) -> None:
    """Ask a session's server to end, and wait until it has."""

    async def end() -> None:
        link = await Connection.open(running.socket, person(None), "any")
        try:
            if link.hello.role != "driver":
                why = link.hello.remark.partition(":")[0]
                raise Refused(f"session {running.session}: {why}, so let them leave first")
            link.ask(intents.Stop())
            async for update in link.updates():
                if isinstance(update, Closed):
                    break
        finally:
            await link.close()

    asyncio.run(end())


def _named(session: str, name: str) -> int:
    for running in choose.running():
        if running.session == session or running.session.endswith(session):
            return show(running.session, name, "any")
    fitting = [e for e in list_sessions() if e.id == session or e.id.endswith(session)]
    if len(fitting) != 1:
        raise Unusable(f"no session is called {session}: see thunes-tui sessions")
    if fitting[0].ended:
        raise Unusable(f"session {fitting[0].id} has ended: thunes-tui replay {fitting[0].id} shows it")
    spec = choose.resumed_spec(fitting[0], name)
    begin(spec)
    return show(spec.session, name, "any")


def begin(spec: SessionSpec) -> None:
    """Start the session's server. Raises UserError with its one line of trouble."""
    choose.tell_about(spec)
    trouble = start.start_session(spec, clock.system())
    if trouble:
        if not (spec.runtime / runtime.KEEPER).is_socket():
            choose.forget(spec.session)
        raise UserError(trouble)


def show(session: str, name: str, want: str, back: str = "") -> int:
    """A console on a running session. The launcher gives the terminal back whatever becomes of it."""
    from thunes_tui.ui.start import start as start_ui

    socket = runtime.session_runtime(session) / runtime.SERVER
    settings = load_settings(settings_folder())
    back = back or f"the session goes on; come back with: thunes-tui drill --session {session}"
    return launcher.run(lambda: start_ui(socket, name, want, settings, clock.system()), back)


def settings_folder() -> Path:
    from platformdirs import user_config_path

    return user_config_path("thunes-tui")


def watch(named: Path | None) -> int:
    """The monitors alone; the server ends with its last console."""
    launcher.check_terminal()
    project = project_folder(named)
    spec = choose.new_spec(project, "watch", person(None), clock.system())
    if not any(spec.place(name).exists() for name in ("log", "audit")):
        lone = sorted(project.glob("*.log")) + sorted(project.glob("*.jsonl"))
        if not lone:
            choose.forget(spec.session)
            paths = spec.profile.paths
            raise Unusable(f"{project} has neither {paths.log} nor {paths.audit}, nor any *.log or *.jsonl")
        spec = choose.with_files(spec, lone)
    begin(spec)
    return show(spec.session, person(None), "any", "the watch has ended")


def attach(session: str, role: str, operator: str | None) -> int:
    launcher.check_terminal()
    running = choose.the_running(session)
    return show(running.session, person(operator), role)


def replay(recording: str, at: str, speed: float) -> int:
    """A replay has a server of its own, which ends with its last console."""
    launcher.check_terminal()
    folder = choose.find_recording(recording)
    session = f"replay-{os.getpid()}"
    place = runtime.session_runtime(session)
    trouble = start.start_replay(folder, place, clock.system(), at=at, speed=speed)
    if trouble:
        choose.forget(session)
        raise UserError(trouble)
    return show(session, person(None), "replay", "the replay has ended")
