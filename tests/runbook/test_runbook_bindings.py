"""Criteria find what senses them, and a wrong checks file costs one line each and nothing else."""

from __future__ import annotations

import re
import sys
from subprocess import run

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.runbook.documents import BOLD, HEADINGS, sandbox_drill
from thunes_tui.runbook.bindings import bind
from thunes_tui.runbook.evidence import KINDS, problem_of
from thunes_tui.runbook.model import Check, Criterion, Runbook
from thunes_tui.runbook.parse import parse

POINTS = {
    "T1.C1": ("output", 1), "T1.C2": ("log", 2), "T1.C3": ("telegram", 2), "T1.C4": ("audit", 4),
    "T1.C5": ("audit", 4), "T1.C6": ("audit", 2), "T2.C1": ("deviations", 0), "T2.C2": ("output", 3),
    "T2.C3": ("audit", 4), "T2.C4": ("audit", 3), "T2.C5": ("deviations", 0), "T3.C1": ("file", 1),
    "T3.C2": ("audit_intact", 2), "T3.C3": ("process", 3), "T3.C4": ("process", 4), "T3.C5": ("positions", 5),
    "T3.C6": ("audit_intact", 6), "T3.C7": ("database", 6), "T4.C1": ("output", 1), "T4.C2": ("output", 2),
    "T4.C3": ("positions", 3), "T4.C4": ("positions", 4), "T4.C5": ("output", 4),
}  # fmt: skip
GUIDE = """\
#### Test 1: Kill-Switch Activation (30 min)
**Key Validation Points**:
1. Pre-test state captured correctly
2. Kill-switch activation logs to console and file
3. Telegram alert arrives within 5 seconds
4. BUY orders rejected with correct error message
5. SELL orders allowed
6. Audit trail shows `KILL_SWITCH_ACTIVATED` event
"""


def bound(data: bytes, toml: str | None = None) -> tuple[Runbook, tuple[str, ...]]:
    return bind(parse(data, "drill.md"), None if toml is None else toml.encode(), "drill.checks.toml")


def criteria(runbook: Runbook) -> dict[str, Criterion]:
    return {one.id: one for test in runbook.tests for one in test.criteria}


def check_of(runbook: Runbook, name: str) -> Check:
    check = criteria(runbook)[name].check
    assert check is not None
    return check


def test_all_validation_points_of_the_sandbox_drill_are_sensed_at_their_steps() -> None:
    runbook, problems = bound(sandbox_drill())
    assert problems == ()
    found = {name: one.check and (one.check.kind, one.check.step) for name, one in criteria(runbook).items()}
    assert found == POINTS
    assert all(one.bound_by.startswith("built-in: ") for one in criteria(runbook).values())


def test_a_binding_states_the_cause_and_not_only_the_outcome() -> None:
    runbook, _ = bound(sandbox_drill())
    rejected = dict(check_of(runbook, "T1.C4").want)
    assert rejected == {
        "event": "TRADE_REJECTED",
        "where.reason": "kill_switch_active",
        "where.side": "BUY",
        "contrary.event": "TRADE_APPROVED",
        "contrary.side": "BUY",
        "contrary.switch": "on",
    }
    assert dict(check_of(runbook, "T1.C6").want)["reason_contains"] == "DRILL: Manual activation test"
    assert dict(check_of(runbook, "T2.C4").want)["reason_contains"] == "DRILL: Manual deactivation test"
    assert dict(check_of(runbook, "T3.C1").want) == {
        "path": "/tmp/pre_crash_state.json",
        "json": True,
        "newer": True,
    }
    assert dict(check_of(runbook, "T1.C3").want) == {"contains": "KILL-SWITCH ACTIVATED", "max_s": 5.0}


def test_every_built_in_check_is_one_that_the_drill_can_read() -> None:
    runbook, _ = bound(sandbox_drill())
    for one in criteria(runbook).values():
        assert one.check is not None
        assert one.check.kind in KINDS
        assert problem_of(one.check.kind, dict(one.check.want)) == ""
        assert all(isinstance(value, (str, int, float, bool, tuple)) for _, value in one.check.want)


@pytest.mark.parametrize(
    ("point", "good", "bad"),
    [
        (
            "T1.C1",
            "Risk status: {'kill_switch_active': False, 'x': 1}",
            "Risk status: {'kill_switch_active': True}",
        ),
        (
            "T2.C2",
            "x - WARNING - ✅ KILL-SWITCH DEACTIVATED: y\nKill-switch active: False",
            "Kill-switch was not active",
        ),
        (
            "T4.C1",
            "BTCUSDT: 0.001 at 3.00, order 4\nLocal positions: 1",
            "ModuleNotFoundError: No module named 'src'",
        ),
        ("T4.C2", "BTC in the account: 1.5", "connection refused"),
        ("T4.C5", "BTCUSDT 1 1 MATCH\nRECONCILIATION OK", "BTCUSDT 1 2 MISMATCH\nDISCREPANCY"),
    ],
)
def test_output_patterns_take_the_good_output_and_not_the_bad(point: str, good: str, bad: str) -> None:
    runbook, _ = bound(sandbox_drill())
    want = dict(check_of(runbook, point).want)

    def passes(output: str) -> bool:
        hit = re.search(want["pattern"], output, re.MULTILINE)
        return hit is not None and not re.search(want["not_pattern"], output, re.MULTILINE)

    assert passes(good)
    assert not passes(bad)


