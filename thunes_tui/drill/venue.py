"""Whether a FAIL is the venue's doing: a testnet that is down or was reset is no fault of the bot (design 8).

What a step needs the exchange for and did not show is doubted before it fails: the exchange is asked, and the
answer is that FAIL or NOT VERIFIED.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from thunes_tui.drill.checks import attempt_of, is_over, sensed, step_of, want
from thunes_tui.drill.draft import Draft
from thunes_tui.drill.effects import AskProbe, SetDeadline
from thunes_tui.events.steps import Evidence
from thunes_tui.runbook.model import Check, Criterion, Step, Test

DOWN = "exchange down"
"""How every reason and cause begins that is nothing but an exchange that does not answer."""
SILENT = "Telegram silent"
"""How every cause begins of an alert that did not come because Telegram itself does not answer."""
ASKED_S = 60.0
"""An exchange worker that has not answered by then will not."""
_NAMES = re.compile(r"(?i)binance|exchange|testnet|ccxt|reconcil")


def is_down(reasons: Iterable[str]) -> bool:
    """Whether the guard's only objection is an exchange that does not answer."""
    given = tuple(reasons)
    return bool(given) and all(reason.startswith(DOWN) for reason in given)


def needs_exchange(test: Test, check: Check) -> bool:
    """Whether its evidence cannot come without the exchange: a bot that is to be healthy again, or a step
    whose title or block names the exchange."""
    if check.kind == "timing" or want(check, "state") == "restarted":
        return True
    step = step_of(test, check)
    return any(_names_exchange(each) for each in ((step,) if step is not None else test.steps))


def _names_exchange(step: Step) -> bool:
    return _NAMES.search(f"{step.title}\n{step.command}") is not None


def fail(
    draft: Draft, criterion: Criterion, check: Check, cause: str, evidence: Evidence | None = None
) -> None:
    """A FAIL; where the exchange or Telegram may be to blame, only once that has answered."""
    test = draft.test(criterion.id)
    doubtful = check.kind == "telegram" or needs_exchange(test, check)
    if not doubtful or not is_over(draft.state, test, check):
        sensed(draft, criterion, "FAIL", cause, evidence)
        return
    attempt = attempt_of(draft.state, test, check)
    asked = AskProbe(criterion.id, check, "", 0, attempt=attempt, doubt=cause, evidence=evidence)
    draft.want(asked)
    draft.want(SetDeadline(criterion.id, doubt_of(attempt), ASKED_S))


def doubt_of(attempt: int) -> int:
    """The attempt as the deadline of a doubt names it: apart from that of the evidence itself."""
    return -attempt


def doubt_passed(draft: Draft, criterion: Criterion) -> None:
    """Nobody said whether the exchange is there: then nobody knows whose fault it is."""
    if not draft.state.criteria[criterion.id].sensed:
        of = (
            "Telegram"
            if criterion.check is not None and criterion.check.kind == "telegram"
            else "the exchange"
        )
        cause = f"nobody could tell whether {of} answers within {ASKED_S:g} s"
        sensed(draft, criterion, "NOT VERIFIED", cause)
