"""The session's socket: who is connected, in which role, and what each is sent.

A client that reads too slowly is dropped to a fresh snapshot; it never holds up the writer or another client.
"""

from __future__ import annotations

import asyncio
import base64
import os
import pwd
import socket
import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from thunes_tui import intents, wire
from thunes_tui.drill.decide import Decision
from thunes_tui.drill.draft import Actor
from thunes_tui.drill.model import DrillState
from thunes_tui.errors import Refused
from thunes_tui.events.base import Event
from thunes_tui.journal.codec import Record
from thunes_tui.observations import Joined, Left, Observation
from thunes_tui.server.supervisor import Supervisor

QUEUE_LIMIT = 1024 * 1024
"""Bytes that may wait for a client before it is dropped to a snapshot."""
REFRESH_S = 0.25
"""Between two snapshots of a screen whose output is not recorded."""
CREDENTIALS = struct.Struct("3i")


class Client:
    """One connection."""

    def __init__(self, number: int, writer: asyncio.StreamWriter) -> None:
        self.number = number
        self.writer = writer
        self.name = ""
        self.pid = 0
        self.ready = False
        self.writable = True
        self.behind = 0
        self.fell_behind = asyncio.Event()

    def send(self, line: bytes) -> None:
        """Queue a line, or count it when the client is too far behind."""
        if self.writer.is_closing():
            return
        if self.behind or self.writer.transport.get_write_buffer_size() > QUEUE_LIMIT:
            self.behind += 1
            self.fell_behind.set()
            return
        self.writer.write(line)


class Desk(Protocol):
    """What clients are connected to: the hub of a live session, or a replay."""

    @property
    def state(self) -> DrillState: ...

    @property
    def lost(self) -> str:
        """Why recording is lost; empty while all is well."""

    def take(self, intent: intents.Intent, actor: Actor, ask: int = 0) -> Decision: ...

    def observe(self, observation: Observation) -> None: ...


