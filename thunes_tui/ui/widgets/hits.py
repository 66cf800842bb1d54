"""Where a pattern is found in the texts on the screen, without ever waiting for a pattern that is slow."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from thunes_tui.lines.pattern import Pattern
from thunes_tui.lines.runner import Runner

KEPT = 4096
"""Texts of which the hits are kept."""
AT_ONCE = 64
"""Texts that are looked through together, elsewhere."""

Spans = Sequence[tuple[int, int]]


class Hits:
    """The hits of one pattern. Texts of which they are not known yet are looked through by `step`."""

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        self._runner = Runner(pattern)
        self._known: OrderedDict[str, Spans] = OrderedDict()
        self._wanted: dict[str, None] = {}
        self._asked: list[str] = []

    @property
    def is_wanting(self) -> bool:
        """There are texts to look through."""
        return bool(self._wanted or self._asked)

    def find(self, text: str) -> Spans:
        """Where in the text the hits begin and end, as far as it is known."""
        known = self._known.get(text)
        if known is not None:
            return known
        if not self.pattern.is_cheap:
            self._wanted[text] = None
            return ()
        raw = text.encode("utf-8", "surrogatepass")
        found = self._runner.spans(text, raw)
        return self._keep(text, _characters(text, raw, found or []))

    def step(self) -> bool:
        """Look through some of the wanted texts; True if more is known. Raises `runner.TooSlow`."""
        if not self._asked:
            self._asked = list(self._wanted)[-AT_ONCE:]
            self._wanted.clear()
        if not self._asked:
            return False
        raws = [text.replace("\n", " ").encode("utf-8", "surrogatepass") for text in self._asked]
        found = self._runner.spans(tuple(self._asked), b"\n".join(raws))
        if found is None:
            return False
        pairs = list(zip(found[::2], found[1::2], strict=True))
        start = 0
        for text, raw in zip(self._asked, raws, strict=True):
            end = start + len(raw)
            own = [place - start for pair in pairs if start <= pair[0] < end for place in pair]
            self._keep(text, _characters(text, raw, own))
            start = end + 1
        self._asked = []
        return True

    def close(self) -> None:
        self._wanted.clear()
        self._asked = []
        self._runner.close()

    def _keep(self, text: str, spans: Spans) -> Spans:
        self._known[text] = spans
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return spans


def _characters(text: str, raw: bytes, places: list[int]) -> Spans:
    """Places in the bytes of a text as places in the text."""
    if len(text) != len(raw):
        places = [len(raw[:place].decode("utf-8", "replace")) for place in places]
    return list(zip(places[::2], places[1::2], strict=True))
