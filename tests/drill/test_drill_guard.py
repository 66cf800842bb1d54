"""Destructive steps: requested, the guard's word, typed confirmation, the guard again, and one start."""

from __future__ import annotations

import pytest

from tests.drill.conftest import Make
from tests.drill.playbook import BOB, Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.asked_steps import digest
from thunes_tui.drill.effects import AskGuard, RunInShell
from thunes_tui.events import box, steps

VICTIMS = ("4711 bot: paper_trader",)
COMMAND = "pkill -9 -f paper_trader"


def answer(suffix: str = "", **members: object) -> seen.GuardSpoke:
    found = {"token": "t", "victims": VICTIMS, "confirm": "paper_trader", **members}
    return seen.GuardSpoke(f"T3.S2#1{suffix}", bool(found.pop("proven", True)), **found)  # type: ignore[arg-type]


@pytest.fixture
def asked(play: Playbook) -> Playbook:
    """The kill is requested and the guard is asked."""
    play.ready_for("T3")
    play.do("T3.S1")
    play.ask(intents.RunStep("T3.S2", digest(COMMAND))).gives(
        like(steps.StepRequested, sha256=digest(COMMAND)),
        like(AskGuard, asked_for="T3.S2#1", command=COMMAND),
    )
    return play


def test_what_is_not_proven_is_aborted_and_vetoes(asked: Playbook) -> None:
    asked.see(answer(proven=False, reasons=("a live key",), token="")).gives(
        like(box.GuardAnswered, proven=False),
        like(steps.StepAborted, step="T3.S2", reason="...a live key"),
        like(steps.FindingNoted, veto=True, source="guard"),
    )
    assert asked.status("T3.S2") == "aborted"
    asked.ask(intents.RunStep("T3.S2", again=True)).gives(steps.DeviationNoted, steps.StepRequested, AskGuard)


def test_a_rehearsal_hits_nothing_outside_the_project(make: Make) -> None:
    play = make(mode="rehearse").ready_for("T3")
    play.ask(intents.RunStep("T3.S2"))
    play.see(answer(outside=("99 editor",))).gives(
        box.GuardAnswered, like(steps.StepAborted, reason="...outside the drilled project: 99 editor")
    )
    play.do("T3.S1")
    play.ask(intents.EndTest("T3")).refused("still waits")


def test_a_rehearsal_whose_victims_are_inside_starts_at_once(make: Make) -> None:
    play = make(mode="rehearse").ready_for("T3")
    play.ask(intents.RunStep("T3.S2"))
    play.see(answer()).gives(
        box.GuardAnswered, like(steps.StepStarted, token="t"), like(RunInShell, token="t")
    )


def test_a_person_types_the_target_and_the_guard_is_asked_once_more(asked: Playbook) -> None:
    asked.see(answer()).gives(box.GuardAnswered, like(steps.StepHeld, victims=VICTIMS))
    asked.ask(intents.ConfirmStep("T3.S2", "y")).refused("by typing paper_trader")
    asked.ask(intents.ConfirmStep("T3.S2", "")).refused("by typing paper_trader")
    asked.ask(intents.ConfirmStep("T3.S2", "paper_trader"), BOB).refused("a witness may not")
    asked.ask(intents.RunStep("T3.S2")).refused("waits for its typed confirmation")
    asked.ask(intents.ConfirmStep("T3.S2", "paper_trader")).gives(
        like(steps.StepRequested, attempt=1), like(AskGuard, asked_for="T3.S2#1!")
    )
    asked.ask(intents.ConfirmStep("T3.S2", "paper_trader")).refused("being checked by the guard")
    asked.see(answer("!", token="t2")).gives(
        box.GuardAnswered, like(steps.StepStarted, token="t2"), like(RunInShell, token="t2")
    )
    asked.see(answer("!", token="t3")).gives(box.GuardAnswered).lacks(RunInShell)