class Clients:
    """Accepts connections, stamps actors, hands intents to the hub, and broadcasts what was recorded."""

    def __init__(
        self,
        hub: Desk,
        supervisor: Supervisor,
        hello: Callable[[], wire.Hello],
        screen: Callable[[], tuple[bytes, int, int]],
        keys: Callable[[bytes], None],
        fixed_role: str = "",
        masked: Callable[[str], str] = lambda text: text,
    ) -> None:
        self.hub = hub
        self._supervisor = supervisor
        self._hello = hello
        self._screen = screen
        self._keys = keys
        self._fixed_role = fixed_role
        self._masked = masked
        self._clients: dict[int, Client] = {}
        self._count = 0
        self._server: asyncio.Server | None = None
        self._refresh_due: asyncio.TimerHandle | None = None

    async def listen(self, listener: socket.socket) -> None:
        self._server = await asyncio.start_unix_server(self._connected, sock=listener, limit=wire.LIMIT)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._refresh_due is not None:
            self._refresh_due.cancel()
        for client in self._clients.values():
            client.writer.close()
        await asyncio.sleep(0)

    @property
    def count(self) -> int:
        return len(self._clients)

    @property
    def pids(self) -> set[int]:
        """Processes of the connected consoles, for the blast radius."""
        return {client.pid for client in self._clients.values() if client.pid}

    def recorded(self, record: Record, _event: Event, _state: DrillState) -> None:
        for client in self._clients.values():
            if client.ready:
                client.send(record.line)

    def recording_lost(self, reason: str) -> None:
        """No record tells of it: each is greeted anew, and shown the state that does."""
        remark = f"NOT RECORDING: {reason}" if reason else "recording again"
        for client in self._clients.values():
            if client.ready:
                client.send(self._hello_line(client, remark))
        self.show_all()

    def broadcast(self, frame: bytes) -> None:
        """A passing frame for everyone who keeps up."""
        for client in self._clients.values():
            if client.ready and not client.behind:
                client.send(frame)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._count += 1
        client = Client(self._count, writer)
        try:
            if await self._greet(client, reader):
                self._supervisor.start(f"client {client.number}", self._catch_up(client))
                while line := await reader.readline():
                    self._frame(client, wire.parse(line))
        except (OSError, ValueError, asyncio.IncompleteReadError):
            pass  # a broken client is gone like any other
        finally:
            writer.close()
            client.fell_behind.set()  # whoever waits for it sees that it is gone
            if self._clients.pop(client.number, None) is not None:
                self.hub.observe(Left(client.number))
                self._show_unrecorded()

    async def _greet(self, client: Client, reader: asyncio.StreamReader) -> bool:
        """Role, hello, snapshot. Another user or another protocol is refused in one line."""
        greeting = wire.greeting_of(wire.parse(await reader.readline()))
        try:
            client.pid = user_of(client.writer)
            writable = wire.check_protocol(greeting.protocol, "console", greeting.version)
        except Refused as refusal:
            client.writer.write(wire.frame("refused", {"reason": str(refusal)}))
            await client.writer.drain()
            return False
        client.writable = writable
        client.name = (self._masked(greeting.name) or "somebody")[:40]
        role, remark = self._role(greeting.want, writable=writable)
        self._clients[client.number] = client
        self.hub.observe(Joined(client.number, client.name, role))
        client.writer.write(self._hello_line(client, remark))
        client.writer.write(self._snapshot())
        client.ready = True
        self._show_unrecorded()
        if greeting.want == "driver" and role == "witness" and writable:
            self.hub.take(intents.RequestKeys(), Actor(client.name, role, client.number))
        return True

    def _role(self, want: str, *, writable: bool) -> tuple[str, str]:
        driver = self.hub.state.driver
        if self._fixed_role:
            return self._fixed_role, ""
        if not writable:
            return "witness", "another version: read-only"
        if want == "witness":
            return "witness", ""
        if driver is not None:
            return "witness", f"{driver.name} has the keys: you are a witness; w asks for them"
        return "driver", ""

    def role(self, client: Client) -> str:
        if self._fixed_role:
            return self._fixed_role
        known = self.hub.state.clients.get(str(client.number))
        return known.role if known is not None else "witness"

    def _hello_line(self, client: Client, remark: str) -> bytes:
        hello = self._hello()
        remark = remark or (f"NOT RECORDING: {self.hub.lost}" if self.hub.lost else "")
        return wire.frame(
            "hello",
            replace(
                hello,
                role=self.role(client),
                client=client.number,
                remark=remark,
                recording=hello.recording and not self.hub.lost,
            ),
        )

    def _show_unrecorded(self) -> None:
        """Roles change while recording is lost, and no record tells of them."""
        if self.hub.lost:
            self.show_all()

    def refresh(self) -> None:
        """Show everyone, in a moment, what no record brings to them."""
        if self._refresh_due is None:
            self._refresh_due = asyncio.get_running_loop().call_later(REFRESH_S, self.show_all)

    def show_all(self) -> None:
        """A new snapshot for everyone, after a seek."""
        if self._refresh_due is not None:
            self._refresh_due.cancel()
            self._refresh_due = None
        line = self._snapshot()
        for client in self._clients.values():
            if client.ready:
                client.send(line)

    def _snapshot(self) -> bytes:
        screen, cols, rows = self._screen()
        return wire.snapshot(self.hub.state, screen, cols, rows, self.hub.state.head)

    async def _catch_up(self, client: Client) -> None:
        """Once a slow client has read what waits, tell it how much it missed and show it everything."""
        while not client.writer.is_closing() and client.number in self._clients:
            await client.fell_behind.wait()
            await asyncio.sleep(0.1)
            if client.behind and client.writer.transport.get_write_buffer_size() == 0:
                missed, client.behind = client.behind, 0
                client.fell_behind.clear()
                client.send(wire.frame("behind", {"lines": missed}))
                client.send(self._snapshot())

    def _frame(self, client: Client, body: dict[str, Any]) -> None:
        match body["f"]:
            case "intent" | "input" if not client.writable:
                client.send(self._hello_line(client, "another version: read-only"))
            case "intent":
                self._intent(client, body)
            case "input" if self.role(client) == "driver":
                self._keys(base64.b64decode(str(body.get("b", ""))))
            case _:
                pass  # `ack` and what a newer client may say

    def _intent(self, client: Client, body: dict[str, Any]) -> None:
        intent = intents.decode(
            str(body.get("k", "")), without_secrets(dict(body.get("d") or {}), self._masked)
        )
        actor = Actor(client.name, self.role(client), client.number)
        before = {number: c.role for number, c in self.hub.state.clients.items()}
        decision = self.hub.take(intent, actor, int(body.get("i", 0)))
        if decision.refused and not decision.events:
            client.send(self._hello_line(client, decision.refused))
        self._show_unrecorded()
        for other in self._clients.values():
            if before.get(str(other.number)) != self.role(other):
                other.send(self._hello_line(other, ""))


def user_of(writer: asyncio.StreamWriter) -> int:
    """Pid of the client; another user's is refused."""
    sock = writer.get_extra_info("socket")
    raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    pid, uid, _gid = CREDENTIALS.unpack(raw)
    if uid not in (os.getuid(), 0):
        try:
            name = pwd.getpwuid(uid).pw_name
        except KeyError:
            name = str(uid)
        raise Refused(f"this session belongs to another user than {name}: log in as its owner")
    return int(pid)


def without_secrets(data: Any, masked: Callable[[str], str]) -> Any:
    """What a person types goes to journal, sheet and every other client: every text in it is masked.

    The names of members too: a client may send any.
    """
    if isinstance(data, str):
        return masked(data)
    if isinstance(data, dict):
        return {masked(str(name)): without_secrets(value, masked) for name, value in data.items()}
    if isinstance(data, list):
        return [without_secrets(value, masked) for value in data]
    return data
