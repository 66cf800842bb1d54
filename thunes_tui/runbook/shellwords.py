"""A shell block as simple commands, as far as looking can tell.

Quotes, comments, here-documents, command substitution, subshells, pipes and redirections are understood, so
that the text handed to `python -c` is no command and an `rm` inside `$(...)` is one. It reads any text to its
end and never raises; what bash itself would refuse comes out as some list of commands.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_OPERATORS = (
    "<<<",
    "<<-",
    "&>>",
    ";;&",
    "&&",
    "||",
    ";;",
    ";&",
    "|&",
    "&>",
    ">>",
    "<<",
    ">&",
    "<&",
    "<>",
    ">|",
)
_SINGLE = frozenset(";&|<>()\n")
_REDIRECTIONS = frozenset({"<", ">", ">>", "<<", "<<-", "<<<", ">&", "<&", "<>", ">|", "&>", "&>>"})
_RESERVED = frozenset(
    {"if", "then", "elif", "else", "fi", "do", "done", "while", "until", "!", "{", "}", "time", "esac"}
)
_MAX_DEPTH = 20


@dataclass(slots=True)
class Command:
    """One simple command, its quotes taken off."""

    words: list[str] = field(default_factory=list)
    redirections: list[tuple[str, str]] = field(default_factory=list)
    """Operator and target, `(">", "positions.db")`."""
    end: str = ""
    """What ends it: `;`, `&`, `|`, `&&`, a line end, or nothing."""
    keyword: str = ""
    """The reserved word in front of it, `while` or `if`, the last of several; `timeout` under that."""
    fed: bool = False
    """Whether its standard input is a pipe, a file or a here-document."""
    depth: int = 0
    """Subshells and substitutions around it: at 0 it changes the shell itself."""
    stdin: str = ""
    """The text of its here-document."""


def commands_of(text: str) -> list[Command]:
    """The simple commands of a block in the order of their text."""
    found: list[Command] = []
    _Reader(text, found, 0, 0).read()
    return [command for command in found if command.words or command.redirections]


class _Reader:
    def __init__(self, text: str, found: list[Command], depth: int, nesting: int) -> None:
        self._text = text
        self._found = found
        self._depth = depth
        self._nesting = nesting
        self._at = 0
        self._current = Command(depth=depth)
        self._redirect = ""
        self._documents: list[tuple[str, bool, bool, Command]] = []
        self._piped = False

    def read(self) -> None:
        while self._at < len(self._text):
            character = self._text[self._at]
            if character in " \t\r":
                self._at += 1
            elif character == "\\" and self._text[self._at + 1 : self._at + 2] == "\n":
                self._at += 2
            elif character == "#":
                self._skip_comment()
            elif character in _SINGLE:
                self._operator()
            else:
                self._word()
        self._finish("")

    def _skip_comment(self) -> None:
        end = self._text.find("\n", self._at)
        self._at = len(self._text) if end < 0 else end

    def _operator(self) -> None:
        text, at = self._text, self._at
        if text[at] in "<>" and text[at + 1 : at + 2] == "(":
            self._word()  # process substitution
            return
        operator = next((known for known in _OPERATORS if text.startswith(known, at)), text[at])
        self._at += len(operator)
        if operator in _REDIRECTIONS:
            self._redirect = operator
        elif operator == "(":
            self._finish("")
            self._depth += 1
            self._current.depth = self._depth
        elif operator == ")":
            self._finish(";")
            self._depth = max(self._depth - 1, 0)
            self._current.depth = self._depth
        else:
            self._finish(operator)
            if operator == "\n":
                self._read_documents()

    def _finish(self, end: str) -> None:
        self._current.end = end.strip() if end != "\n" else "\n"
        self._found.append(self._current)
        self._piped = end in ("|", "|&")
        self._current = Command(depth=self._depth, fed=self._piped)
        self._redirect = ""

    def _word(self) -> None:
        begin = self._at
        word = self._read_word()
        quoted = word != self._text[begin : self._at]
        current = self._current
        if self._redirect in ("<<", "<<-"):
            self._documents.append((word, self._redirect == "<<-", quoted, current))
            current.fed = True
        elif self._redirect:
            current.redirections.append((self._redirect, word))
            current.fed = current.fed or self._redirect in ("<", "<<<")
        elif not current.words and word in _RESERVED and not quoted:
            current.keyword = word
        elif not (word.isdigit() and self._text[self._at : self._at + 1] in ("<", ">")):
            current.words.append(word)
        self._redirect = ""

    def _read_word(self) -> str:
        """The word that begins here, quotes off; commands in its substitutions are found on the way."""
        parts: list[str] = []
        text = self._text
        while self._at < len(text):
            character = text[self._at]
            if character == "\\":
                escaped = text[self._at + 1 : self._at + 2]
                parts.append("" if escaped == "\n" else escaped)
                self._at += 2
            elif character == "'":
                end = text.find("'", self._at + 1)
                end = len(text) if end < 0 else end
                parts.append(text[self._at + 1 : end])
                self._at = end + 1
            elif character == '"':
                self._at += 1
                parts.append(self._double_quoted())
            elif character == "`" or text.startswith(("$(", "<(", ">("), self._at):
                parts.append(self._substitution())
            elif text.startswith("${", self._at):
                parts.append(self._parameter())
            elif character in " \t\r" or character in _SINGLE:
                break
            else:
                parts.append(character)
                self._at += 1
        return "".join(parts)

    def _double_quoted(self) -> str:
        parts: list[str] = []
        text = self._text
        while self._at < len(text):
            character = text[self._at]
            if character == '"':
                self._at += 1
                break
            if character == "\\":
                parts.append(text[self._at + 1 : self._at + 2])
                self._at += 2
            elif character == "`" or text.startswith("$(", self._at):
                parts.append(self._substitution())
            else:
                parts.append(character)
                self._at += 1
        return "".join(parts)

    def _parameter(self) -> str:
        end = self._text.find("}", self._at)
        end = len(self._text) if end < 0 else end + 1
        begin, self._at = self._at, end
        return self._text[begin:end]

    def _substitution(self) -> str:
        """Skips `$(...)`, `<(...)` or backquotes, having read the commands inside; returns its text."""
        text, begin = self._text, self._at
        if text[begin] == "`":
            end = text.find("`", begin + 1)
            end = len(text) if end < 0 else end
            inner = text[begin + 1 : end]
        else:
            end = _closing(text, begin + 2)
            inner = text[begin + 2 : end]
        self._at = end + 1
        self._nested(inner)
        return text[begin : end + 1]

    def _nested(self, inner: str) -> None:
        if self._nesting < _MAX_DEPTH:
            _Reader(inner, self._found, self._depth + 1, self._nesting + 1).read()

    def _read_documents(self) -> None:
        """The bodies of the here-documents that the line just ended has opened."""
        for delimiter, dash, quoted, command in self._documents:
            body: list[str] = []
            while self._at < len(self._text):
                end = self._text.find("\n", self._at)
                end = len(self._text) if end < 0 else end
                line = self._text[self._at : end]
                self._at = end + 1
                if (line.lstrip("\t") if dash else line) == delimiter:
                    break
                body.append(line)
            command.stdin = "\n".join(body)
            if not quoted:
                self._substitutions_of(command.stdin)
        self._documents = []

    def _substitutions_of(self, text: str) -> None:
        reader = _Reader(text, self._found, self._depth, self._nesting + 1)
        while reader._at < len(text):
            if text[reader._at] == "\\":
                reader._at += 2
            elif text[reader._at] == "`" or text.startswith("$(", reader._at):
                reader._substitution()
            else:
                reader._at += 1


def _closing(text: str, at: int, nesting: int = 0) -> int:
    """The bracket that closes the one before `at`; the text's end when none does. Quotes are stepped over."""
    depth = 1
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 1
        elif character == "'":
            end = text.find("'", at + 1)
            at = len(text) if end < 0 else end
        elif character == '"':
            at = _closing_quote(text, at + 1, nesting + 1)
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return len(text)


def _closing_quote(text: str, at: int, nesting: int) -> int:
    while at < len(text) and text[at] != '"':
        if text[at] == "\\":
            at += 1
        elif text.startswith("$(", at) and nesting < _MAX_DEPTH:
            at = _closing(text, at + 2, nesting)
        at += 1
    return at
