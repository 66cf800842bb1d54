"""The verbs that open a screen: drill, watch, attach, replay: find or start a server, then a UI."""

from __future__ import annotations

import asyncio
import os
import pwd
from dataclasses import replace
from pathlib import Path

from thunes_tui import clock, daemon, intents, launcher
from thunes_tui.command.answer import say
from thunes_tui.command.leaving import chosen, last_line, way_back
from thunes_tui.config import load_settings
from thunes_tui.connection import Closed, Connection
from thunes_tui.errors import Refused, Unusable
from thunes_tui.journal.folder import SessionEntry, list_sessions
from thunes_tui.server import choose, runtime

TROUBLE = "trouble.txt"
"""In the runtime folder: where a server that crashed at its start leaves what it knows."""


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
    named: Path | None,
    runbook: Path | None,
    operator: str | None,
    session: str | None,
    *,
    new: bool,
    sandbox: bool,
) -> int:
    """Join the project's running session, else take up its unfinished one, else begin one.

    `sandbox`: the named project is the sandbox's.
    """
    option = chosen(named, sandbox=sandbox)
    launcher.check_terminal()
    name = person(operator)
    if session:
        return _named(session, name, option)
    project = project_folder(named)
    for running in choose.running():
        if running.project == str(project) and running.mode == "drill":
            if not new:
                return show(running.session, name, "any", option=option)
            make_room(running)
    entry = None if new else choose.unfinished(project)
    if entry is not None:
        return show(resume(entry, name), name, "any", option=option)
    document = runbook.expanduser().resolve() if runbook is not None else None
    return show(begin(project, "drill", name, document), name, "any", option=option)


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


def _named(session: str, name: str, option: str) -> int:
    for running in choose.running():
        if running.session == session or running.session.endswith(session):
            return show(running.session, name, "any", option=option)
    fitting = [e for e in list_sessions() if e.id == session or e.id.endswith(session)]
    if len(fitting) != 1:
        raise Unusable(f"no session is called {session}: see thunes-tui sessions")
    if fitting[0].ended:
        raise Unusable(f"session {fitting[0].id} has ended: thunes-tui replay {fitting[0].id} shows it")
    return show(resume(fitting[0], name), name, "any", option=option)


def begin(project: Path, mode: str, name: str, runbook: Path | None = None, only_test: int = 0) -> str:
    """Start a new session's server; the session's id. Raises UserError with its one line of trouble."""

    def work(ready: daemon.Ready) -> None:
        from thunes_tui.server import order

        spec = order.new_spec(project, mode, name, clock.system(), runbook)
        order.carry_out(replace(spec, only_test=only_test), clock.system(), ready)

    return daemon.detach(work, runtime.runtime_root() / TROUBLE)


def resume(entry: SessionEntry, name: str) -> str:
    """Start a server on a session that has none; the session's id. Raises UserError."""

    def work(ready: daemon.Ready) -> None:
        from thunes_tui.server import order

        order.carry_out(order.resumed_spec(entry, name), clock.system(), ready)

    return daemon.detach(work, runtime.runtime_root() / TROUBLE)


def show(session: str, name: str, want: str, back: str = "", option: str = "") -> int:
    """A console on a running session. The launcher gives the terminal back whatever becomes of it.

    `back` is what to say after an end that was not normal, where there is nothing to come back to; `option`
    what names the project to `drill`.
    """
    from thunes_tui.ui.start import start as start_ui

    socket = runtime.session_runtime(session) / runtime.SERVER
    settings = load_settings(settings_folder())
    comeback = back or f"the session goes on; {way_back(session)}"
    status = launcher.run(lambda: start_ui(socket, name, want, settings, clock.system()), comeback)
    if not back and status <= launcher.HIGHEST_NORMAL:
        entry = next((entry for entry in list_sessions() if entry.id == session), None)
        if entry is not None:
            say(last_line(entry, option))
    return status


def settings_folder() -> Path:
    from platformdirs import user_config_path

    return user_config_path("thunes-tui")


def watch(named: Path | None) -> int:
    """The monitors alone; the server ends with its last console."""
    launcher.check_terminal()
    project, name = project_folder(named), person(None)

    def work(ready: daemon.Ready) -> None:
        from thunes_tui.server import order

        order.carry_out(order.watch_spec(project, name, clock.system()), clock.system(), ready)

    session = daemon.detach(work, runtime.runtime_root() / TROUBLE)
    return show(session, name, "any", "the watch has ended")


def attach(session: str, role: str, operator: str | None) -> int:
    launcher.check_terminal()
    running = choose.the_running(session)
    return show(running.session, person(operator), role, option=chosen(Path(running.project)))


def replay(recording: str, at: str, speed: float) -> int:
    """A replay has a server of its own, which ends with its last console."""
    launcher.check_terminal()
    folder = choose.find_recording(recording)

    def work(ready: daemon.Ready) -> None:
        from thunes_tui.server import start

        session = f"{choose.REPLAY}{os.getpid()}"
        place = runtime.session_runtime(session)
        start.replay(folder, place, clock.system(), lambda: ready(session), at=at, speed=speed)

    session = daemon.detach(work, runtime.runtime_root() / TROUBLE)
    return show(session, person(None), "replay", "the replay has ended")
