"""A journal that does not take a record: who drives, what is not done, and what says so afterwards."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from thunes_tui import clock, intents
from thunes_tui.drill.draft import Actor
from thunes_tui.drill.effects import Effect, StopServer
from thunes_tui.drill.model import DrillState
from thunes_tui.journal.disk import Disk
from thunes_tui.journal.writer import Journal
from thunes_tui.observations import Joined, Left
from thunes_tui.server.hub import Hub

ANN = Actor("ann", "driver", 1)


class FullDisk(Disk):
    full = False

    def write(self, descriptor: int, data: bytes) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(descriptor, data)


@pytest.fixture
def disk() -> FullDisk:
    return FullDisk()


@pytest.fixture
def hub(tmp_path: Path, disk: FullDisk) -> Hub:
    made = Journal.create(tmp_path / "s", clock.system(), "drill.opened", {"session": "s"}, disk=disk)
    return Hub(made, clock.system(), DrillState())


def drivers(hub: Hub) -> list[int]:
    """Who has the keys."""
    return [client.id for client in hub.state.clients.values() if client.role == "driver"]


async def test_a_full_disk_locks_nobody_out_and_its_end_is_recorded(hub: Hub, disk: FullDisk) -> None:
    hub.observe(Joined(1, "ann", "driver"))
    disk.full = True
    hub.observe(Left(1))
    assert hub.lost
    assert drivers(hub) == []
    hub.observe(Joined(2, "ann", "driver"))
    assert drivers(hub) == [2]
    assert "recording" in hub.take(intents.StartTest("T1"), ANN).refused
    done: list[Effect] = []
    hub.effector = done.append
    assert not hub.take(intents.Stop(), ANN).refused
    assert done == [StopServer()]
    before = hub.journal.head.n
    disk.full = False
    hub.take(intents.AddNote("written"), ANN)
    assert not hub.lost
    assert hub.journal.head.n == before + 4, "the gap, who left, who came, the note"
    assert isinstance(hub.journal, Journal)
    assert '"k":"gap","d":{"by":"server","what":"records"' in hub.journal.path.read_text(encoding="ascii")


async def test_a_decision_that_does_not_fit_is_not_done(hub: Hub) -> None:
    decision = hub.take(intents.AddNote("x" * 70_000), ANN)
    assert "does not fit" in decision.refused
    assert not hub.state.remarks
    assert "recording" in hub.state.failures
