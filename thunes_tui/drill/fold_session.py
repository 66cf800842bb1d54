"""How the shell, the clients and the journal itself change the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from thunes_tui.drill.facts import ClientState
from thunes_tui.drill.mark import Mark
from thunes_tui.drill.model import DrillState
from thunes_tui.events import session, shell


def shell_opened(state: DrillState, event: shell.ShellOpened, _mark: Mark) -> DrillState:
    opened = replace(
        state.shell,
        pid=event.pid,
        cols=event.cols,
        rows=event.rows,
        alive=True,
        opening=False,
        detail=event.detail,
    )
    if not event.again:
        opened = replace(opened, running="", seq=0)
    return replace(state, shell=opened)


def shell_requested(state: DrillState, _event: shell.ShellRequested, _mark: Mark) -> DrillState:
    return replace(state, shell=replace(state.shell, opening=True))


def shell_output(state: DrillState, event: shell.ShellOutput, _mark: Mark) -> DrillState:
    size = (
        len(event.text.encode("utf-8", "surrogatepass"))
        if event.text is not None
        else len(event.b64 or "") * 3 // 4
    )
    if event.b64:
        size -= event.b64[-2:].count("=")
    return replace(state, shell=replace(state.shell, output=event.offset + size))


def shell_skipped(state: DrillState, event: shell.ShellSkipped, _mark: Mark) -> DrillState:
    return replace(state, shell=replace(state.shell, output=event.offset + event.length))


def shell_started(state: DrillState, event: shell.ShellStarted, mark: Mark) -> DrillState:
    begun = replace(state.shell, running=event.command, seq=event.seq, cwd=event.cwd, since=mark.at)
    return replace(state, shell=begun)


def shell_ended(state: DrillState, event: shell.ShellEnded, _mark: Mark) -> DrillState:
    if event.seq < state.shell.seq:
        return state  # a later line has begun already, and runs
    return replace(state, shell=replace(state.shell, running="", seq=event.seq, cwd=event.cwd))


def shell_resized(state: DrillState, event: shell.ShellResized, _mark: Mark) -> DrillState:
    return replace(state, shell=replace(state.shell, cols=event.cols, rows=event.rows))


def shell_exited(state: DrillState, event: shell.ShellExited, _mark: Mark) -> DrillState:
    ended = replace(state.shell, alive=False, running="", opening=False, detail=event.detail)
    return replace(state, shell=ended)


def client_joined(state: DrillState, event: session.ClientJoined, _mark: Mark) -> DrillState:
    client = ClientState(event.client, event.name, event.role)
    return replace(state, clients={**state.clients, str(event.client): client})


def client_left(state: DrillState, event: session.ClientLeft, _mark: Mark) -> DrillState:
    clients = {key: client for key, client in state.clients.items() if key != str(event.client)}
    return replace(state, clients=clients)


def keys_requested(state: DrillState, event: session.KeysRequested, _mark: Mark) -> DrillState:
    key = str(event.client)
    if key not in state.clients:
        return state
    return replace(state, clients={**state.clients, key: replace(state.clients[key], asks_keys=True)})


def keys_passed(state: DrillState, event: session.KeysPassed, _mark: Mark) -> DrillState:
    clients = {
        key: replace(client, role="driver" if client.id == event.client else "witness", asks_keys=False)
        for key, client in state.clients.items()
    }
    return replace(state, clients=clients)


def journal_resumed(state: DrillState, _event: session.JournalResumed, _mark: Mark) -> DrillState:
    """A new server knows nobody yet: clients join again, failures show again if they last.

    What was proven was proven for the old one.
    """
    reasons = ("the guard has not answered yet since the server came back",)
    return replace(state, clients={}, failures={}, proven=False, guard_reasons=reasons)


FOLDS: dict[type, Callable[[DrillState, Any, Mark], DrillState]] = {
    shell.ShellOpened: shell_opened,
    shell.ShellRequested: shell_requested,
    shell.ShellOutput: shell_output,
    shell.ShellSkipped: shell_skipped,
    shell.ShellStarted: shell_started,
    shell.ShellEnded: shell_ended,
    shell.ShellResized: shell_resized,
    shell.ShellExited: shell_exited,
    session.ClientJoined: client_joined,
    session.ClientLeft: client_left,
    session.KeysRequested: keys_requested,
    session.KeysPassed: keys_passed,
    session.JournalResumed: journal_resumed,
}
