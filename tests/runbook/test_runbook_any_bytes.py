"""The parser takes any bytes, says where everything is, and says the same each time."""

from __future__ import annotations

import hashlib
import random
import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.runbook.documents import every
from thunes_tui.runbook.fences import find_fences
from thunes_tui.runbook.model import Field, Runbook, Span
from thunes_tui.runbook.parse import parse
from thunes_tui.runbook.source import read_lines

DOCUMENTS = every()
FRAGMENTS = [
    "## Test 1: Ünïcode 🛑 (30 minutes)", "#### Test 2 - x", "### Step 1.1: T (5 min)", "**Step 2: Größe**",
    "**Step 3**: x ____ min (expected: <5)", "- [ ] do ✅", "  - [x] inner", "```bash", "```", "````",
    "~~~sh", "~~~", "  ```", "ls -l; rm -rf ü", "cat <<'EOF'", "EOF",
    "**Expected output**:", "### Success Criteria", "### Results", "- [ ] ein Kriterium äöü", "",
    "- **Loss**: [ ] NONE [ ] 少し (x)", "Ja [ ] Nein [ ]",
    "Zeit: ______ seconds", "| A | B |", "|---|---|", "| é | [ ] PASS [ ] FAIL | ___ |", "1. ____", "---",
    "   **Action**: ___", "## Action Items", "## Post-Drill Summary", "<!--", "-->", "> ```bash", "> x",
    "\tTab ___", "`KEY=_____`", "Day __ of 7", "**Success Criteria**:", "Title", "=====", "\u202ehidden",
    "**Date**: [Not yet executed]", "\\_\\_\\_\\_",
]  # fmt: skip
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n"])
LINES = st.lists(st.tuples(st.sampled_from(FRAGMENTS) | st.text(max_size=20), ENDS), max_size=40)
CORPUS = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def fields_of(runbook: Runbook) -> Iterator[Field]:
    yield from runbook.summary
    yield from runbook.action_items
    for test in runbook.tests:
        yield from test.results
        for step in test.steps:
            yield from step.fields


def cut(data: bytes, span: Span) -> str:
    assert 0 <= span.start <= span.end <= len(data)
    return data[span.start : span.end].decode("utf-8", "surrogateescape")


