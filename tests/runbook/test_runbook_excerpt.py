"""What other documents give to the drill: a section beside a step, links, the checklist of prerequisites."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.runbook.documents import BOLD, SANDBOX, TRICKY, sandbox_drill
from thunes_tui.runbook.excerpt import links, section
from thunes_tui.runbook.parse import parse
from thunes_tui.runbook.prerequisites import THUNES, prerequisites


def test_a_section_reaches_from_its_heading_to_the_next_as_high() -> None:
    data = (SANDBOX / "docs" / "OPERATIONAL-RUNBOOK.md").read_bytes()
    span = section(data, "kill switch deactivation")
    assert span is not None
    lines = data[span.start : span.end].decode().splitlines()
    assert "Deactivation" in lines[0]
    assert lines[0].startswith("#")
    level = lines[0].split()[0]
    assert not any(line.startswith((level + " ", "# ")) for line in lines[1:] if not line.startswith("    "))
    assert section(data, "Deactivating the kill-switch".replace("the ", "")) == span


def test_headings_inside_blocks_are_no_sections() -> None:
    data = TRICKY.encode()
    assert section(data, "template") is None
    assert section(data, "hidden") is None
    assert section(data, "no such words") is None
    assert section(data, "") is None
    cleanup = section(data, "CLEANUP")
    assert cleanup is not None
    assert data[cleanup.start : cleanup.end].startswith(b"## Cleanup")


def test_a_step_names_its_documents_once_each() -> None:
    steps = {step.id: step for test in parse(sandbox_drill(), "x").tests for step in test.steps}
    assert links(steps["T2.S1"]) == ("docs/OPERATIONAL-RUNBOOK.md",)
    text = "## Test 1: A\n**Step 1: B**\nSee [it](docs/A.md), `./b.md` and docs/A.md, not https://x.invalid/c.md.\n"
    assert links(parse(text.encode(), "x").tests[0].steps[0]) == ("docs/A.md", "./b.md")


def test_prerequisites_are_the_documents_own_or_the_seven_of_thunes() -> None:
    assert prerequisites(BOLD.encode()) == ("Two people at the keys", "A spare phone")
    assert prerequisites(sandbox_drill()) == THUNES
    assert len(THUNES) == 7


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200), st.text(max_size=10))
def test_any_bytes_have_prerequisites_and_perhaps_a_section(data: bytes, words: str) -> None:
    assert prerequisites(data)
    span = section(data, words)
    assert span is None or 0 <= span.start < span.end <= len(data)
