"""The tokens of a filter as a tree."""

from __future__ import annotations

from thunes_tui.lines.jq.cursor import UPDATES, Cursor
from thunes_tui.lines.jq.syntax import KEYWORDS, NotFast, tokens
from thunes_tui.lines.jq.tree import (
    Array,
    Binary,
    Call,
    Comma,
    Dot,
    Each,
    If,
    Index,
    Literal,
    Node,
    Object,
    Pipe,
    Try,
)

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
DEEPEST = 60
NAMES = {"null": None, "true": True, "false": False}


def parse(text: str) -> Node:
    """The filter's tree. Raises BadSyntax with the place, or NotFast if another engine must read it."""
    parser = _Parser(text)
    if parser.now.kind == "end":
        return Dot()
    tree = parser.pipe()
    parser.expect("end")
    return tree


class _Parser(Cursor):
    """One method for each level of the grammar, the loosest first."""

    def __init__(self, text: str) -> None:
        super().__init__(tokens(text))
        self._depth = 0

    def pipe(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotFast("nested too deep")
        left = self.comma()
        if self.met("|"):
            left = Pipe(left, self.pipe())
        self._depth -= 1
        return left

    def comma(self) -> Node:
        left = self.alternative()
        while self.met(","):
            left = Comma(left, self.alternative())
        return left

    def alternative(self) -> Node:
        left = self.either()
        if self.now.kind in UPDATES:
            raise NotFast("assignments")
        if self.met("//"):
            return Binary("//", left, self.alternative())
        return left

    def either(self) -> Node:
        left = self.both()
        while self.met_word("or"):
            left = Binary("or", left, self.both())
        return left

    def both(self) -> Node:
        left = self.comparison()
        while self.met_word("and"):
            left = Binary("and", left, self.comparison())
        return left

    def comparison(self) -> Node:
        left = self.sum()
        if self.now.kind in COMPARISONS:
            left = Binary(self.take().kind, left, self.sum())
            if self.now.kind in COMPARISONS:
                # One engine takes a second one, the other does not.
                raise NotFast("comparisons in a row")
        return left

    def sum(self) -> Node:
        left = self.term()
        while self.now.kind in ("+", "-", "*", "/", "%"):
            left = Binary(self.take().kind, left, self.term())
            if left.operator in "*/%":
                raise NotFast("multiplication and division")
        return left

    def term(self) -> Node:
        node = self._head()
        while True:
            token = self.now
            if token.kind == "field":
                node = self._quiet(Index(node, Literal(self.take().value)))
            elif token.kind == "[":
                node = self._bracket(node)
            elif token.kind == "." and self.following.kind in ("string", "["):
                node = self._after_dot(node)
            elif token.kind == "?":
                self.take()
                node = Try(node)
            else:
                return node

    def _head(self) -> Node:
        token = self.now
        kind = token.kind
        if kind == "number":
            value, written = self.take().value
            return Literal(value, written)
        if kind == "string":
            return Literal(self.take().value)
        if kind == "field":
            return self._quiet(Index(Dot(), Literal(self.take().value)))
        if kind == ".":
            if self.following.kind == "string":
                return self._after_dot(Dot())
            self.take()
            return Dot()
        if kind == "-":
            self.take()
            if self.now.kind != "number":
                raise NotFast("a minus before a filter")
            value, written = self.take().value
            return Literal(-value, f"-{written}")
        if kind == "name":
            return self._name()
        return self._enclosed()

    def _enclosed(self) -> Node:
        if self.met("("):
            node = self.pipe()
            self.expect(")")
            # The brackets end a path: what follows is no part of it.
            return node
        if self.met("["):
            if self.met("]"):
                return Array(None)
            body = self.pipe()
            self.expect("]")
            return Array(body)
        if self.met("{"):
            return self._object()
        raise self.refusal()

    def _name(self) -> Node:
        token = self.now
        word = token.value
        if word in KEYWORDS and word != "if":
            raise self.refusal()
        self.take()
        if word == "if":
            return self._if()
        arguments: list[Node] = []
        if self.met("("):
            arguments.append(self.pipe())
            while self.met(";"):
                arguments.append(self.pipe())
            self.expect(")")
        if word in NAMES and not arguments:
            return Literal(NAMES[word])
        return Call(word, tuple(arguments), token.at)

    def _if(self) -> Node:
        condition = self.pipe()
        self.expect_word("then")
        then = self.pipe()
        if self.met_word("elif"):
            return If(condition, then, self._if())
        otherwise: Node = Dot()
        if self.met_word("else"):
            otherwise = self.pipe()
        self.expect_word("end")
        return If(condition, then, otherwise)

    def _after_dot(self, of: Node) -> Node:
        """`."text"` or `.[...]`, behind a term or at a path's beginning."""
        self.take()
        if self.now.kind == "[":
            return self._bracket(of)
        return self._quiet(Index(of, Literal(self.take().value)))

    def _bracket(self, of: Node) -> Node:
        self.take()
        if self.met("]"):
            return self._quiet(Each(of))
        if self.now.kind == ":":
            raise NotFast("slices")
        key = self.pipe()
        if self.now.kind == ":":
            raise NotFast("slices")
        self.expect("]")
        if not isinstance(key, Literal) or type(key.value) not in (str, int):
            raise NotFast("computed keys")
        return self._quiet(Index(of, key))

    def _quiet(self, node: Index | Each) -> Node:
        if not self.met("?"):
            return node
        if isinstance(node, Index):
            return Index(node.of, node.key, is_quiet=True)
        return Each(node.of, is_quiet=True)

    def _object(self) -> Node:
        entries: list[tuple[Node, Node]] = []
        if self.met("}"):
            return Object(())
        while True:
            entries.append(self._entry())
            if self.met("}"):
                return Object(tuple(entries))
            self.expect(",")
            if self.now.kind == "}":
                raise NotFast("a comma at the end")

    def _entry(self) -> tuple[Node, Node]:
        if self.met("("):
            key = self.pipe()
            self.expect(")")
            self.expect(":")
            return key, self._value()
        if self.now.kind not in ("name", "string"):
            if self.now.kind == "number":
                raise NotFast("numbers as keys")
            raise self.refusal()
        name = Literal(self.take().value)
        if self.met(":"):
            return name, self._value()
        return name, Index(Dot(), name)

    def _value(self) -> Node:
        """What both engines take as a member's value: terms with `|` between them."""
        value = self.term()
        if self.met("|"):
            return Pipe(value, self._value())
        if self.now.kind not in (",", "}", "end", ")", "]", ":", ";"):
            raise NotFast("a computed member without brackets")
        return value