def assert_sound(data: bytes, runbook: Runbook) -> None:
    """Every place that the runbook names holds exactly what it says."""
    assert (runbook.size, runbook.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    for field in fields_of(runbook):
        text = cut(data, field.span)
        if field.kind == "blank":
            assert re.fullmatch(r"_{2,}|(\\_){3,}|\[[^\[\]]+\]", text), text
        assert all(re.fullmatch(r"\[[ xX]\]", cut(data, box)) for box in field.boxes)
        if field.kind == "choice":
            assert len(field.boxes) == len(field.options) > 1
            assert all(field.span.start <= box.start and box.end <= field.span.end for box in field.boxes)
    ids: list[str] = []
    for test in runbook.tests:
        ids.append(test.id)
        for criterion in test.criteria:
            ids.append(criterion.id)
            assert (
                re.sub("[\ud800-\udfff]", "�", " ".join(cut(data, criterion.span).split())) == criterion.text
            )
            assert criterion.box is None or cut(data, criterion.box) in ("[ ]", "[x]", "[X]")
        for step in test.steps:
            ids.append(step.id)
            assert test.span.start <= step.span.start <= step.span.end <= test.span.end
            if step.command_span is not None:
                assert_verbatim(cut(data, step.command_span), step.command, "\n" if b"\n" in data else "\r")
            assert (step.command == "") == (step.command_span is None)
    assert len(set(ids)) == len(ids)
    assert all(1 <= entry.line <= data.count(b"\n") + data.count(b"\r") + 1 for entry in runbook.unplaced)


def assert_verbatim(raw: str, command: str, end: str) -> None:
    """The block is the file's own text without a fence's indentation, quotation and carriage returns."""
    shown = [line.removesuffix("\r") for line in raw.split(end)]
    written = command.split("\n")
    assert len(shown) == len(written)
    assert all(
        line.endswith(kept) and not line.removesuffix(kept).strip(" \t")
        for line, kept in zip(shown, written, strict=True)
    )


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_place_of_the_good_documents_holds_what_it_says(name: str) -> None:
    for data in (DOCUMENTS[name], DOCUMENTS[name].replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + DOCUMENTS[name]):
        assert_sound(data, parse(data, name))


def test_an_unindented_block_is_exactly_the_bytes_of_its_place() -> None:
    data = DOCUMENTS["sandbox"]
    steps = [step for test in parse(data, "x").tests for step in test.steps if step.command_span]
    assert len(steps) == 17
    for step in steps:
        assert step.command_span is not None
        assert data[step.command_span.start : step.command_span.end] == step.command.encode()


@CORPUS
@given(LINES)
def test_places_hold_in_documents_made_of_fragments(lines: list[tuple[str, str]]) -> None:
    data = "".join(line + end for line, end in lines).encode("utf-8", "surrogatepass")
    runbook = parse(data, "x")
    assert_sound(data, runbook)
    assert parse(data, "x") == runbook


@CORPUS
@given(st.binary(max_size=400))
def test_any_bytes_give_a_runbook(data: bytes) -> None:
    assert_sound(data, parse(data, "x"))


@CORPUS
@given(st.sampled_from(sorted(DOCUMENTS)), st.randoms(use_true_random=False))
def test_mutations_of_good_documents_give_a_sound_runbook(name: str, rng: random.Random) -> None:
    data = bytearray(DOCUMENTS[name])
    for _ in range(rng.randrange(1, 12)):
        at = rng.randrange(len(data))
        change = rng.randrange(4)
        if change == 0:
            data[at] = rng.randrange(256)
        elif change == 1:
            del data[at : at + rng.randrange(1, 60)]
        elif change == 2:
            data[at:at] = rng.choice(FRAGMENTS).encode() + b"\n"
        else:
            data[at:at] = data[at : at + rng.randrange(1, 200)]
    assert_sound(bytes(data), parse(bytes(data), name))


@pytest.mark.parametrize("name", ["bold", "headings", "checkboxes", "sandbox"])
def test_fences_are_those_of_commonmark_where_documents_are_well_formed(name: str) -> None:
    data = DOCUMENTS[name]
    tokens = [token for token in MarkdownIt().parse(data.decode()) if token.type == "fence" and token.map]
    reference = [
        (token.map[0], token.map[1] - 1, token.content.rstrip("\n")) for token in tokens if token.map
    ]
    lines = read_lines(data)
    own = [(fence.first, fence.last, fence.text(lines)) for fence in find_fences(lines)[0]]
    assert own == reference


REPEATED = [
    "```\n", "```bash\n", "````md\n", "<!--\n", "[ ] ", "_____ ", "`", "**", "# ", "| ", "$(", '"$(',
    "- [ ] ",
    "**Step 1: a**\n```bash\n", "```md\n**Step 1: a**\n", "[a](b", "ü___ ", " ", ">", "(5 minutes", "<<EOF\n",
    "~~~\n**Step 1: x**\n", "`a", "x" * 50 + " ",
]  # fmt: skip


@pytest.mark.parametrize("unit", REPEATED)
def test_no_repetition_makes_the_parser_slow(unit: str) -> None:
    text = f"## Test 1: A\n\n**Step 1: B**\n{unit * (60_000 // len(unit))}"
    fenced = (
        f"## Test 1: A\n\n**Step 1: B**\n```bash\n{unit.replace('`', chr(39)) * (20_000 // len(unit))}\n```\n"
    )
    for document in (text, fenced):
        began = time.process_time()
        parse(document.encode(), "x")
        assert time.process_time() - began < 2.0
