"""What must hold all the time, also between steps: an append-only audit trail, and a bot that lives."""

from __future__ import annotations

from tests.drill.playbook import Playbook, like
from thunes_tui import observations as seen
from thunes_tui.events import box, steps
from thunes_tui.events.emergency import EmergencySensed


def marked(what: str) -> seen.Happened:
    return seen.Happened((box.SourceMarked("audit", what, 0, "shorter than before", True),))


def test_a_cut_audit_trail_vetoes_in_any_test(play: Playbook) -> None:
    play.ready_for("T1")
    play.see(marked("truncated")).gives(
        box.SourceMarked, like(steps.FindingNoted, veto=True, source="audit", test="T1"), EmergencySensed
    )


def test_a_rotated_audit_trail_is_a_finding_without_a_veto(play: Playbook) -> None:
    play.ready_for("T1")
    play.see(marked("rotated")).gives(box.SourceMarked, like(steps.FindingNoted, veto=False))


def test_a_bot_that_dies_unasked_vetoes(play: Playbook) -> None:
    play.ready_for("T1")
    bot = play.state.bots[-1]
    play.see(seen.BotGone(bot.pid, bot.start, signal=9, detail="SIGKILL")).gives(
        box.ProcessDied, like(steps.FindingNoted, veto=True, source="invariant")
    )


def test_the_test_that_kills_the_bot_may(play: Playbook) -> None:
    play.ready_for("T3")
    bot = play.state.bots[-1]
    play.see(seen.BotGone(bot.pid, bot.start, signal=9, detail="SIGKILL"))
    assert not any(finding.veto for finding in play.state.findings)
