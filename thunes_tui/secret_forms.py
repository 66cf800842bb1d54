"""The forms a known secret takes on its way to a screen, and a cheap test that none of them is there."""

from __future__ import annotations

import base64
import html
import json
import re
import shlex
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

ANCHOR = 5
"""Bytes of a form that the gate compares; more would not dismiss more."""

_COMMON_FIRST = b" e0t1a2o:i-ns35r4l6d7.89cu_mh,pgfTbyI\"SNAERO=/wkUvP[]LD()'B{}xCMFGHjqzKVWXYJQZ"
"""Bytes of logs and terminal output, the most usual first; what is not named is rarer still."""


def forms(value: str) -> frozenset[bytes]:
    """Every form of `value` to look for, without line breaks.

    Raw, base64 at its three alignments (both alphabets), hex, percent-encoded, and as JSON, shell, Python and
    HTML quote it. None is shorter than the value.
    """
    raw = value.encode("utf-8", "surrogateescape")
    found = {raw, raw.hex().encode(), raw.hex().upper().encode(), *_base64(raw), *_percent(raw)}
    for text in _quoted(value):
        found.add(text.encode("utf-8", "surrogateescape"))
    return frozenset(form.translate(None, b"\r\n") for form in found)


def _base64(raw: bytes) -> Iterable[bytes]:
    """The part of each alignment that does not depend on what stands before and after."""
    for before in range(3):
        coded = base64.b64encode(bytes(before) + raw).rstrip(b"=")
        whole = (before + len(raw)) * 8 // 6
        inner = coded[(0, 2, 3)[before] : whole]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))


def _percent(raw: bytes) -> Iterable[bytes]:
    for text in (quote(raw, safe=""), quote(raw, safe="/"), quote_plus(raw)):
        yield text.encode()
        yield re.sub("%..", lambda match: match[0].lower(), text).encode()
    yield b"".join(b"%%%02X" % byte for byte in raw)


def _quoted(value: str) -> Iterable[str]:
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield text
        yield text.replace("/", "\\/")
    yield value.replace("'", "'\"'\"'")
    yield value.replace("'", "'\\''")
    yield shlex.quote(value).strip("'")
    yield re.sub(r'([\\"$`])', r"\\\1", value)
    for bare in ("A-Za-z0-9_@%+=:,./-", "A-Za-z0-9_"):
        yield re.sub(f"([^{bare}])", r"\\\1", value)
    yield repr(value)[1:-1]
    yield html.escape(value)


def gate(literals: Iterable[bytes]) -> re.Pattern[bytes] | None:
    """A pattern that is found wherever any literal is, and hardly ever elsewhere; None without literals.

    The expression engine skips quickly to a byte of a small set and slowly over all else. So each literal is
    represented by a few of its bytes that begin with one rare in logs, and few such bytes serve all literals.
    """
    starts = {literal: literal[: max(1, len(literal) - ANCHOR + 1)] for literal in literals}
    if not starts:
        return None
    anchors: dict[int, set[bytes]] = {}
    for byte in _cheap_cover(starts):
        for literal in [each for each, start in starts.items() if byte in start]:
            place = starts.pop(literal).index(byte)
            anchors.setdefault(byte, set()).add(literal[place + 1 : place + ANCHOR])
    branches = (
        re.escape(bytes([byte])) + b"(?:" + b"|".join(map(re.escape, sorted(rests))) + b")"
        for byte, rests in sorted(anchors.items())
    )
    return re.compile(b"|".join(branches))


def _cheap_cover(starts: dict[bytes, bytes]) -> list[int]:
    """Bytes, rare ones preferred, such that each literal's start holds at least one."""
    open_starts = set(starts.values())
    chosen: list[int] = []
    while open_starts:
        candidates = {byte for start in open_starts for byte in start}
        best = min(candidates, key=lambda byte: (_weight(byte) / sum(byte in s for s in open_starts), byte))
        chosen.append(best)
        open_starts = {start for start in open_starts if best not in start}
    return chosen


def _weight(byte: int) -> float:
    rank = _COMMON_FIRST.find(byte)
    return 1.0 if rank < 0 else float((len(_COMMON_FIRST) - rank) ** 2)
