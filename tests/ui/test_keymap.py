"""The registry of actions and their keys."""

from __future__ import annotations

import re

import pytest

from tests.ui.stage import PANES
from thunes_tui.ui.hands import DEEDS
from thunes_tui.ui.keymap import FORBIDDEN, GLOBAL, Action, Keymap

ALL = [*GLOBAL, *(action for pane in PANES for action in pane.ACTIONS)]


def test_no_action_needs_a_key_that_a_terminal_or_tmux_keeps() -> None:
    keys = {key for action in ALL for key in action.keys}

    assert not keys & FORBIDDEN
    assert not [key for key in keys if re.match(r"(alt|super|meta)\+", key)]
    assert not [key for key in keys if re.match(r"(ctrl\+(enter|shift)|shift\+enter)", key)]


def test_no_two_actions_of_one_pane_share_a_key() -> None:
    claimed = [(action.pane, key) for action in ALL for key in action.keys]

    assert len(claimed) == len(set(claimed))


def test_a_key_that_is_taken_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="Enter is asked for by next and by also"):
        Keymap([Action("also", ("enter",), "also", "Also")])


def test_a_key_that_tmux_keeps_is_refused() -> None:
    with pytest.raises(ValueError, match=r"also may not use ctrl\+b"):
        Keymap([Action("also", ("ctrl+b",), "also", "Also")])


def test_a_panes_key_wins_over_the_consoles_while_it_has_the_focus() -> None:
    keymap = Keymap([Action("mine", ("n",), "mine", "Mine", "log")])

    here, elsewhere = keymap.find("n", "log"), keymap.find("n", "audit")

    assert here is not None
    assert here.name == "mine"
    assert elsewhere is not None
    assert elsewhere.name == "note"


def test_every_function_key_has_a_twin_that_is_a_character() -> None:
    for action in ALL:
        if any(re.fullmatch(r"f\d+", key) for key in action.keys):
            assert any(not re.fullmatch(r"f\d+", key) for key in action.keys), action.name


def test_a_leader_from_the_settings_opens_and_leaves_the_shell_too() -> None:
    assert "ctrl+o" in Keymap(leader="ctrl+o").named("shell").keys


def test_every_action_of_the_console_has_a_deed_and_words() -> None:
    assert {action.name for action in GLOBAL} == set(DEEDS)
    assert all(action.label and action.help for action in ALL)
