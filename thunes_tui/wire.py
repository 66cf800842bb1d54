"""The wire between server and clients: lines of JSON on a Unix socket.

Server to client: journal lines byte for byte (they begin with `{"v":`), and the passing frames
`hello snapshot sample behind` (they begin with `{"f":`). Client to server: `hello intent input ack`.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from thunes_tui.__main__ import __version__
from thunes_tui.errors import Refused
from thunes_tui.plain import from_plain, to_plain

PROTOCOL = (1, 0)
"""Another major is refused; another minor is read-only."""
LIMIT = 16 * 1024 * 1024
"""Longest line on the wire, bytes; a snapshot of a long drill is the longest."""


@dataclass(frozen=True, slots=True)
class Hello:
    """First line of the server on a new connection."""

    protocol: tuple[int, int]
    version: str
    session: str
    role: str
    """`driver`, `witness` or `replay`."""
    mode: str
    """`drill`, `rehearse`, `watch` or `replay`."""
    head: int
    """Number of the last record, -1 before the first, and its hash."""
    hash: str
    client: int = 0
    folder: str = ""
    """The session's folder on this box; its `evidence` holds the documents. Empty for `watch`."""
    recording: bool = True
    env_files: tuple[str, ...] = ()
    """Where the values lie that a client must mask in what it reads itself."""
    remark: str = ""
    """One line for the person, such as why the role is not the one asked for."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """First line of a client."""

    protocol: tuple[int, int]
    version: str
    name: str
    want: str
    """`driver`, `witness`, or `any`: driver when none is connected, else witness."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Passes by, is not recorded: process load, and the position of a replay."""

    rows: tuple[tuple[int, float, int, int, int], ...] = ()
    """pid, CPU percent, resident bytes, threads, descriptors."""
    replay: Replay | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    playing: bool
    speed: float
    start_us: int
    now_us: int
    end_us: int
    number: int
    last: int
    skipped_us: int = 0
    marks: tuple[tuple[int, str], ...] = field(default_factory=tuple)
    """Time and sign of what stands out: `✓1`, `▸2`, `!`, `✗`."""


def greeting(name: str, want: str) -> Greeting:
    return Greeting(PROTOCOL, __version__, name, want)


def frame(kind: str, body: Any) -> bytes:
    """One passing frame as a line."""
    return json.dumps({"f": kind, **to_plain(body)}, separators=(",", ":")).encode("ascii") + b"\n"


def snapshot(state: Any, screen: bytes, cols: int, rows: int, number: int) -> bytes:
    """State and screen as of record `number`; `screen` rebuilds the terminal when fed to a new one."""
    body = {
        "f": "snapshot",
        "n": number,
        "state": to_plain(state),
        "screen": base64.b64encode(screen).decode("ascii"),
        "cols": cols,
        "rows": rows,
    }
    return json.dumps(body, separators=(",", ":")).encode("ascii") + b"\n"


def intent_frame(kind: str, data: dict[str, Any], ask: int) -> bytes:
    return json.dumps({"f": "intent", "k": kind, "d": data, "i": ask}, separators=(",", ":")).encode() + b"\n"


def input_frame(data: bytes) -> bytes:
    """Raw keys for the shell: no intent, no event."""
    return b'{"f":"input","b":"' + base64.b64encode(data) + b'"}\n'


def parse(line: bytes) -> dict[str, Any]:
    """A frame's members. Raises ValueError for anything that is no frame."""
    body = json.loads(line)
    if not isinstance(body, dict) or not isinstance(body.get("f"), str):
        raise ValueError("not a frame")
    return body


def hello_of(body: dict[str, Any]) -> Hello:
    return from_plain(Hello, body)


def greeting_of(body: dict[str, Any]) -> Greeting:
    return from_plain(Greeting, body)


def check_protocol(theirs: tuple[int, int], who: str, version: str) -> bool:
    """Whether both may write to each other: False means read-only. Raises Refused for another major."""
    if theirs[0] != PROTOCOL[0]:
        raise Refused(
            f"this thunes-tui speaks protocol {PROTOCOL[0]}.{PROTOCOL[1]} (version {__version__}), "
            f"the {who} {theirs[0]}.{theirs[1]} (version {version}): use the same version on both sides"
        )
    return theirs[1] == PROTOCOL[1]