def test_a_guide_without_boxes_or_steps_is_sensed_over_its_whole_tests() -> None:
    runbook, _ = bound(GUIDE.encode())
    assert [one.check and (one.check.kind, one.check.step) for one in criteria(runbook).values()] == [
        ("output", 0), ("log", 0), ("telegram", 0), ("audit", 0), ("audit", 0), ("audit", 0)
    ]  # fmt: skip


def test_the_limit_of_a_criterion_is_read_from_its_words() -> None:
    runbook, _ = bound(BOLD.encode())
    assert dict(check_of(runbook, "T1.C1").want)["max_s"] == 3.0
    assert criteria(runbook)["T1.C3"].check is None
    assert criteria(runbook)["T1.C3"].bound_by == ""


def test_other_projects_stay_with_the_person() -> None:
    runbook, _ = bound(HEADINGS.encode())
    assert all(one.check is None for one in criteria(runbook).values())


OWN = """
[[check]]
name = "calm"
criterion = "T1.C3"
kind = "audit"
test = 1
step = 2
within_s = 3
optional = false
want = { event = ["CALM", "QUIET"], absent = true, where = { by = "all" } }

[[check]]
name = "phone"
criterion = "telegram"
kind = "person"
"""


def test_the_checks_file_goes_before_the_built_in_bindings() -> None:
    runbook, problems = bound(BOLD.encode(), OWN)
    assert problems == ()
    calm = criteria(runbook)["T1.C3"]
    assert calm.bound_by == "drill.checks.toml: calm"
    assert calm.check == Check(
        "audit", 2, 3.0, (("event", ("CALM", "QUIET")), ("absent", True), ("where.by", "all"))
    )
    assert calm.optional  # by the document's own word
    phone = criteria(runbook)["T1.C1"]
    assert (phone.check, phone.bound_by) == (None, "drill.checks.toml: phone")


HEAD = "[[check]]\nname = 'a'\ncriterion = 'x'\n"
WRONG = [
    ("[[check]\n", "drill.checks.toml: "),
    ("x = 1\n", "nothing is named 'x' here"),
    ("[check]\nname = 'a'\n", "two brackets"),
    ("check = [3]\n", "check 1 (no table)"),
    (HEAD, "check 1 (a): Object missing required field `kind`"),
    (HEAD + "kind = 'magic'\n", "check 1 (a): no kind of evidence is named 'magic'"),
    (HEAD.replace("x", "(") + "kind = 'exit'\n", "check 1 (a): 'criterion' is no regular expression"),
    (HEAD + "kind = 'exit'\nwithin_s = 'soon'\n", "$.within_s"),
    (HEAD + "kind = 'exit'\nwithin_s = nan\n", "between 0 and 3600"),
    (HEAD + "kind = 'exit'\nspeed = 3\n", "unknown field `speed`"),
    (HEAD + "kind = 'audit'\n", "must say 'event'"),
    (HEAD + "kind = 'audit'\nwant = { evnt = 'X' }\n", "knows no 'evnt'"),
    (HEAD + "kind = 'process'\nwant = { state = 'fine' }\n", "one of killed, restarted"),
    (HEAD + "kind = 'output'\nwant = { pattern = '[' }\n", "'pattern' is no regular"),
    (HEAD + "kind = 'timing'\nwant = { max_s = true }\n", "must be a number"),
    (HEAD + "kind = 'exit'\ntake = { code = 'no group' }\n", "exactly one group"),
    (HEAD.replace("x", "no such words") + "kind = 'exit'\n", "drill.checks.toml: a: fits no criterion"),
]


@pytest.mark.parametrize(("toml", "words"), WRONG)
def test_a_wrong_entry_is_one_clear_line_and_spares_the_rest(toml: str, words: str) -> None:
    runbook, problems = bound(BOLD.encode(), toml)
    assert len(problems) == 1
    assert words in problems[0]
    assert "\n" not in problems[0]
    assert problems[0].startswith("drill.checks.toml: ")
    assert check_of(runbook, "T1.C1").kind == "telegram"


def test_a_sound_entry_is_used_beside_a_wrong_one() -> None:
    wrong = "[[check]]\nname = 'a'\ncriterion = 'x'\nkind = 'magic'\n"
    runbook, problems = bound(BOLD.encode(), wrong + OWN)
    assert len(problems) == 1
    assert criteria(runbook)["T1.C3"].check is not None


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=80) | st.text(alphabet="[]check=\n'\"{}namekind1.5 ", max_size=60).map(str.encode))
def test_any_bytes_for_a_checks_file_give_a_runbook(toml: bytes) -> None:
    runbook, problems = bind(parse(BOLD.encode(), "x"), toml, "any.toml")
    assert check_of(runbook, "T1.C1").kind == "telegram"
    assert all("\n" not in line for line in problems)


def test_the_costly_libraries_are_not_loaded_before_they_are_needed() -> None:
    code = (
        "import sys; import thunes_tui.runbook.parse, thunes_tui.runbook.bindings; "
        "import thunes_tui.runbook.expected, thunes_tui.runbook.excerpt, thunes_tui.runbook.prerequisites; "
        "print([name for name in ('msgspec', 'markdown_it', 'asyncio', 'textual') if name in sys.modules])"
    )
    assert run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
