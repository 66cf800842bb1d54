"""Every moment of a recording is the same however it is come to, and a second way to it is short."""

from __future__ import annotations

from pathlib import Path

import pytest

from thunes_tui.clock import system
from thunes_tui.drill.draft import Actor
from thunes_tui.intents import Seek
from thunes_tui.server import moments
from thunes_tui.server.playback import Playback
from thunes_tui.server.recall import recall
from thunes_tui.server.replay import Replay

RECORDING = Path(__file__).parents[2] / "recordings" / "first-drill"
WATCHER = Actor("ann", "replay", 1)


@pytest.fixture
def replay(monkeypatch: pytest.MonkeyPatch) -> Replay:
    monkeypatch.setattr(moments, "APART", 20_000)
    return Replay(RECORDING)


def go(replay: Replay, to: str) -> int:
    """How many records were folded on the way."""
    replay.seek(Seek(to))
    folded = -2  # where it starts from, and that it has arrived
    while replay.moving:
        replay.go_on()
        folded += 1
    return folded


def test_every_way_leads_to_the_same_state_and_screen(replay: Replay) -> None:
    last = len(replay.places) - 1
    for index in (last, 7, last // 2, last // 2 - 1, last // 3, 0, last - 1):
        number = replay.places[index].number
        go(replay, f"number:{number}")
        wanted = recall(RECORDING, number)
        assert replay.recalled.state == wanted.state
        assert replay.recalled.terminal.text() == wanted.terminal.text()
        after = [record.n for record in replay.advance(1e9)]
        assert after == [place.number for place in replay.places[index + 1 :]]


def test_the_second_way_is_short_and_so_is_each_after_a_survey(replay: Replay) -> None:
    last = len(replay.places) - 1
    assert go(replay, "end") == last + 1
    assert go(replay, f"number:{replay.places[last // 2].number}") < last // 4
    other = Replay(RECORDING)
    for _ in other.survey():
        pass
    assert go(other, "end") < last // 4


def is_moving(played: Playback) -> bool:
    return played.replay.moving


async def test_a_long_way_leaves_the_loop_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice at a time: what is asked meanwhile is answered, and a new goal takes the place of the old."""
    monkeypatch.setattr("thunes_tui.server.playback.SLICE_NS", 1)
    played = Playback(RECORDING, system())
    last = len(played.replay.places) - 1
    played.take(Seek("end"), WATCHER)
    assert is_moving(played)
    assert played.state.head == played.replay.places[0].number
    played.take(Seek("event-"), WATCHER)
    assert played.replay.goal == last - 1
    for _ in range(last + 3):
        played._go_on()
    assert not is_moving(played)
    assert played.state.head == played.replay.places[last - 1].number
