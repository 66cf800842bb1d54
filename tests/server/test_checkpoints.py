"""Checkpoints come when there is something new, and do not pile up."""

from __future__ import annotations

import itertools
from pathlib import Path

from thunes_tui.clock import Clock
from thunes_tui.drill.apply import apply
from thunes_tui.drill.model import DrillState
from thunes_tui.events.base import encode
from thunes_tui.events.steps import NoteAdded
from thunes_tui.journal import checkpoint
from thunes_tui.journal.folder import create_folder
from thunes_tui.journal.writer import Journal
from thunes_tui.server.checkpoints import KEPT, Checkpoints
from thunes_tui.server.hub import Hub


def slow() -> Clock:
    """A minute and more passes with every look at it."""
    minutes = itertools.count(1)
    return Clock(lambda: 0, lambda: next(minutes) * 61_000_000_000)


async def test_an_idle_session_writes_one_and_only_the_last_are_kept(tmp_path: Path) -> None:
    clock = slow()
    folder = create_folder("20260101T000000Z-abcd", tmp_path)
    first = NoteAdded("begun")
    journal = Journal.create(folder, clock, first.KIND, {"by": "ann", **encode(first)})
    hub = Hub(journal, clock, apply(DrillState(), first, 0, clock.now(), "ann"))
    told: list[str] = []
    made = Checkpoints(hub, clock, lambda: (b"screen", 80, 24), lambda *why: told.append(str(why)))

    class Counted:
        def recorded(self, *_about: object) -> None:
            made.recorded()

        def recording_lost(self, reason: str) -> None:
            told.append(reason)

    hub.outputs = [Counted()]
    files = folder / checkpoint.FOLDER
    for number in range(1, KEPT + 3):
        hub.emit(NoteAdded(f"note {number}"))
        made.look(journal)
        made.look(journal)
        made.look(journal)
        assert len(list(files.glob("*.z"))) == min(number, KEPT)
    latest = checkpoint.latest(folder)
    journal.close()
    assert told == []
    assert latest is not None
    assert latest.screen == b"screen"
    assert latest.n == journal.head.n - 1