def test_the_first_answer_again_does_not_stand_for_the_second(asked: Playbook) -> None:
    asked.see(answer())
    asked.ask(intents.ConfirmStep("T3.S2", "paper_trader"))
    asked.see(answer()).gives(box.GuardAnswered, steps.StepHeld)


@pytest.mark.parametrize(
    "change",
    [
        {"victims": (*VICTIMS, "99 editor"), "outside": ("99 editor",)},
        {"confirm": "another_bot"},
        {"victims": ("4800 bot: paper_trader",)},
    ],
)
def test_what_a_person_did_not_see_is_shown_again(asked: Playbook, change: dict[str, object]) -> None:
    asked.see(answer())
    asked.ask(intents.ConfirmStep("T3.S2", "paper_trader"))
    asked.see(answer("!", **change)).gives(box.GuardAnswered, steps.StepHeld).lacks(RunInShell)


def test_a_victim_that_has_gone_meanwhile_asks_nobody_again(asked: Playbook) -> None:
    asked.see(answer())
    asked.ask(intents.ConfirmStep("T3.S2", "paper_trader"))
    asked.see(answer("!", victims=())).holds(steps.StepStarted)


def test_victims_outside_are_confirmed_also_where_the_guard_names_no_target(asked: Playbook) -> None:
    asked.see(answer(confirm="", outside=("kill $(cat pid)",))).gives(
        box.GuardAnswered, like(steps.StepHeld, confirm="3.2")
    )


def test_a_guard_that_says_no_at_the_second_time_aborts(asked: Playbook) -> None:
    asked.see(answer())
    asked.ask(intents.ConfirmStep("T3.S2", "paper_trader"))
    asked.see(answer("!", proven=False, reasons=("venue changed",), token="")).gives(
        box.GuardAnswered, steps.StepAborted, like(steps.FindingNoted, veto=True)
    )


def test_no_token_no_start(asked: Playbook) -> None:
    asked.see(answer(confirm="", victims=(), token="")).gives(
        box.GuardAnswered, like(steps.StepAborted, reason="...no token")
    )


def test_nothing_starts_while_somebody_holds_the_drill(asked: Playbook) -> None:
    asked.ask(intents.Hold("a real incident"), BOB)
    asked.see(answer(confirm="", victims=())).gives(
        box.GuardAnswered, like(steps.StepAborted, reason="...bob holds")
    )


def test_nothing_starts_in_a_shell_that_has_become_busy(asked: Playbook) -> None:
    asked.started("vim")
    asked.see(answer(confirm="", victims=())).gives(
        box.GuardAnswered, like(steps.StepAborted, reason="...not free")
    )


def test_nothing_starts_after_the_end(asked: Playbook) -> None:
    asked.ask(intents.EndDrill(early=True, reason="enough")).holds(
        like(steps.StepAborted, step="T3.S2"), steps.TestEnded
    )
    asked.see(answer(confirm="", victims=())).gives(box.GuardAnswered)


def test_a_held_step_goes_with_its_test(asked: Playbook) -> None:
    asked.see(answer())
    saved = asked.state.criteria["T3.C1"]
    assert not saved.sensed
    asked.see(seen.Probed("T3.C1", "PASS", "there"))
    asked.ask(intents.EndTest("T3")).holds(
        like(steps.StepAborted, step="T3.S2"), like(steps.TestEnded, verdict="ABORTED")
    )
    asked.ask(intents.ConfirmStep("T3.S2", "paper_trader")).refused("Test 3 is not running")


def test_an_answer_for_another_attempt_starts_nothing(asked: Playbook) -> None:
    asked.ask(intents.SkipStep("T3.S2", "later"))
    asked.ask(intents.RunStep("T3.S2", again=True)).holds(like(AskGuard, asked_for="T3.S2#2"))
    asked.see(answer(confirm="", victims=())).gives(box.GuardAnswered)
    asked.see(seen.GuardSpoke("T3.S2#2", True, token="t")).holds(like(RunInShell, attempt="T3.S2#2"))


