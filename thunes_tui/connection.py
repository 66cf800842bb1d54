"""A client's end of the wire: it folds the journal lines it is sent into the state that the server holds.

The console, the rehearsal and `--plain` all sit on this; none of them holds any truth of its own.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from thunes_tui import intents, localsocket, wire
from thunes_tui.clock import Moment
from thunes_tui.drill.apply import apply
from thunes_tui.drill.model import DrillState
from thunes_tui.errors import Refused, Unusable
from thunes_tui.events.base import Event
from thunes_tui.events.registry import decode
from thunes_tui.journal.codec import Record
from thunes_tui.journal.codec import decode as decode_record
from thunes_tui.plain import from_plain

GREETING_S = 5.0
"""How long a server may take to say hello."""


@dataclass(frozen=True, slots=True)
class Folded:
    """One record arrived; `state` is the state after it."""

    record: Record
    event: Event
    state: DrillState


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at once: on attach, after falling behind, after a seek."""

    state: DrillState
    screen: bytes
    """Rebuilds the terminal when fed to a fresh emulator of `cols` x `rows`."""
    cols: int
    rows: int


@dataclass(frozen=True, slots=True)
class Sampled:
    sample: wire.Sample


@dataclass(frozen=True, slots=True)
class Behind:
    """So many lines were not sent, because this client read too slowly; a snapshot follows."""

    count: int


@dataclass(frozen=True, slots=True)
class Closed:
    reason: str


@dataclass(frozen=True, slots=True)
class Greeted:
    """The server said hello once more: another role, recording lost or back, or why it refused something."""

    hello: wire.Hello


Update = Folded | Snapshot | Sampled | Behind | Greeted | Closed


class Connection:
    """An open connection to a session server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: wire.Hello) -> None:
        self.hello = hello
        self.state = DrillState()
        self._reader = reader
        self._writer = writer
        self._asks = 0

    @classmethod
    async def open(cls, socket: Path, name: str, want: str) -> Connection:
        """Connect and greet. Raises Unusable when nobody answers, Refused for another protocol."""
        try:
            reader, writer = await asyncio.wait_for(open_socket(socket), GREETING_S)
        except (OSError, TimeoutError) as error:
            raise Unusable(f"no session answers at {socket.name}: start it with thunes-tui drill") from error
        try:
            writer.write(wire.frame("hello", wire.greeting(name, want)))
            line = await asyncio.wait_for(reader.readline(), GREETING_S)
            body = wire.parse(line)
            if body["f"] == "refused":
                raise Refused(str(body.get("reason", "the server refused this client")))
            hello = wire.hello_of(body)
        except (OSError, ValueError, TimeoutError) as error:
            writer.close()
            raise Unusable(f"what listens at {socket.name} is no session of thunes-tui") from error
        except Refused:
            writer.close()
            raise
        wire.check_protocol(hello.protocol, "session", hello.version)
        return cls(reader, writer, hello)

    async def updates(self) -> AsyncIterator[Update]:
        """What happens from now on, in order; the last one is `Closed`."""
        while True:
            try:
                line = await self._reader.readline()
            except (OSError, ValueError) as error:
                yield Closed(f"the connection broke: {error}")
                return
            if not line.endswith(b"\n"):
                yield Closed("the session's server has gone")
                return
            update = self._read(line)
            if update is not None:
                yield update

    def _read(self, line: bytes) -> Update | None:
        if line.startswith(b'{"v":'):
            return self._fold(line)
        body = wire.parse(line)
        match body["f"]:
            case "hello":
                self.hello = wire.hello_of(body)
                return Greeted(self.hello)
            case "snapshot":
                self.state = from_plain(DrillState, body["state"])
                return Snapshot(
                    self.state, base64.b64decode(body["screen"]), int(body["cols"]), int(body["rows"])
                )
            case "sample":
                return Sampled(from_plain(wire.Sample, body))
            case "behind":
                return Behind(int(body.get("lines", 0)))
            case _:
                return None

    def _fold(self, line: bytes) -> Folded:
        record = decode_record(line)
        event = decode(record.kind, record.data)
        by = str(record.data.get("by", ""))
        self.state = apply(self.state, event, record.n, Moment(record.t, record.m), by)
        return Folded(record, event, self.state)

    def ask(self, intent: intents.Intent) -> int:
        """Send an intent; the number that its refusal, an event, would name."""
        self._asks += 1
        self._send(wire.intent_frame(intent.KIND, intents.encode(intent), self._asks))
        return self._asks

    def keys(self, data: bytes) -> None:
        """Raw input for the shell."""
        self._send(wire.input_frame(data))

    def _send(self, frame: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(frame)

    async def close(self) -> None:
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            pass  # the server went first


async def open_socket(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to a session's socket. Raises OSError where there is none."""
    sock = localsocket.connect(path)
    sock.setblocking(False)
    return await asyncio.open_unix_connection(sock=sock, limit=wire.LIMIT)
