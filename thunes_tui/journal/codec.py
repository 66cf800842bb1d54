"""One record, one line: pure ASCII JSON with a hash over its own raw bytes.

    {"v":1,"n":0,"e":0,"t":"2025-10-09T10:42:15.123456Z","m":123,"k":"drill.opened","d":{},"p":"…","h":"…"}

`v` format, `n` number from 0, `e` writer epoch, `t` UTC, `m` monotonic ns, `k` kind, `d` data, `p` the hash
of the record before, `h` SHA-256 over the line up to `,"h":`. ASCII, so that `cat` is harmless and no
character can be torn; raw bytes, so that no re-serialising can change what was proven.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from thunes_tui.clock import from_iso, to_iso
from thunes_tui.errors import Damaged

FORMAT = 1
LONGEST = 64 * 1024
"""Bytes of a line, its newline included; larger output is chunked by the caller."""
GENESIS = "0" * 64
"""What record 0 names as the hash before it."""

Damage = Literal["unfinished", "too long", "not ASCII", "format", "head", "end", "hash", "data", "chain"]

_KIND = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
_NUMBER = rb"(0|[1-9][0-9]{0,18})"
_HEAD = re.compile(
    rb'\{"v":1,"n":'
    + _NUMBER
    + rb',"e":'
    + _NUMBER
    + rb',"t":"([0-9]{4}-[0-9T:.-]{21}Z)","m":'
    + _NUMBER
    + rb',"k":"'
    rb'([a-z][a-z0-9_.]*)","d":(?=\{)'
)
_END = re.compile(rb',"p":"([0-9a-f]{64})","h":"([0-9a-f]{64})"\}\n\Z')
_END_LENGTH = 6 + 64 + 7 + 64 + 3
_HASH_LENGTH = 6 + 64 + 3
_LONE_SURROGATE = re.compile(r"\\ud[89ab]..(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f]")
_encode_data = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode
_decode_data = json.JSONDecoder().decode


class RecordDamaged(Damaged):
    """A line that is no sound record, or not the one that is due."""

    def __init__(self, damage: Damage, message: str) -> None:
        super().__init__(message)
        self.damage: Damage = damage


@dataclass(frozen=True, slots=True)
class Record:
    """A fact that was written, with the line that proves it."""

    n: int
    e: int
    t: int
    """Microseconds since the epoch, UTC."""
    m: int
    """Nanoseconds of the boot's monotonic clock."""
    kind: str
    data: dict[str, Any]
    prev: str
    hash: str
    line: bytes
    """As it stands in the file, newline included."""


class Header(NamedTuple):
    """What a line says beside its data; its hash has been checked."""

    n: int
    e: int
    t: bytes
    m: int
    kind: str
    prev: str
    hash: str
    data_start: int


def encode(n: int, e: int, t: int, m: int, kind: str, data: dict[str, Any], prev: str) -> bytes:
    """The line of a record. Raises ValueError for a malformed kind, data without JSON form or too long."""
    if not _KIND.fullmatch(kind):
        raise ValueError(f"no kind of record: {kind!r}")
    try:
        body = _encode_data(data)
        if "\\ud" in body and _LONE_SURROGATE.search(body):
            body = _encode_data(_without_lone_surrogates(data))
    except (TypeError, RecursionError) as error:
        raise ValueError(f"the data of {kind} has no JSON form: {error}") from error
    when = to_iso(t)
    text = f'{{"v":{FORMAT},"n":{n},"e":{e},"t":"{when}","m":{m},"k":"{kind}","d":{body},"p":"{prev}"'
    head = text.encode("ascii")
    line = b'%b,"h":"%b"}\n' % (head, hashlib.sha256(head).hexdigest().encode())
    if len(line) > LONGEST:
        raise ValueError(
            f"a record of {kind} would take {len(line)} bytes, more than {LONGEST}: write it in chunks"
        )
    return line


def _without_lone_surrogates(data: Any) -> Any:
    """Half characters, as a file name may hold, written out as `\\udc80`: strict JSON readers refuse them."""
    if isinstance(data, str):
        return data.encode("utf-8", "backslashreplace").decode()
    if isinstance(data, dict):
        return {_without_lone_surrogates(key): _without_lone_surrogates(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_without_lone_surrogates(item) for item in data]
    return data


def hash_of(line: bytes) -> str:
    """The hash that a sound line carries."""
    return line[-67:-3].decode("ascii")


def header(line: bytes) -> Header:
    """Everything but the data, the hash checked. Raises RecordDamaged with the class of the damage."""
    if len(line) > LONGEST:
        raise RecordDamaged("too long", f"a line of more than {LONGEST} bytes")
    if not line.endswith(b"\n"):
        raise RecordDamaged("unfinished", "a line without its end")
    if not line.isascii():
        raise RecordDamaged("not ASCII", "bytes beyond ASCII")
    head = _HEAD.match(line)
    if head is None:
        if re.match(rb'\{"v":[0-9]+,', line) and not line.startswith(b'{"v":1,'):
            raise RecordDamaged(
                "format", f"format {line[5:12].split(b',')[0].decode()}, written by another version"
            )
        raise RecordDamaged("head", "the members before the data are not as they were written")
    end = _END.match(line, len(line) - _END_LENGTH)
    if end is None or len(line) - _END_LENGTH < head.end():
        raise RecordDamaged("end", "the hashes at the end are not as they were written")
    hashed = end[2].decode()
    if hashlib.sha256(line[:-_HASH_LENGTH]).hexdigest() != hashed:
        raise RecordDamaged("hash", "its bytes do not give its hash")
    n, e, t, m, kind = head.groups()
    return Header(int(n), int(e), t, int(m), kind.decode(), end[1].decode(), hashed, head.end())


def record_of(line: bytes, head: Header) -> Record:
    """The record of a line whose header was read. Raises RecordDamaged when its data is no JSON object."""
    try:
        data = _decode_data(line[head.data_start : -_END_LENGTH].decode("ascii"))
        t = from_iso(head.t.decode())
    except (ValueError, RecursionError) as error:
        raise RecordDamaged("data", f"its data cannot be read ({error})") from error
    if not isinstance(data, dict):
        raise RecordDamaged("data", "its data is no object")
    return Record(head.n, head.e, t, head.m, head.kind, data, head.prev, head.hash, line)


def decode(line: bytes) -> Record:
    """A record from its line, newline included, of whatever kind. Raises RecordDamaged (a Damaged)."""
    return record_of(line, header(line))


def peek_kind(line: bytes) -> str:
    """The kind of a sound line without parsing it; empty when it has none."""
    start = line.find(b'","m":')
    start = line.find(b'"k":"', start) + 5
    return line[start : line.find(b'"', start)].decode("ascii", "replace") if start > 5 else ""