def test_a_step_whose_token_was_not_good_is_aborted_and_not_left_running(asked: Playbook) -> None:
    asked.see(answer(confirm="", victims=())).holds(RunInShell)
    asked.see(seen.NotRun("T3.S2#9", "x")).gives()
    asked.see(seen.NotRun("T3.S2#1", "no good token")).gives(like(steps.StepAborted, reason="no good token"))
    asked.see(seen.NotRun("T3.S2#1", "no good token")).gives()


def test_a_step_without_any_flag_goes_through_the_guard_too(play: Playbook) -> None:
    """What runs may do more than its text shows: flags are for display."""
    play.ready_for("T1")
    play.ask(intents.RunStep("T1.S1")).gives(
        steps.StepRequested, like(AskGuard, asked_for="T1.S1#1", command="show risk")
    )
    play.see(seen.GuardSpoke("T1.S1#1", False, ("a live key",))).holds(
        like(steps.StepAborted, reason="...a live key")
    ).lacks(RunInShell)
    play.see(seen.GuardSpoke("start", True))
    play.ask(intents.RunStep("T1.S1", again=True))
    play.see(seen.GuardSpoke("T1.S1#2", True)).holds(like(steps.StepAborted, reason="...no token"))
    play.ask(intents.RunStep("T1.S1", again=True))
    play.see(seen.GuardSpoke("T1.S1#3", True, token="t")).gives(
        box.GuardAnswered, like(steps.StepStarted, token="t"), like(RunInShell, attempt="T1.S1#3", token="t")
    )


class TestAPosition:
    """The profile's trading command: never on the strength of an old proof."""

    @pytest.fixture
    def wanted(self, play: Playbook) -> Playbook:
        play.ready().see(seen.PositionsSeen(()))
        play.ask(intents.CreatePosition()).gives(
            steps.NoteAdded, like(AskGuard, asked_for="position#1", command="buy a little")
        )
        return play

    def test_it_runs_once_when_the_guard_agrees(self, wanted: Playbook) -> None:
        spoke = seen.GuardSpoke("position#1", True, token="t")
        wanted.see(spoke).gives(
            like(box.GuardAnswered, proven=True),
            steps.NoteAdded,
            like(RunInShell, name="position", text="buy a little", attempt="position#1", token="t"),
        )
        wanted.see(spoke).gives(box.GuardAnswered)

    @pytest.mark.parametrize(
        ("members", "words"),
        [
            ({"proven": False, "reasons": ("a live key",), "token": ""}, "a live key"),
            ({"token": ""}, "no token"),
            ({"confirm": "paper_trader"}, "signals processes"),
            ({"outside": ("kill $X",)}, "signals processes"),
        ],
    )
    def test_it_does_not_run_otherwise(
        self, wanted: Playbook, members: dict[str, object], words: str
    ) -> None:
        given = {"proven": True, "token": "t", **members}
        wanted.see(seen.GuardSpoke("position#1", **given)).gives(  # type: ignore[arg-type]  # as they are
            box.GuardAnswered, like(steps.NoteAdded, text=f"...{words}")
        )

    def test_nor_when_things_have_changed_meanwhile(self, wanted: Playbook) -> None:
        wanted.started("vim")
        wanted.see(seen.GuardSpoke("position#1", True, token="t")).lacks(RunInShell)

    def test_the_answer_to_an_older_wish_starts_nothing(self, wanted: Playbook) -> None:
        wanted.ask(intents.CreatePosition()).holds(like(AskGuard, asked_for="position#2"))
        wanted.see(seen.GuardSpoke("position#1", True, token="t")).gives(box.GuardAnswered)
        wanted.see(seen.GuardSpoke("position#2", True, token="t")).holds(RunInShell)


def test_who_has_a_file_open_may_change_between_both_looks(asked: Playbook) -> None:
    file = "data/positions.db is removed: the database"
    asked.see(answer(victims=(file,)))
    asked.ask(intents.ConfirmStep("T3.S2", "paper_trader"))
    asked.see(answer("!", victims=(f"{file}; open: 4711 python",))).holds(steps.StepStarted)
