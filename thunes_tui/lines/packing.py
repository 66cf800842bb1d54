"""Lines as the journal records them (`source.lines`), and back.

Data of a record: `source`; `file`, the generation; `offset` of the first line in it; `text`, or `b64` where
the bytes are no UTF-8 or would swell as JSON; `count` of lines. Only where it is so: `length`, bytes of the
file, if not those of the text; `at`, where each line begins behind `offset`, if masking has moved them;
`clipped`, bytes that are missing at the end of the only line; `torn`, if the last line has no newline.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from typing import Any

from thunes_tui.lines.line import SHOWN, Line
from thunes_tui.lines.reader import Chunk

JSON_BYTES = 49_152
"""A text that is longer than this as ASCII JSON is kept as base64, so that a record stays below 64 kB."""

Mask = Callable[[bytes], bytes]
"""Takes secrets out; may change lengths, and is given whole lines, as many as stand together."""


def pack(
    source: str, chunk: Chunk, mask: Mask | None = None, *, longest: int = 0
) -> Iterator[dict[str, Any]]:
    """The chunk as the data of one or more records, each of at most `SHOWN` bytes of lines.

    `longest`: bytes of the longest secret; so much is left away before a cut that the mask cannot see across.
    """
    data, start = chunk.data, 0
    if chunk.torn or chunk.length > len(data):
        line = data[: max(0, len(data) - longest)] if chunk.clipped_bytes else data
        yield _single(source, chunk, chunk.offset, line, chunk.length, torn=chunk.torn, mask=mask)
        return
    while start < len(data):
        end = data.rfind(b"\n", start, start + SHOWN) + 1
        if end:
            yield _record(source, chunk, chunk.offset + start, data[start:end], mask)
        else:
            end = data.index(b"\n", start) + 1
            line = data[start : end - 1]
            yield _single(source, chunk, chunk.offset + start, line, end - start, torn=False, mask=mask)
        start = end


def unpack(data: Mapping[str, Any]) -> list[Line]:
    """The lines of one record; none of a record that is not understood. Never raises."""
    try:
        raw, offset, generation = _bytes(data), int(data["offset"]), int(data["file"])
        torn, clipped = bool(data.get("torn")), int(data.get("clipped") or 0)
        lines = raw.removesuffix(b"\n").split(b"\n")
        starts = [int(start) for start in data.get("at") or ()]
        if not starts:
            starts = list(accumulate((len(line) + 1 for line in lines[:-1]), initial=0))
    except (KeyError, TypeError, ValueError, OverflowError):
        return []
    last = len(lines) - 1
    return [
        Line(offset + start, text, clipped if n == last else 0, generation, torn and n == last)
        for n, (start, text) in enumerate(zip(starts, lines, strict=False))
    ]


def end_of(data: Mapping[str, Any]) -> int:
    """Where in the file the record's lines end. Raises KeyError, TypeError, ValueError on another record."""
    length = data.get("length")
    if length is None:
        raw = _bytes(data)
        length = len(raw) + (not data.get("torn") and not raw.endswith(b"\n"))
    return int(data["offset"]) + int(length)


def _record(source: str, chunk: Chunk, offset: int, lines: bytes, mask: Mask | None) -> dict[str, Any]:
    text = mask(lines) if mask else lines
    if not text.endswith(b"\n"):
        text += b"\n"
    record = {"source": source, "file": chunk.file.generation, "offset": offset, **_encoded(text)}
    record["count"] = text.count(b"\n")
    if len(text) != len(lines):
        record["length"] = len(lines)
    if text != lines and [*_starts(text)] != [*_starts(lines)]:
        record["at"] = [*_starts(lines)][: record["count"]]
    return record


def _single(
    source: str, chunk: Chunk, offset: int, line: bytes, length: int, *, torn: bool, mask: Mask | None
) -> dict[str, Any]:
    text = mask(line) if mask else line
    clipped = max(0, length - (not torn) - len(line)) + max(0, len(text) - SHOWN)
    record = {"source": source, "file": chunk.file.generation, "offset": offset, **_encoded(text[:SHOWN])}
    record |= {"count": 1, "length": length}
    return record | ({"clipped": clipped} if clipped else {}) | ({"torn": True} if torn else {})


def _starts(lines: bytes) -> Iterator[int]:
    return accumulate((len(line) + 1 for line in lines.split(b"\n")[:-2]), initial=0)


def _encoded(lines: bytes) -> dict[str, Any]:
    try:
        text = lines.decode()
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(lines).decode("ascii")}
    if len(lines) * 6 > JSON_BYTES and len(json.dumps(text)) > JSON_BYTES:
        return {"b64": base64.b64encode(lines).decode("ascii")}
    return {"text": text}


def _bytes(data: Mapping[str, Any]) -> bytes:
    text = data.get("text")
    if isinstance(text, str):
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(data["b64"], validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
