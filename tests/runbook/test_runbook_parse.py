"""Documents of every allowed shape, and what stands in them."""

from __future__ import annotations

import json

from tests.runbook.documents import BOLD, CHECKBOXES, HEADINGS, TRICKY, sandbox_drill
from thunes_tui import plain
from thunes_tui.runbook.model import Field, Runbook, Test
from thunes_tui.runbook.parse import parse


def parsed(text: str) -> Runbook:
    return parse(text.encode(), "drill.md")


def numbered(text: str, number: int) -> Test:
    return next(test for test in parsed(text).tests if test.number == number)


def named(fields: tuple[Field, ...], label: str) -> Field:
    return next(field for field in fields if field.label == label)


def test_bold_steps_are_the_steps_of_their_test() -> None:
    test = numbered(BOLD, 1)
    assert (test.id, test.title, test.minutes) == ("T1", "Kill-Switch Activation", 30.0)
    assert test.objective == "Stop it, and see it stop."
    assert test.prerequisites == ("The bot runs", "The phone is at hand")
    assert [(step.id, step.number, step.title, step.minutes) for step in test.steps] == [
        ("T1.S1", "1", "Look", 10.0),
        ("T1.S2", "2", "Press the button", 0.0),
        ("T1.S3", "3", "Wait for the phone", 0.0),
    ]


def test_a_block_is_kept_byte_for_byte_and_its_comments_are_no_headings() -> None:
    look, press, wait = numbered(BOLD, 1).steps
    assert look.command == "# Test 9: a comment is no heading\ncat logs/paper_trader.log | less"
    assert look.language == "bash"
    assert press.command.startswith('python -c "\nfrom src')
    assert press.command.endswith("by hand')\n\"")
    assert wait.command == ""
    assert wait.command_span is None
    assert "First look, then leap." in look.prose
    assert "cat logs" not in look.prose


def test_expected_output_is_found_in_its_forms() -> None:
    look, press, _ = numbered(BOLD, 1).steps
    assert look.expected == ("BTCUSDT 0.5 ...",)
    assert press.expected == ('event: "KILL_SWITCH_ACTIVATED"', 'reason: "DRILL: by hand"')
    assert numbered(HEADINGS, 2).steps[1].expected == ("PID 1234", "started")


def test_criteria_keep_their_text_their_box_and_whether_they_are_optional() -> None:
    first, second, third = numbered(BOLD, 1).criteria
    assert first.id == "T1.C1"
    assert second.text == "BUY orders rejected with the right message"
    assert BOLD.encode()[second.box.start : second.box.end] == b"[x]" if second.box else False
    assert [one.optional for one in (first, second, third)] == [False, False, True]


def test_results_are_blanks_and_choices_with_unit_and_expectation() -> None:
    test = numbered(BOLD, 1)
    results = test.results
    assert named(results, "Start time").unit == "UTC"
    loss = named(results, "Data loss")
    assert (loss.kind, loss.options, loss.expected) == (
        "choice",
        ("NONE", "MINOR", "SIGNIFICANT"),
        "choose one",
    )
    assert named(results, "Passed").options == ("Yes", "No")
    assert {"Name", "Contact", "Day", "KEY", "Recovered in"} <= {field.label for field in results}
    assert named(results, "Recovered in").unit == "min"
    delivery = named(test.steps[2].fields, "Record actual delivery time")
    assert (delivery.unit, delivery.expected) == ("seconds", "<5 seconds")


def test_the_summary_holds_tables_learnings_and_action_items() -> None:
    runbook = parsed(BOLD)
    labels = [field.label for field in runbook.summary]
    assert labels == ["Date", "Activation: Result", "Activation: Time", "Key Learnings 1", "Key Learnings 2"]
    assert named(runbook.summary, "Date").expected == "Not yet executed"
    assert [field.label for field in runbook.action_items] == [
        "1. Issue",
        "1. Action",
        "2. Issue",
        "2. Priority",
    ]


def test_headings_serve_as_steps_at_any_level() -> None:
    runbook = parsed(HEADINGS)
    assert runbook.title == "Wiederanlauf – Übung"
    neustart, later = runbook.tests
    assert (neustart.id, neustart.minutes, neustart.objective) == ("T2", 60.0, "Der Bot kommt zurück.")
    assert neustart.prerequisites == ("Bot läuft",)
    assert [(step.id, step.number, step.minutes) for step in neustart.steps] == [
        ("T2.S1", "2.1", 5.0),
        ("T2.S2", "2.2", 3.0),
    ]
    assert neustart.steps[0].command == 'kill -9 "$(pgrep -f paper_trader)"'
    assert named(neustart.steps[1].fields, "Still part of the step").unit == "%"
    assert [step.title for step in later.steps] == ["By hand"]


def test_criteria_without_boxes_are_taken_where_none_has_one() -> None:
    criteria = numbered(HEADINGS, 2).criteria
    assert [one.text for one in criteria] == ["Prozess ist tot", "Prozess lebt wieder"]
    assert all(one.box is None for one in criteria)


def test_a_checkbox_item_with_a_block_under_it_is_a_step() -> None:
    test = numbered(CHECKBOXES, 4)
    stop, look = test.steps
    assert (stop.id, stop.number, stop.title) == ("T4.S1", "1", "Stop the bot")
    assert stop.command == "pkill -TERM -f paper_trader\ncat <<EOF\n  keep this indentation\nEOF"
    assert (look.title, look.minutes) == ("Look at the log", 5.0)
    assert stop.fields[0].kind == "checkbox"


