"""The project's own pre-flight script: which of the eight sections passed, read from what it printed."""

from __future__ import annotations

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


def parse_script(output: str, run: int) -> tuple[tuple[SectionSensed, ...], str]:
    """The eight sections as the script gave them, and its last line's verdict.

    A section passes when it was headed, said something good, and nothing bad; warnings stop nothing. One that
    was never headed is UNKNOWN. The verdict is PASS or FAIL, or UNKNOWN when that line never came.
    """
    bodies: dict[int, list[str]] = {}
    number, verdict = 0, "UNKNOWN"
    for line in _COLOUR.sub("", output).replace("\r", "").splitlines():
        said = _VERDICT.search(line)
        if said:
            verdict = "PASS" if said[1].upper() == "PASSED" else "FAIL"
            number = 0
            continue
        heading = _heading(line, number)
        if heading:
            number = heading
            bodies[number] = []
        elif number and line.strip():
            bodies[number].append(line.strip())
    return tuple(_section(run, place, bodies.get(place)) for place in range(1, len(SECTIONS) + 1)), verdict


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
