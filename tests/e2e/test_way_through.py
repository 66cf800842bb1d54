"""A person's way through all four tests by keys, in tmux, from the pre-flight to the decision."""

from __future__ import annotations

import pytest

from tests.e2e.way import CONSOLE, Person, drilled_sandbox
from tests.rig.tmux import Tmux

STEPS = {1: (1, 2, 3, 4, 5), 2: (1, 2, 3, 4, 5), 3: (1, 2, 3, 4, 5, 6), 4: (1, 2, 3, 4)}
BY_HAND = {(1, 3), (2, 1), (4, 3)}
KILLS = (3, 3)


def walks_through_a_test(person: Person, number: int) -> None:
    person.accepts(f"begin Test {number}")
    for step in STEPS[number]:
        verb = "begin" if (number, step) in BY_HAND else "run"
        person.accepts(f"{verb} step {number}.{step}")
        if (number, step) in BY_HAND:
            person.accepts(f"step {number}.{step} is done")
        if (number, step) == KILLS:
            person.sees("It hits 1 process")
            person.confirms("paper_trader")
    person.accepts(f"end Test {number}")


@pytest.mark.parametrize("size", [(200, 50), (80, 24)], ids=["200x50", "80x24"])
def test_a_person_drills_all_four_tests_by_keys(size: tuple[int, int]) -> None:
    with drilled_sandbox() as (place, env):
        argv = [*CONSOLE, "drill", "--project", str(place.project), "--operator", "ann"]
        with Tmux(argv, size=size, env=env) as tmux:
            person = Person(tmux)
            person.sees("TESTNET")
            person.accepts("run the pre-flight")
            person.accepts("begin the preparation")
            for number in STEPS:
                walks_through_a_test(person, number)
            person.accepts("begin the documentation")
            person.accepts("complete the drill")
            person.sees("DRILL COMPLETE")
            screen = person.sees("GO")
            assert "4 of 4" in screen
            for number in STEPS:
                assert f"{number} " in screen
            assert screen.count("PASS") >= 4
            tmux.send("q")
            person.sees("leave with q")
            tmux.send("q")
            tmux.ended()
        log = (place.project / "logs" / "paper_trader.log").read_text(encoding="utf-8")
        assert log.count("Opened position") == 1
        assert "Recovered open position" in log