def test_options_alone_are_a_choice_and_no_criterion() -> None:
    test = numbered(CHECKBOXES, 4)
    assert [one.text for one in test.criteria] == ["Bot is gone"]
    assert [field.options for field in test.results if field.kind == "choice"] == [
        ("YES", "NO"),
        ("PASS", "FAIL", "PARTIAL"),
    ]


def test_templates_comments_and_quotations_hold_no_steps() -> None:
    runbook = parsed(TRICKY)
    assert [test.number for test in runbook.tests] == [5]
    assert [step.title for step in runbook.tests[0].steps] == ["Two blocks", "Unclosed", "After it"]


def test_what_cannot_be_placed_is_listed_with_its_line_and_reason() -> None:
    listed = {(entry.line, entry.why) for entry in parsed(TRICKY).unplaced}
    lines = TRICKY.splitlines()
    reasons = {lines[line - 1].strip(): why for line, why in listed}
    assert reasons["## Test 5: Again"] == "a second Test 5; the first one counts"
    assert reasons["Step 2: not bold"].startswith("reads like a step")
    assert reasons["**Step 9: Outside**"].startswith("a step outside every test")
    assert reasons["> ```bash"] == "a block outside every step is not run"
    assert reasons["```python"].startswith("a block of python")
    assert sum(why.startswith("a second block in one step") for _, why in listed) == 2


def test_a_block_that_is_never_closed_is_not_run_and_swallows_no_step() -> None:
    _, unclosed, after = numbered(TRICKY, 5).steps
    assert unclosed.command == ""
    assert after.command == "echo four"
    assert any("never closed" in entry.why for entry in parsed(TRICKY).unplaced)


def test_an_expected_block_in_bash_colours_is_not_a_second_command() -> None:
    step = parsed("## Test 1: A\n**Step 1: B**\n```bash\nls\n```\n**Expected output**:\n```bash\na b\n```\n")
    assert step.tests[0].steps[0].expected == ("a b",)
    assert step.unplaced == ()


def test_one_boxed_item_under_a_numbered_step_is_that_steps_block() -> None:
    text = "## Test 1: A\n### Step 1: B\n- [ ] do it\n  ```bash\n  ls\n  ```\n- [ ] look\n"
    (step,) = parsed(text).tests[0].steps
    assert (step.title, step.command) == ("B", "ls")
    assert [field.label for field in step.fields] == ["do it", "look"]


def test_carriage_returns_are_line_ends_and_never_reach_the_shell() -> None:
    unix, windows = parse(BOLD.encode(), "x"), parse(BOLD.replace("\n", "\r\n").encode(), "x")
    assert [s.command for t in windows.tests for s in t.steps] == [
        s.command for t in unix.tests for s in t.steps
    ]
    assert [c.text for t in windows.tests for c in t.criteria] == [
        c.text for t in unix.tests for c in t.criteria
    ]


def test_a_byte_order_mark_and_lone_carriage_returns_are_read_through() -> None:
    marked = parse(b"\xef\xbb\xbf" + BOLD.encode(), "x")
    assert marked.title == "Drill of the relay"
    old = parse(BOLD.replace("\n", "\r").encode(), "x")
    assert len(old.tests[0].steps) == 3


def test_a_block_that_is_not_utf_8_is_never_run() -> None:
    runbook = parse(b"## Test 1: A\n**Step 1: B**\n```bash\necho \xff\n```\n", "x")
    assert runbook.tests[0].steps[0].command == ""
    assert any("not UTF-8" in entry.why for entry in runbook.unplaced)
    assert parse("## Test 1: A".encode("utf-16"), "x").unplaced[0].why.startswith("the document is UTF-16")


def test_a_runbook_survives_a_trip_through_json() -> None:
    for data in (BOLD.encode(), sandbox_drill(), b"## Test 1: \xff\n**Step 1: \xfe**\n- [ ] \xfd ____\n"):
        runbook = parse(data, "drill.md")
        assert plain.from_plain(Runbook, json.loads(json.dumps(plain.to_plain(runbook)))) == runbook
        json.dumps(plain.to_plain(runbook)).encode("utf-8")


def test_the_sandbox_drill_has_the_seeds_shape() -> None:
    runbook = parse(sandbox_drill(), "scripts/disaster_recovery_drill.md")
    assert [test.title for test in runbook.tests] == [
        "Kill-Switch Activation",
        "Kill-Switch Deactivation",
        "Crash Recovery",
        "Position Reconciliation",
    ]
    assert [len(test.steps) for test in runbook.tests] == [5, 5, 6, 4]
    assert [len(test.criteria) for test in runbook.tests] == [6, 5, 7, 5]
    assert [test.minutes for test in runbook.tests] == [30.0] * 4
    assert all(test.objective and test.prerequisites and test.results for test in runbook.tests)
    assert [step.id for test in runbook.tests for step in test.steps if not step.command] == [
        "T1.S3",
        "T2.S1",
        "T4.S3",
    ]
    assert runbook.unplaced == ()
    assert len(runbook.action_items) >= 3
