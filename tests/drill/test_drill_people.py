"""People: ticks and overrides, the hold, and who has the keys."""

from __future__ import annotations

import pytest

from tests.drill.playbook import BOB, Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.draft import Actor
from thunes_tui.drill.effects import ResizeShell
from thunes_tui.drill.next import next_action
from thunes_tui.events import session, shell, steps

DECIDED = steps.CriterionDecided
SENSED = steps.CriterionSensed


class TestDecisions:
    def test_a_person_ticks_what_is_a_persons(self, play: Playbook) -> None:
        play.ready_for("T4")
        play.ask(intents.DecideCriterion("T4.C2", "PASS")).gives(like(DECIDED, verdict="PASS"))
        known = play.state.criteria["T4.C2"]
        assert (known.verdict, known.sensed, known.decided_by, known.overridden) == ("PASS", "", "ann", False)

    def test_a_fail_and_a_change_of_mind_need_their_reason(self, play: Playbook) -> None:
        play.ready_for("T4")
        play.ask(intents.DecideCriterion("T4.C2", "FAIL")).refused("a FAIL needs its reason")
        play.ask(intents.DecideCriterion("T4.C2", "FAIL", "sums differ")).gives(DECIDED)
        play.ask(intents.DecideCriterion("T4.C2", "PASS")).refused(
            "ann said FAIL: changing it needs a reason"
        )
        play.ask(intents.DecideCriterion("T4.C2", "PASS", "a typing error")).gives(DECIDED)

    def test_an_override_needs_a_reason_and_erases_nothing(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.do("T1.S1", "nothing")
        play.ask(intents.DecideCriterion("T1.C1", "PASS")).refused("it was sensed as FAIL")
        play.ask(intents.DecideCriterion("T1.C1", "PASS", "a changed heading")).gives(DECIDED)
        known = play.state.criteria["T1.C1"]
        assert (known.verdict, known.sensed, known.overridden) == ("PASS", "FAIL", True)
        assert known.evidence is not None

    def test_what_is_sensed_is_not_ticked_beforehand_without_a_reason(self, play: Playbook) -> None:
        """Else a tick in passing would outweigh the FAIL that is sensed a moment later."""
        play.ready_for("T1")
        play.ask(intents.DecideCriterion("T1.C1", "PASS")).refused("an override needs a reason")
        play.ask(intents.DecideCriterion("T1.C1", "PASS", "seen on another screen"))
        play.do("T1.S1", "nothing").holds(like(SENSED, verdict="FAIL"))
        known = play.state.criteria["T1.C1"]
        assert (known.verdict, known.sensed, known.overridden) == ("PASS", "FAIL", True)

    def test_only_while_its_test_runs(self, play: Playbook) -> None:
        play.ready()
        play.ask(intents.DecideCriterion("T4.C2", "PASS")).refused("its test is not running")

    @pytest.mark.parametrize("verdict", ["", "VACUOUS", "ABORTED", "UNKNOWN", "SKIPPED", "GO"])
    def test_the_other_verdicts_are_not_a_persons(self, play: Playbook, verdict: str) -> None:
        play.ready_for("T4")
        play.ask(intents.DecideCriterion("T4.C2", verdict, "x")).refused("not for a person to give")

    def test_remarks_stand_where_they_were_made(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.do("T1.S1", "Risk status")
        play.ask(intents.AddNote("odd"), BOB).gives(like(steps.NoteAdded, test="T1", step="T1.S1"))
        play.ask(intents.AddBookmark("log", 77)).gives(like(steps.Bookmarked, offset=77, step="T1.S1"))
        remark = play.state.remarks[-2]
        assert (remark.kind, remark.by, remark.number) == ("note", "bob", len(play.journal) - 2)


class TestHold:
    def test_is_released_by_who_set_it(self, play: Playbook) -> None:
        play.ready().ask(intents.Hold("stop"), BOB).gives(like(steps.Held, reason="stop"))
        play.ask(intents.Release("please")).refused("bob set the hold and is here to release it")
        play.ask(intents.Release(), BOB).gives(steps.Released)
        play.ask(intents.Release(), BOB).refused("nobody holds the drill")

    def test_is_released_by_the_driver_with_a_reason_once_that_person_is_gone(self, play: Playbook) -> None:
        play.ready().ask(intents.Hold("stop"), BOB)
        play.see(seen.Joined(3, "eve", "witness"))
        play.see(seen.Left(2)).gives(like(session.ClientLeft, name="bob"))
        play.ask(intents.Release("gone"), Actor("eve", "witness", 3)).refused("bob has gone")
        play.ask(intents.Release(" ")).refused("with a reason")
        play.ask(intents.Release("gone home")).gives(like(steps.Released, reason="gone home"))

    def test_leaves_a_step_that_a_person_is_doing_to_be_ended(self, play: Playbook) -> None:
        play.ready_for("T4")
        play.do("T4.S1", "BTCUSDT: 1")
        play.launch("T4.S2")
        play.ask(intents.Hold("wait"), BOB)
        action = next_action(play.state)
        assert (action.intent, action.why) == (intents.FinishStep("T4.S2"), "bob holds the drill: wait")
        play.ask(intents.FinishStep("T4.S2")).holds(steps.StepEnded)
        play.ask(intents.DecideCriterion("T4.C2", "FAIL", "they differ")).gives(steps.CriterionDecided)
        play.ask(intents.FillField("T4", "Discrepancies", "1")).gives(steps.FieldFilled)
        play.ask(intents.FinishStep("T4.S2")).refused("is done already")

    def test_stops_what_is_new_and_nothing_that_runs(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.launch("T1.S1")
        play.ask(intents.Hold("wait"), BOB)
        play.finish("T1.S1", "Risk status").holds(steps.StepEnded, like(SENSED, verdict="PASS"))
        assert next_action(play.state).intent is None
        for asked in (intents.RunStep("T1.S2"), intents.RunStep("T1.S3"), intents.EndTest("T1")):
            play.ask(asked).refused("bob holds the drill: wait")
        play.ask(intents.AddNote("still noted")).gives(steps.NoteAdded)
        play.ask(intents.EndDrill(early=True, reason="a real incident")).holds(steps.TestEnded)

    def test_without_a_reason_says_so(self, play: Playbook) -> None:
        play.ready().ask(intents.Hold(), BOB)
        assert play.state.hold == "no reason given"


class TestKeys:
    def test_pass_by_accept(self, play: Playbook) -> None:
        play.ready()
        play.ask(intents.RequestKeys(), BOB).gives(like(session.KeysRequested, client=2, name="bob"))
        play.ask(intents.PassKeys(2)).gives(like(session.KeysPassed, client=2, takeover=False))
        assert {c.name: c.role for c in play.state.clients.values()} == {"ann": "witness", "bob": "driver"}
        assert not any(c.asks_keys for c in play.state.clients.values())

    def test_do_not_pass_to_nobody_or_to_oneself(self, play: Playbook) -> None:
        play.ready()
        play.ask(intents.PassKeys(9)).refused("not connected any more")
        play.ask(intents.PassKeys(1)).refused("ann has the keys already")
        play.ask(intents.RequestKeys()).refused("you have the keys")

    def test_are_taken_over_by_typing_once_no_driver_is_there(self, play: Playbook) -> None:
        play.ready()
        play.ask(intents.RequestKeys("take over"), BOB).gives(session.KeysRequested)
        play.see(seen.Left(1))
        play.ask(intents.RequestKeys(), BOB).refused("type 'take over'")
        play.ask(intents.RequestKeys("take over"), BOB).gives(
            like(session.KeysPassed, client=2, takeover=True)
        )
        play.see(seen.Joined(3, "ann", "driver")).gives(like(session.ClientJoined, role="witness"))

    def test_are_not_for_who_has_left(self, play: Playbook) -> None:
        play.ready().see(seen.Left(2))
        play.ask(intents.RequestKeys("take over"), BOB).refused("not connected any more")

    def test_there_is_one_driver(self, play: Playbook) -> None:
        play.ready().see(seen.Joined(3, "eve", "driver")).gives(like(session.ClientJoined, role="witness"))
        play.see(seen.Left(9)).gives(like(session.ClientLeft, name=""))


class TestSize:
    @pytest.mark.parametrize(
        ("asked", "given"),
        [((100, 40), (100, 40)), ((10, 5), (80, 24)), ((-1, 0), (80, 24)), ((9999, 9999), (500, 200))],
    )
    def test_the_shell_has_the_drivers_size_within_bounds(
        self, play: Playbook, asked: tuple[int, int], given: tuple[int, int]
    ) -> None:
        play.ready()
        answer = play.ask(intents.Resize(*asked))
        if given == (80, 24):
            answer.gives()
        else:
            answer.gives(
                like(shell.ShellResized, cols=given[0], rows=given[1]), like(ResizeShell, cols=given[0])
            )
            play.ask(intents.Resize(*asked)).gives()


def test_a_line_is_bookmarked_once_and_held_with_where_it_stands_and_what_it_hashes_to(
    play: Playbook,
) -> None:
    play.ready_for("T1")
    play.do("T1.S1", "Risk status")
    bookmark = intents.AddBookmark("log", 77, "a line", 1, 64769, 12, 6, "ab" * 32)
    play.ask(bookmark).gives(like(steps.Bookmarked, offset=77, file=1, inode=12, sha256="ab" * 32))
    held = play.state.bookmarks[-1]
    assert (held.source, held.file, held.offset, held.length, held.of) == ("log", 1, 77, 6, "T1.S1")
    play.ask(bookmark).refused("bookmarked already")
