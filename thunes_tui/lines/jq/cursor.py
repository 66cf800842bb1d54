"""The way through the tokens of a filter, and what is said of one that can't stand where it does."""

from __future__ import annotations

from thunes_tui.lines.jq.syntax import KEYWORDS, BadSyntax, NotFast, Token

UPDATES = ("=", "|=", "+=", "-=", "*=", "/=", "%=", "//=", "?//", "?//=")
BEYOND = KEYWORDS - {"and", "or", "if", "then", "elif", "else", "end"}
"""What begins something that only another engine evaluates."""


class Cursor:
    """A place in the tokens."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._next = 0

    @property
    def now(self) -> Token:
        return self._tokens[self._next]

    @property
    def following(self) -> Token:
        """The one after `now`, which is not the last."""
        return self._tokens[self._next + 1]

    def take(self) -> Token:
        token = self.now
        self._next += 1
        return token

    def met(self, kind: str) -> bool:
        """Take the token if it is of this kind."""
        if self.now.kind != kind:
            return False
        self._next += 1
        return True

    def met_word(self, word: str) -> bool:
        if self.now.kind != "name" or self.now.value != word:
            return False
        self._next += 1
        return True

    def expect(self, kind: str) -> Token:
        if self.now.kind != kind:
            raise self.refusal()
        return self.take()

    def expect_word(self, word: str) -> None:
        if not self.met_word(word):
            raise self.refusal()

    def refusal(self) -> BadSyntax | NotFast:
        """Why the token can't stand here; `NotFast` if another engine may know better."""
        token = self.now
        if token.kind in UPDATES or token.kind == ".." or (token.kind == "name" and token.value in BEYOND):
            return NotFast(str(token.value or token.kind))
        if token.kind == "end":
            return BadSyntax("something is missing", token.at)
        shown = {"string": "text", "field": f".{token.value}"}.get(token.kind)
        if token.kind == "name":
            shown = token.value
        elif token.kind == "number":
            shown = token.value[1]
        return BadSyntax(f"unexpected {shown or token.kind}", token.at)
