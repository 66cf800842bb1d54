"""Which of a step's blocks is its command, which is expected output, and which can be neither."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from thunes_tui.runbook.expectations import announces_output, of_block
from thunes_tui.runbook.fences import Fence
from thunes_tui.runbook.source import decodable
from thunes_tui.runbook.zones import Document

_OUTPUTS = frozenset(
    {"", "text", "txt", "output", "out", "log", "json", "jsonl", "ndjson", "plaintext", "none", "csv"}
)
_TEMPLATES = frozenset({"", "text", "txt", "plaintext", "markdown", "md", "none", "csv"})
_PROMPT = re.compile(r"^\s{0,3}(?:\$|[\w@:~/.-]{0,60}[$%>])\s\S", re.MULTILINE)
_COMMAND = re.compile(r"^(?:[a-z./~][\w./+-]*(?:\s|$|;|&)|[A-Za-z_]\w*=\S)")
_FORM = re.compile(r"\[[ xX]\]|_{3,}")


@dataclass(slots=True)
class StepBlocks:
    """The blocks of one step, sorted out."""

    command: Fence | None = None
    text: str = ""
    expected: list[str] = field(default_factory=list)


def sort_blocks(document: Document, first: int, end: int) -> StepBlocks:
    """The blocks of the step in lines `first` to `end` (exclusive); what can't be placed is listed.

    A step runs one block. A second one is not joined to it (they may be alternatives) and not made a step of
    its own (it has no title to be cited by): it is listed, and stays readable in the step's prose.
    """
    sorted_out = StepBlocks()
    fences = [fence for fence in document.fences_in(first, end) if fence.closed]
    has_shell = any(
        fence.shell and not fence.quoted and not _announced(document, fence, first) for fence in fences
    )
    for fence in fences:
        _place(document, fence, sorted_out, first, has_shell=has_shell)
    return sorted_out


def _place(document: Document, fence: Fence, into: StepBlocks, first: int, *, has_shell: bool) -> None:
    text = fence.text(document.lines) if fence.body() else ""
    if _announced(document, fence, first):
        into.expected.extend(of_block(text))
    elif fence.quoted:
        if fence.shell:
            document.list_line(fence.first, "a block inside a quotation is not run")
    elif fence.shell or (
        not fence.language and not has_shell and into.command is None and _reads_as_command(text)
    ):
        _place_command(document, fence, text, into)
    elif into.command is not None and fence.language in _OUTPUTS:
        if not fence.language and not _follows(document, into.command, fence):
            document.list_line(
                fence.first, "a block without a language behind the command: output or command?"
            )
        else:
            into.expected.extend(of_block(text))
    elif fence.language not in _TEMPLATES and fence.language not in _OUTPUTS:
        document.list_line(fence.first, f"a block of {fence.language} in a step is not run by the shell")


def _place_command(document: Document, fence: Fence, text: str, into: StepBlocks) -> None:
    if into.command is not None:
        document.list_line(fence.first, "a second block in one step is not run; give it a step of its own")
    elif not text.strip():
        document.list_line(fence.first, "an empty block")
    elif not decodable(text):
        document.list_line(fence.first, "a block with bytes that are not UTF-8 is not run")
    elif fence.language in ("console", "shell-session", "terminal") and _PROMPT.search(text):
        document.list_line(fence.first, "a transcript with prompts is not run; write the commands alone")
    else:
        into.command, into.text = fence, text


def _announced(document: Document, fence: Fence, first: int) -> bool:
    """Whether the nearest line of text above says that output follows."""
    for index in range(fence.first - 1, first, -1):
        if index in document.covered:
            return False
        if not document.lines[index].blank:
            return announces_output(document.lines[index].text)
    return False


def _follows(document: Document, command: Fence, fence: Fence) -> bool:
    """Whether nothing but white space stands between the command and the block."""
    return all(document.lines[index].blank for index in range(command.last + 1, fence.first))


def _reads_as_command(text: str) -> bool:
    lines = (line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#"))
    first = next(lines, "")
    return _COMMAND.match(first.lstrip()) is not None and not _FORM.search(text)
