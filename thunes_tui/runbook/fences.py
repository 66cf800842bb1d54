"""Fenced blocks and comments, found before anything else: what stands in them is no heading and no step.

The rules are CommonMark's with two differences, both for the operator's safety. A shell block that swallows a
step's title or another block's opening fence was not closed by its author: it ends there, is marked unclosed
and is never run. A Markdown template may hold blocks of its own fence length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from thunes_tui.runbook.headings import is_landmark
from thunes_tui.runbook.model import Span, Unplaced
from thunes_tui.runbook.source import Line, unplaced

_OPEN = re.compile(r"^(?P<quote>[ \t]*(?:>[ \t]?)+)?(?P<indent>[ \t]*)(?P<mark>`{3,}|~{3,})(?P<info>.*)$")
_QUOTE = re.compile(r"^[ \t]*(?:>[ \t]?)+")
_WORD = re.compile(r"[A-Za-z0-9_+#-]+")
_SHELL = frozenset({"bash", "sh", "shell", "zsh", "ksh", "console", "shell-session", "terminal"})
_TEMPLATES = frozenset({"markdown", "md"})
_NESTING_REACH = 2000  # lines looked through for the end of a template that holds blocks itself


@dataclass(frozen=True, slots=True)
class Fence:
    """Lines `first` to `last` (inclusive) that hold no structure: a fenced block, or a comment."""

    first: int
    last: int
    language: str = ""
    indent: int = 0
    """Columns before the opening fence; so many are taken off each line of the block."""
    closed: bool = True
    quoted: bool = False
    comment: bool = False

    @property
    def shell(self) -> bool:
        return self.language in _SHELL

    def body(self) -> range:
        """The lines between the fences."""
        return range(self.first + 1, self.last if self.closed else self.last + 1)

    def span(self, lines: tuple[Line, ...]) -> Span:
        """The bytes between the fences, without the last line end."""
        body = self.body()
        return Span(lines[body[0]].start, lines[body[-1]].end)

    def text(self, lines: tuple[Line, ...]) -> str:
        """The block as its author means it: indentation of the fence taken off, line ends as LF."""
        return "\n".join(_outdented(lines[index].text, self) for index in self.body())


@dataclass(frozen=True, slots=True)
class _Opening:
    mark: str
    info: str
    indent: int
    quoted: bool

    @property
    def language(self) -> str:
        word = _WORD.search(self.info)
        return word.group().lower() if word else ""


def find_fences(lines: tuple[Line, ...]) -> tuple[tuple[Fence, ...], tuple[Unplaced, ...]]:
    """Every fenced block and comment of the document in order, and those that are never closed."""
    fences: list[Fence] = []
    open_ended: dict[str, tuple[int, int]] = {}
    index = 0
    while index < len(lines):
        text = lines[index].text
        if text.lstrip().startswith("<!--"):
            fences.append(_comment(lines, index, open_ended))
        elif (opening := _opening(text)) is not None:
            fences.append(_fence(lines, index, opening, open_ended))
        else:
            index += 1
            continue
        index = fences[-1].last + 1
    why = "opened here and never closed; nothing of it is run"
    return tuple(fences), tuple(unplaced(lines[fence.first], why) for fence in fences if not fence.closed)


def _opening(text: str) -> _Opening | None:
    match = _OPEN.match(text)
    if match is None or (match["mark"][0] == "`" and "`" in match["info"]):
        return None
    indent = len(match["indent"].expandtabs(4))
    return _Opening(match["mark"], match["info"].strip(), indent, match["quote"] is not None)


def _closes(text: str, opening: _Opening) -> bool:
    other = _opening(text)
    return (
        other is not None
        and not other.info
        and other.quoted == opening.quoted
        and other.mark.startswith(opening.mark)
        and other.indent <= opening.indent + 3
    )


def _fence(
    lines: tuple[Line, ...], first: int, opening: _Opening, open_ended: dict[str, tuple[int, int]]
) -> Fence:
    last, closed = _end(lines, first, opening, open_ended)
    return Fence(first, last, opening.language, opening.indent, closed, opening.quoted)


def _end(
    lines: tuple[Line, ...], first: int, opening: _Opening, open_ended: dict[str, tuple[int, int]]
) -> tuple[int, bool]:
    """The last line of the block opened at `first`, and whether it is closed there."""
    if opening.language in _TEMPLATES and "nested" not in open_ended:
        last = _template_end(lines, first, opening)
        if last is not None:
            return last, True
        open_ended["nested"] = (0, 0)
    wary = opening.language in _SHELL
    length, indent = open_ended.get(opening.mark[0], (1 << 30, -1))
    hopeless = len(opening.mark) >= length and opening.indent <= indent and not opening.quoted
    for index in range(first + 1, len(lines)):
        text = lines[index].text
        if opening.quoted and not _QUOTE.match(text):
            return index - 1, False
        if _closes(text, opening):
            return index, True
        if (hopeless or wary) and is_landmark(text):
            return index - 1, False
        if opening.language not in _TEMPLATES and _opens_another(text, opening):
            return index - 1, False
    open_ended[opening.mark[0]] = (len(opening.mark), opening.indent)
    recovered = (index for index in range(first + 1, len(lines)) if is_landmark(lines[index].text))
    return next(recovered, len(lines)) - 1, False


def _opens_another(text: str, opening: _Opening) -> bool:
    other = _opening(text)
    return other is not None and other.mark.startswith(opening.mark) and other.language in _SHELL


def _template_end(lines: tuple[Line, ...], first: int, opening: _Opening) -> int | None:
    depth = 1
    for index in range(first + 1, min(first + _NESTING_REACH, len(lines))):
        text = lines[index].text
        if _closes(text, opening):
            depth -= 1
            if depth == 0:
                return index
        elif (other := _opening(text)) is not None and other.mark == opening.mark and other.info:
            depth += 1
    return None


def _comment(lines: tuple[Line, ...], first: int, open_ended: dict[str, tuple[int, int]]) -> Fence:
    """A comment to its end; one that never ends is its first line alone, so that it hides nothing."""
    reach = first + 1 if "<!--" in open_ended else len(lines)
    for index in range(first, reach):
        if "-->" in lines[index].text:
            return Fence(first, index, comment=True)
    open_ended["<!--"] = (0, 0)
    return Fence(first, first, comment=True)


def _outdented(text: str, fence: Fence) -> str:
    if fence.quoted:
        match = _QUOTE.match(text)
        text = text[match.end() :] if match else text
    column = 0
    for position, character in enumerate(text):
        if column >= fence.indent or character not in " \t":
            return text[position:]
        column += 1 if character == " " else 4 - column % 4
    return ""
