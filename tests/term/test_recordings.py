"""What real programs print looks as it does in tmux: recorded bytes, and tmux's screens after them.

`python -m tests.term.record` makes the recordings anew.
"""

from __future__ import annotations

import pytest

from tests.term.beside_tmux import RECORDED, differences
from tests.term.record import CASES, TERMS
from thunes_tui.term.avt import AvtTerminal
from thunes_tui.term.backend import make


def test_every_program_is_recorded_under_both_names_of_the_terminal() -> None:
    assert set(RECORDED) == {f"{case.name}.{term}" for case in CASES for term in TERMS}


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.parametrize("kind", ["ghostty", "avt"])
def test_recorded_programs_look_as_in_tmux(name: str, kind: str) -> None:
    found = differences(name, make if kind == "ghostty" else AvtTerminal)
    assert found, "nothing is recorded"
    assert {frame: what for frame, what in enumerate(found) if what} == {}
