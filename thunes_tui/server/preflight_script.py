"""The project's own pre-flight script: which of the eight sections passed, read from what it printed."""

from __future__ import annotations

import codecs
import re

from thunes_tui.drill.model import SECTIONS
from thunes_tui.observations import SectionSensed

_COLOUR = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_NUMBERED = re.compile(r"^\W*\[?\(?(\d)\s*(?:/|of)\s*8\]?\)?[\s:.-]*(.*)$")
_VERDICT = re.compile(r"PRE-?FLIGHT\s+CHECK\s+(PASSED|FAILED)", re.IGNORECASE)
_BAD = ("❌", "✗", "✘", "[FAIL]", "FAIL:", "FAILED:", "[ERROR]", "ERROR:")
_GOOD = ("✅", "✓", "✔", "[PASS]", "[OK]", "PASS:", "OK:")
_WARNING = ("⚠", "[WARN]", "WARN:", "WARNING:")
_WORDS = (
    ("environment",),
    ("telegram",),
    ("exchange", "binance", "testnet connect"),
    ("position tracker", "position"),
    ("risk manager", "risk"),
    ("audit trail", "audit"),
    ("required files", "files", "file system"),
    ("system resources", "resources", "system"),
)
"""For each section what a heading without a number may say; the first that fits decides."""
CLIP = 300
MOST_LINES = 200
"""Lines of a section that are kept."""
LONGEST = 64 * 1024
"""Characters of a line that are kept."""


def parse_script(output: str, run: int) -> tuple[tuple[SectionSensed, ...], str]:
    """The eight sections as the script gave them, and its last line's verdict.

    A section passes when it was headed, said something good, and nothing bad; warnings stop nothing. One that
    was never headed is UNKNOWN. The verdict is PASS or FAIL, or UNKNOWN when that line never came.
    """
    reader = ScriptReader()
    reader.feed(output.encode())
    return reader.told(run)


class ScriptReader:
    """Reads what the script prints as it goes by: what it keeps does not grow with what is printed."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._bodies: dict[int, list[str]] = {}
        self._number, self._verdict = 0, "UNKNOWN"

    def feed(self, data: bytes) -> None:
        *lines, rest = (self._rest + self._decode.decode(data)).split("\n")
        self._rest = rest[-LONGEST:]
        for line in lines:
            self._line(_COLOUR.sub("", line).replace("\r", ""))

    def told(self, run: int) -> tuple[tuple[SectionSensed, ...], str]:
        """As `parse_script`, of all that came so far."""
        self.feed(b"\n")
        sections = (_section(run, n, self._bodies.get(n)) for n in range(1, len(SECTIONS) + 1))
        return tuple(sections), self._verdict

    def _line(self, line: str) -> None:
        said = _VERDICT.search(line)
        if said:
            self._verdict = "PASS" if said[1].upper() == "PASSED" else "FAIL"
            self._number = 0
            return
        heading = _heading(line, self._number)
        if heading:
            self._number = heading
            self._bodies[heading] = []
        elif self._number and line.strip():
            body = self._bodies[self._number]
            if len(body) < MOST_LINES:
                body.append(line.strip())
            elif _marked(line, _BAD):
                body[-1] = line.strip()  # however much was said before, nothing bad goes by


def _heading(line: str, current: int) -> int:
    """The number of the section that the line heads; 0 for none. They come in their order."""
    match = _NUMBERED.match(line)
    if match and 1 <= int(match[1]) <= len(SECTIONS):
        return int(match[1])
    text = line.strip().lower()
    if _marked(line, (*_GOOD, *_BAD, *_WARNING)) or not _looks_like_heading(line):
        return 0
    for place in range(current + 1, len(SECTIONS) + 1):
        if any(word in text for word in _WORDS[place - 1]):
            return place
    return 0


def _looks_like_heading(line: str) -> bool:
    """`## Environment`, `=== Environment ===`, `Environment:`, `1. Environment`, `Checking it...`."""
    text = line.strip()
    if not text or len(text) > 60:
        return False
    return bool(
        re.match(r"^(?:#+\s|[=*\-─━]{2,}\s|\d[.)]\s|\W*(?:checking|section)\b)", text, re.IGNORECASE)
        or re.search(r"(?:[=*\-─━]{2,}|:|\.\.\.|…)$", text)
    )


def _marked(line: str, marks: tuple[str, ...]) -> bool:
    return line.strip().startswith(marks)


def _section(run: int, number: int, body: list[str] | None) -> SectionSensed:
    title = SECTIONS[number - 1]
    if body is None:
        return SectionSensed(run, number, title, "script", "UNKNOWN", "the script did not say")
    bad = [line for line in body if _marked(line, _BAD)]
    warnings = [line for line in body if _marked(line, _WARNING)]
    good = [line for line in body if _marked(line, _GOOD)]
    if bad:
        verdict, told = "FAIL", bad
    elif good or warnings:
        verdict, told = "PASS", warnings or good
    else:
        verdict, told = "UNKNOWN", body[:1] or ["nothing was said"]
    return SectionSensed(run, number, title, "script", verdict, _clean("; ".join(told)))


def _clean(text: str) -> str:
    """Without the marks, which the screen gives in its own way."""
    for mark in (*_BAD, *_GOOD, *_WARNING, "\ufe0f"):
        text = text.replace(mark, "")
    return " ".join(text.split())[:CLIP]
