"""A step's block before it runs: placeholders are filled in, a text is edited, and the document stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.drill.conftest import Make
from tests.drill.plan import PLAN, step
from tests.drill.playbook import Playbook, like
from thunes_tui import intents
from thunes_tui.drill.asked_steps import digest
from thunes_tui.drill.effects import AskGuard, RunInShell
from thunes_tui.drill.next import next_action
from thunes_tui.drill.results import results
from thunes_tui.events import blocks, steps
from thunes_tui.events.steps import DeviationNoted
from thunes_tui.paperwork.sheet import sheet

BLOCK = "echo started on [DATE] by <NAME>\n# [DATE] is today\necho [DATE]\n"
FILLED = "echo started on 2025-10-09 by ann\n# [DATE] is today\necho 2025-10-10\n"
VALUES = ("2025-10-09", "ann", "2025-10-10")


def plan(block: str) -> tuple[object, ...]:
    """The usual one, with this block in the first step."""
    return (replace(PLAN[0], steps=(step("T1.S1", block), *PLAN[0].steps[1:])), *PLAN[1:])


@pytest.fixture
def waits(make: Make) -> Playbook:
    return make(plan(BLOCK)).ready_for("T1")


class TestAPlaceholder:
    def test_keeps_its_step_from_running_until_it_is_filled_in(self, waits: Playbook) -> None:
        waits.ask(intents.RunStep("T1.S1")).refused("[DATE], <NAME> in its block waits to be filled in")
        action = next_action(waits.state)
        assert (action.label, action.intent) == ("fill in step 1.1: step 1", None)
        assert "[DATE], <NAME>" in action.why

        waits.ask(intents.FillStep("T1.S1", VALUES)).gives(
            like(
                blocks.StepFilled,
                values=(("[DATE]", VALUES[0]), ("<NAME>", VALUES[1]), ("[DATE]", VALUES[2])),
                text=FILLED,
                reason="",
            )
        )
        assert next_action(waits.state).intent == intents.RunStep("T1.S1", digest(FILLED))

    def test_once_filled_in_is_what_is_hashed_guarded_and_run(self, waits: Playbook) -> None:
        waits.ask(intents.FillStep("T1.S1", VALUES))
        waits.ask(intents.RunStep("T1.S1", digest(BLOCK))).refused("what was shown is not what would run")
        waits.launch("T1.S1").holds(
            like(steps.StepStarted, sha256=digest(FILLED)), like(RunInShell, text=FILLED)
        )
        waits.finish("T1.S1", "Risk status: fine")
        assert waits.deviations() == [], "the document asked for it"
        assert waits.verdict("T1.C1") == "PASS"

    def test_goes_through_the_guard_with_its_value(self, waits: Playbook) -> None:
        waits.ask(intents.FillStep("T1.S1", VALUES))
        waits.ask(intents.RunStep("T1.S1")).holds(like(AskGuard, command=FILLED))

    def test_stands_with_its_value_in_results_and_on_the_sheet(self, waits: Playbook) -> None:
        waits.ask(intents.FillStep("T1.S1", VALUES))
        first = results(waits.state, "r")["tests"][0]["steps"][0]
        assert first["filled"] == [["[DATE]", "2025-10-09"], ["<NAME>", "ann"], ["[DATE]", "2025-10-10"]]
        assert "  - <NAME>: ann\n" in sheet(waits.state)
        assert waits.state.plan[0].steps[0].command == BLOCK

    def test_keeps_its_value_when_the_step_is_attempted_again(self, waits: Playbook) -> None:
        waits.ask(intents.FillStep("T1.S1", VALUES))
        waits.do("T1.S1")
        waits.launch("T1.S1", again=True).holds(like(RunInShell, text=FILLED))

    @pytest.mark.parametrize(
        ("values", "why"),
        [
            ((), "has 3 placeholders"),
            (("", "ann", "x"), "[DATE] has no value yet"),
            (("9\nOct", "ann", "x"), "[DATE] takes one line"),
            (("x", "a\u202eb", "x"), "<NAME> takes one line of plain characters"),
            (("x", "[DATE]", "x"), "<NAME> is filled with another placeholder"),
            (("x" * 501, "ann", "x"), "500 characters at most"),
            (("x", "ann [redacted:TOKEN]", "x"), "<NAME> holds a secret"),
            (("x", "<NAME>", "x"), "<NAME> is to run as it stands: that needs a reason"),
        ],
    )
    def test_takes_no_value_that_is_none(self, waits: Playbook, values: tuple[str, ...], why: str) -> None:
        waits.ask(intents.FillStep("T1.S1", values)).refused(why)

    def test_that_is_meant_as_it_stands_runs_so_for_a_reason_and_is_no_deviation(
        self, waits: Playbook
    ) -> None:
        waits.ask(intents.FillStep("T1.S1", ("x", "<NAME>", "y"), "it is the script's own word")).gives(
            like(blocks.StepFilled, reason="it is the script's own word")
        )
        waits.launch("T1.S1").holds(like(RunInShell, text=FILLED.replace("ann", "<NAME>").replace(
            "2025-10-09", "x").replace("2025-10-10", "y")))  # fmt: skip
        assert waits.deviations() == []

    def test_for_a_secret_takes_the_name_of_a_variable_alone(self, make: Make) -> None:
        play = make(plan("export API=your_api_key_here")).ready_for("T1")
        play.ask(intents.FillStep("T1.S1", ("s3cr3t-s3cr3t",))).refused("is a secret: set a variable")
        play.ask(intents.FillStep("T1.S1", ("$MY_KEY",))).holds(
            like(blocks.StepFilled, text="export API=$MY_KEY")
        )

    def test_aborts_its_step_where_nobody_can_fill_it_in(self, make: Make) -> None:
        play = make(plan(BLOCK), mode="rehearse").ready_for("T1")
        play.ask(next_action(play.state).intent or intents.Stop()).gives(
            steps.StepRequested,
            like(steps.StepAborted, step="T1.S1", attempt=1, reason="...waits to be filled in, and nobody"),
        )
        assert play.status("T1.S1") == "aborted"
        play.ask(intents.SkipStep("T1.S1", "a rehearsal attempts nothing twice"))

    def test_in_a_comment_waits_for_nobody(self, make: Make) -> None:
        play = make(plan("date  # now\n# fill [DATE] in\n")).ready_for("T1")
        assert next_action(play.state).intent is not None

    def test_is_not_asked_for_while_its_step_is_under_way(self, make: Make) -> None:
        play = make(plan("echo hello")).ready_for("T1")
        play.ask(intents.FillStep("T1.S1", ("x",))).refused("nothing in step 1.1 waits")
        play.launch("T1.S1")
        play.ask(intents.FillStep("T1.S1", ("x",))).refused("step 1.1 is running")
        play.ask(intents.FillStep("T1.S3", ("x",))).refused("has no block: it is done by hand")


class TestAnEditedBlock:
    def test_is_what_runs_and_a_deviation_as_it_runs(self, make: Make) -> None:
        play = make(plan("tail -n 20 audit.jsonl")).ready_for("T1")
        play.ask(intents.EditStep("T1.S1", "tail -n 50 audit.jsonl")).gives(
            like(blocks.StepEdited, text="tail -n 50 audit.jsonl", changes="-20 +50")
        )
        assert play.deviations() == []
        play.launch("T1.S1").holds(
            like(steps.StepStarted, sha256=digest("tail -n 50 audit.jsonl")),
            like(RunInShell, text="tail -n 50 audit.jsonl"),
        )
        assert play.deviations() == ["step 1.1 edited before running: -20 +50"]
        assert results(play.state, "r")["tests"][0]["steps"][0]["edited"] == "-20 +50"

    def test_is_asked_of_the_guard_and_not_the_documents_own(self, make: Make) -> None:
        play = make(plan("ls")).ready_for("T1")
        play.ask(intents.EditStep("T1.S1", "pkill -9 -f paper_trader"))
        play.ask(intents.RunStep("T1.S1")).holds(
            like(DeviationNoted, sensed=True), like(AskGuard, command="pkill -9 -f paper_trader")
        )

    def test_is_taken_back_by_the_blocks_own_text(self, make: Make) -> None:
        play = make(plan("ls -l")).ready_for("T1")
        play.ask(intents.EditStep("T1.S1", "ls -a"))
        play.ask(intents.EditStep("T1.S1", "ls -l")).holds(like(blocks.StepEdited, changes=""))
        play.launch("T1.S1").holds(like(RunInShell, text="ls -l"))
        assert play.deviations() == []

    def test_differs_from_what_was_filled_in_and_not_from_the_placeholder(self, waits: Playbook) -> None:
        waits.ask(intents.EditStep("T1.S1", "echo")).refused("waits to be filled in: fill it in first")
        waits.ask(intents.FillStep("T1.S1", VALUES))
        waits.ask(intents.EditStep("T1.S1", FILLED.replace("ann", "bob"))).holds(
            like(blocks.StepEdited, changes="-ann +bob")
        )
        waits.ask(intents.FillStep("T1.S1", VALUES))
        assert waits.state.steps["T1.S1"].changes == "", "values are of the document's own block"

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("ls", "nothing was changed"),
            ("  \n", "runs nothing: skip the step instead"),
            ("x" * 40_000, "is too long"),
            ("echo [redacted:TOKEN]", "holds a secret"),
            ("echo [DATE]", "[DATE] is a placeholder"),
        ],
    )
    def test_is_refused_where_it_is_no_text_to_run(self, make: Make, text: str, why: str) -> None:
        make(plan("ls")).ready_for("T1").ask(intents.EditStep("T1.S1", text)).refused(why)

    def test_of_another_white_space_is_a_change_too(self, make: Make) -> None:
        play = make(plan("ls -l")).ready_for("T1")
        play.ask(intents.EditStep("T1.S1", "ls  -l")).holds(
            like(blocks.StepEdited, changes="its white space")
        )
