"""The lines of a block that a pattern is found in: words first, and the pattern only where they stand."""

from __future__ import annotations

import re

from thunes_tui.lines.pattern import Pattern

DENSE = 64
"""Candidates per block from which on a search of the whole block is cheaper than one of each candidate."""
SAMPLE = 65_536
COMMON, FEWEST = 8192, 8
"""Bytes of a block by which it is judged how common words are, and how many lines that takes."""
MOST_SPANS = 50
"""Hits of one line that are told apart."""


class Matcher:
    """Applies one pattern to blocks of whole lines."""

    def __init__(self, pattern: Pattern, *, by_line: bool = False) -> None:
        """`by_line`: show the pattern one line at a time, for those that run away over many."""
        self.pattern = pattern
        self._is_text = not pattern.is_regex
        self._is_never = self._is_text and "\n" in pattern.text
        self._words = [_Word(word) for word in pattern.words]
        self._by_line = by_line or pattern.is_by_line
        head = pattern.text[:1]
        # The engine itself is quick at finding where such a pattern can begin.
        self._leads = not pattern.folds and (head.isalnum() or head in " _-\"'=:,<>")
        self._whole = None if self._by_line else _whole(pattern)

    def may_hit(self, data: bytes) -> bool:
        """False if no line of the block can have a hit; cheap, whatever the pattern."""
        if self._is_never:
            return False
        text = data.lower() if self.pattern.folds and self._words else data
        return not self._words or any(word.is_in(text) for word in self._words)

    def count(self, data: bytes) -> int:
        """How many lines have a hit."""
        if self._is_text and len(self._words) == 1 and not self._is_never:
            return self._words[0].count(data.lower() if self.pattern.folds else data)
        if self._whole is not None and (self._leads or not self._words or self._is_common(data)):
            return len(self._whole.findall(data)) if self.may_hit(data) else 0
        return len(self.lines(data))

    def lines(self, data: bytes) -> list[int]:
        """Where the lines with a hit begin, ascending."""
        if self._is_never or not data:
            return []
        if not self._words:
            return self._each(data) if self._by_line else self._throughout(data)
        if self._whole is not None and self._is_common(data):
            return self._throughout(data)
        text = data.lower() if self.pattern.folds else data
        if len(self._words) == 1:
            starts = self._words[0].lines(text)
        else:
            starts = sorted({start for word in self._words for start in word.lines(text)})
        if self._is_text or not starts:
            return starts
        if len(starts) > DENSE and self._leads and not self._by_line:
            return self._throughout(data)
        return self._chosen(data, starts)

    def _is_common(self, data: bytes) -> bool:
        """The words stand in most lines, so that to look for them first is only more work."""
        if self._is_text or self.pattern.folds:
            return False
        sample = data[:COMMON]
        return 2 * sum(word.count(sample) for word in self._words) > sample.count(b"\n") > FEWEST

    def spans(self, data: bytes) -> list[int]:
        """Where each hit begins and ends, line by line: for the few lines that are shown."""
        found: list[int] = []
        start = 0
        for line in data.split(b"\n"):
            for number, hit in enumerate(self.pattern.compiled.finditer(line)):
                if number == MOST_SPANS:
                    break
                if hit.end() > hit.start():
                    found += (start + hit.start(), start + hit.end())
            start += len(line) + 1
        return found

    def _chosen(self, data: bytes, starts: list[int]) -> list[int]:
        """Those of some lines that have a hit."""
        search, find, size = self.pattern.compiled.search, data.find, len(data)
        found = []
        for start in starts:
            end = find(b"\n", start)
            end = size if end < 0 else end
            if self._by_line:
                hit = search(data[start:end])
            else:
                hit = search(data, start, end)
            if hit:
                found.append(start)
        return found

    def _each(self, data: bytes) -> list[int]:
        search = self.pattern.compiled.search
        found = []
        start = 0
        for line in data.removesuffix(b"\n").split(b"\n"):
            if search(line):
                found.append(start)
            start += len(line) + 1
        return found

    def _throughout(self, data: bytes) -> list[int]:
        """A hit that runs over several lines is none; then the line that it begins in is looked at alone."""
        if self._whole is not None:
            before = data.rfind
            return [before(b"\n", 0, hit.start()) + 1 for hit in self._whole.finditer(data)]
        search, size = self.pattern.compiled.search, len(data)
        found: list[int] = []
        at = 0
        while at < size and (hit := search(data, at)):
            begin = hit.start()
            if begin >= size and data[-1] == 10:
                break
            start = data.rfind(b"\n", at, begin) + 1 or at
            end = data.find(b"\n", begin)
            end = size if end < 0 else end
            if hit.end() <= end or search(data, start, end):
                found.append(start)
            at = end + 1
        return found


def _whole(pattern: Pattern) -> re.Pattern[bytes] | None:
    """The pattern with the rest of its line, so that it finds every line once; None where it may not."""
    if not pattern.stays_in_line:
        return None
    try:
        return re.compile(b"(?:" + pattern.compiled.pattern + b")[^\n]*", pattern.compiled.flags)
    except re.error:
        return None


class _Word:
    """One word, found by the rarest of its bytes, which the C library looks for 16 at a time."""

    def __init__(self, word: bytes) -> None:
        self._word = word
        self._sampled = -1
        """Bytes of text by which the rarest was chosen."""

    def is_in(self, text: bytes) -> bool:
        self._learn(text)
        return self._rare in text and self._quick.search(text) is not None

    def count(self, text: bytes) -> int:
        self._learn(text)
        return len(self._quick.findall(text)) if self._rare in text else 0

    def lines(self, text: bytes) -> list[int]:
        """Where the lines with the word begin."""
        self._learn(text)
        if self._rare not in text:
            return []
        before = text.rfind
        return [before(b"\n", 0, hit.start()) + 1 for hit in self._quick.finditer(text)]

    def _learn(self, text: bytes) -> None:
        sample = text[:SAMPLE]
        if len(sample) <= self._sampled:
            return
        self._sampled = len(sample)
        word, escape = self._word, re.escape
        at = min(range(len(word)), key=lambda index: sample.count(word[index : index + 1]))
        rare = self._rare = word[at : at + 1]
        ahead = b"(?<=" + escape(word[: at + 1]) + b")" if at else b""
        # Each line with the word once; the empty group costs nothing to hand out.
        self._quick = re.compile(escape(rare) + ahead + escape(word[at + 1 :]) + b"()[^\n]*")
