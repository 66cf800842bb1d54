"""A drill of fewer tests than its document's is never a GO, and says which ones it never had."""

from __future__ import annotations

import pytest

from tests.drill.plan import PLAN
from tests.drill.playbook import Playbook
from thunes_tui import intents
from thunes_tui.drill.decision import decide_outcome
from thunes_tui.drill.model import DrillState
from thunes_tui.events import drill, steps
from thunes_tui.plain import to_plain


def pinned(*numbers: int, of: int = 4) -> DrillState:
    """Of a document with `of` tests only these were pinned, and each passed."""
    play = Playbook([])
    play.record(drill.RunbookPinned("Drill", "d.md", "ab", 10, of))
    play.record(*(drill.TestPinned(to_plain(PLAN[number - 1])) for number in numbers))
    for number in numbers:
        play.record(steps.TestStarted(f"T{number}", 1), steps.TestEnded(f"T{number}", "PASS"))
    return play.state


@pytest.mark.parametrize(
    ("numbers", "decision", "missing"),
    [
        ((1, 2, 3, 4), "GO", ()),
        ((1, 2, 3), "CONDITIONAL", (4,)),
        ((1, 3), "NO-GO", (2, 4)),
        ((), "NO-GO", (1, 2, 3, 4)),
    ],
)
def test_each_that_was_never_pinned_is_named(
    numbers: tuple[int, ...], decision: str, missing: tuple[int, ...]
) -> None:
    outcome = decide_outcome(pinned(*numbers))
    assert (outcome.decision, outcome.of) == (decision, 4)
    assert outcome.reasons == tuple(
        f"Test {number} not run: it was never pinned and never began" for number in missing
    )
    assert outcome.authorisation in ("YES", "NO")
    assert (outcome.authorisation == "YES") == (not missing)


def test_numbers_that_nobody_can_know_are_counted() -> None:
    (reason,) = decide_outcome(pinned(4, of=2)).reasons
    assert reason == "1 of the document's 2 tests were never pinned and never began"


def test_a_test_that_never_began_says_so(play: Playbook) -> None:
    play.ready_for("T1")
    play.ask(intents.EndDrill(early=True, reason="enough"))
    assert play.state.ending is not None
    assert play.state.ending.reasons[1:] == tuple(f"Test {n} not run: it never began" for n in (2, 3, 4))
