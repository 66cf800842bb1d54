"""Secrets out, before the journal, the screen and every client.

Known values in all their forms, and what looks like a secret. A clean chunk costs two quick passes; the
exact expressions run where one of those hits. What is found is replaced by `[redacted:NAME]`, never by a
hash: that of a short secret can be guessed.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Mapping

from thunes_tui import secret_patterns
from thunes_tui.secret_forms import forms, gate
from thunes_tui.secret_names import secrets_of

__all__ = ["Mask", "MaskStream", "Span", "replace", "secrets_of"]

SHORTEST = 8
"""Characters; a shorter value would mask innocent text all over."""
SHOWN_AT_ONCE = 4
"""Nothing under this many matched bytes is held back from a live terminal."""
BULK = 1024
"""Bytes; a chunk this long is a flood, whose cut is likely to be mended within milliseconds."""
CONTEXT = 2048
"""Bytes already given out that are looked at again, for a secret cut in two."""
LONGEST_CONTEXT = 16_384

Span = tuple[int, int, str]

# What may stand inside a secret on a terminal: colours and cursor moves, also one cut by the end of the
# chunk, and the blank with which readline forces a wrap.
_CONTROLS = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*(?:[@-~]|\Z)|\Z)| \r(?!\n)|\r")
_CONTROLS_AND_BREAKS = re.compile(_CONTROLS.pattern + rb"|\n")
# The byte that ends a control sequence may be the first of a secret, so a second copy keeps all but colours.
_COLOURS = re.compile(rb"\x1b\[[0-9;:]+m")
_CUT_COLOUR = re.compile(rb"\x1b(?:\[[0-9;:]{0,%d})?" % (SHORTEST - 2))
_COLOURS_AND_BREAKS = re.compile(_COLOURS.pattern + rb"| \r(?!\n)|[\r\n]")
_REMOVED = (_CONTROLS_AND_BREAKS, _COLOURS_AND_BREAKS)


class Mask:
    """Finds and replaces secrets. Immutable; made by `Mask.of`."""

    __slots__ = ("_escapes", "_exact", "_gate", "_heads", "_names", "longest", "warnings")

    def __init__(self, names: dict[bytes, bytes], warnings: tuple[str, ...]) -> None:
        self._names = names
        """Name by literal."""
        longest_first = sorted(names, key=lambda literal: (-len(literal), literal))
        self._gate = gate(names)
        self._escapes = any(b"\x1b" in literal for literal in names)
        self._exact = re.compile(b"|".join(map(re.escape, longest_first))) if names else None
        self._heads: dict[bytes, list[bytes]] = {}
        for literal in names:
            self._heads.setdefault(literal[:SHOWN_AT_ONCE], []).append(literal)
        self.longest = len(longest_first[0]) if names else 0
        """Bytes of the longest form."""
        self.warnings = warnings
        """One line for each value that is too short to be masked."""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Mask:
        """A mask for these values by name, and for what looks like a secret."""
        names: dict[bytes, bytes] = {}
        warnings = []
        for name, value in values.items():
            label = re.sub(r"[^A-Za-z0-9_.-]", "_", name.partition("~")[0])
            if len(value) < SHORTEST:
                warnings.append(f"{label} is shorter than {SHORTEST} characters: it cannot be masked")
                continue
            for form in forms(value):
                names.setdefault(form, label.encode())
        return cls(names, tuple(warnings))

    def renew(self) -> tuple[str, ...]:
        """Look for secrets that have come since; the new warnings. A plain mask has nowhere to look."""
        return ()

    def line(self, data: bytes) -> bytes:
        """Complete lines or records, masked."""
        spans = self.spans(data)
        return replace(data, spans, 0, len(data)) if spans else data

    def text(self, text: str) -> str:
        """A whole text, masked."""
        data = text.encode("utf-8", "surrogatepass")
        masked = self.line(data)
        return text if masked is data else masked.decode("utf-8", "surrogatepass")

    def spans(self, data: bytes) -> list[Span]:
        """Where the secrets are: start, end, name; in order and apart from each other."""
        controls = b"\x1b" in data or b"\r" in data
        quick = data if not controls else None if self._escapes else _without_colours(data)
        plain = _CONTROLS.sub(b"", data) if quick is None else quick
        found = self._known(data, plain.replace(b"\n", b""), _CONTROLS_AND_BREAKS)
        if quick is None and b"\x1b" in data:
            found += self._known(data, _COLOURS_AND_BREAKS.sub(b"", data), _COLOURS_AND_BREAKS)
        if secret_patterns.GATE.search(plain) or b"PRIVATE KEY-----" in plain:
            found += _mapped(data, _CONTROLS if controls else None, list(secret_patterns.find(plain)))
        return _united(found) if found else found

    def _known(self, data: bytes, flat: bytes, removed: re.Pattern[bytes]) -> list[Span]:
        """Known secrets in `flat`, which is `data` without what `removed` matches; their places in `data`."""
        if self._gate is None or self._exact is None or not self._gate.search(flat):
            return []
        found = []
        match = self._exact.search(flat)
        while match:
            found.append((match.start(), match.end(), self._names[match[0]].decode()))
            # One secret may begin inside another.
            match = self._exact.search(flat, match.start() + 1)
        return _mapped(data, removed, found)

    def hold(self, data: bytes, at_least: int) -> int:
        """Where the suffix begins that could become a known secret, of `at_least` bytes; else the end."""
        if not self.longest:
            return len(data)
        tail_from = max(0, len(data) - 4 * self.longest - 64)
        tail = data[tail_from:]
        return tail_from + min(self._hold(tail, at_least, each) for each in _REMOVED)

    def _hold(self, tail: bytes, at_least: int, removed: re.Pattern[bytes]) -> int:
        flat = removed.sub(b"", tail)
        if flat.endswith(b" "):
            flat = flat[:-1]  # perhaps the first half of readline's wrap
        length = self._unfinished(flat[-self.longest :], at_least)
        return _Map(tail, removed).original(len(flat) - length) if length else len(tail)

    def _unfinished(self, tail: bytes, at_least: int) -> int:
        """Length of the longest suffix of `tail` that is the beginning of a known form."""
        best = 0
        for head, literals in self._heads.items():
            place = tail.find(head)
            while place >= 0 and len(tail) - place > best:
                rest = tail[place:]
                if len(rest) >= at_least and any(literal.startswith(rest) for literal in literals):
                    best = len(rest)
                place = tail.find(head, place + 1)
        for length in range(min(SHOWN_AT_ONCE - 1, len(tail)), max(best, at_least - 1), -1):
            if any(head.startswith(tail[-length:]) for head in self._heads):
                return length
        return best


class _Map:
    """From places in a copy without the removed parts to places in the original."""

    def __init__(self, data: bytes, removed: re.Pattern[bytes]) -> None:
        self._copy_starts = [0]
        self._shifts = [0]
        for match in removed.finditer(data):
            if match.end() > match.start():
                self._copy_starts.append(match.start() - self._shifts[-1])
                self._shifts.append(self._shifts[-1] + match.end() - match.start())

    def original(self, place: int) -> int:
        """The original place of the byte at `place`."""
        return place + self._shifts[bisect.bisect_right(self._copy_starts, place) - 1]


def _without_colours(data: bytes) -> bytes | None:
    """Text whose only controls are colours and line ends, without them: then both copies are the same one.

    Three times as fast as the expressions that know all controls; None for text that needs those.
    """
    if data.count(b" \r") != data.count(b" \r\n"):
        return None  # readline may have wrapped here
    bare = _COLOURS.sub(b"", data)
    rest = bare.find(b"\x1b")
    if rest >= 0:
        if not _CUT_COLOUR.fullmatch(bare, rest):
            return None
        bare = bare[:rest]  # the end of a chunk; what stands behind ESC there is too short for a secret
    return bare.replace(b"\r", b"")


def _mapped(data: bytes, removed: re.Pattern[bytes] | None, spans: list[Span]) -> list[Span]:
    if removed is None or not spans:
        return spans
    original = _Map(data, removed).original
    return [(original(start), original(end - 1) + 1, name) for start, end, name in spans]


def _united(spans: list[Span]) -> list[Span]:
    """In order, overlapping ones joined under the name of the longest."""
    spans.sort(key=lambda span: (span[0], -span[1]))
    united = [spans[0]]
    for start, end, name in spans[1:]:
        last_start, last_end, last_name = united[-1]
        if start >= last_end:
            united.append((start, end, name))
        elif end > last_end:
            united[-1] = (last_start, end, last_name)
    return united


def replace(data: bytes, spans: Iterable[Span], start: int, end: int) -> bytes:
    """`data[start:end]` with the spans replaced; colours and line breaks in one are kept behind its label."""
    parts = []
    for span_start, span_end, name in spans:
        if span_end <= start or span_start >= end:
            continue
        parts.append(data[start : max(start, span_start)])
        inside = _CONTROLS_AND_BREAKS.findall(data[max(start, span_start) : min(end, span_end)])
        parts += [b"[redacted:", name.encode(), b"]", *inside]
        start = min(end, span_end)
    parts.append(data[start:end])
    return b"".join(parts)


class MaskStream:
    """The mask over a stream whose reads end anywhere.

    A tail that could begin a known secret waits, four matched bytes at the least (fewer only in a flood), so
    that prompts and echoed keys show at once. Bytes given out stay in view for the next chunk: the rest of a
    secret that began in them is still masked.
    """

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._buffer = b""
        """Context already given out, then what is held."""
        self._given = 0
        """Bytes of the buffer already given out."""

    @property
    def held(self) -> int:
        """Bytes that wait to be told from a secret."""
        return len(self._buffer) - self._given

    def feed(self, data: bytes) -> bytes:
        """Takes what was read; returns what may be shown."""
        if not data:
            return b""
        self._buffer += data
        return self._give(1 if len(data) >= BULK else SHOWN_AT_ONCE)

    def idle(self) -> bytes:
        """To be called after 30 ms without bytes: gives out a held tail of under four matched bytes."""
        return self._give(SHOWN_AT_ONCE) if self.held else b""

    def flush(self) -> bytes:
        """The stream or the step has ended: gives out whatever is held."""
        return self._give(0) if self.held else b""

    def _give(self, at_least: int) -> bytes:
        buffer = self._buffer
        spans = self._mask.spans(buffer)
        end = self._mask.hold(buffer, at_least) if at_least else len(buffer)
        if spans:
            # A complete secret need not wait because its end looks like another beginning.
            end = max(end, spans[-1][1])
        end = max(end, self._given)
        shown = replace(buffer, spans, self._given, end)
        keep = max(0, end - max(CONTEXT, 2 * self._mask.longest))
        if spans and spans[-1][1] >= end:
            # An open private key or a token that goes on: its beginning must stay in view.
            keep = max(min(keep, spans[-1][0] - 64), end - LONGEST_CONTEXT, 0)
        self._buffer = buffer[keep:]
        self._given = end - keep
        return shown
