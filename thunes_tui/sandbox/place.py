"""Where a sandbox lies on disk, and what is known of its running world."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from platformdirs import user_state_path

from thunes_tui.clock import boot_id


@dataclass(frozen=True, slots=True)
class Place:
    """One sandbox's folders, all under `root`."""

    root: Path

    @property
    def home(self) -> Path:
        """HOME of its shells: the seed's `cd ~/LAB/projects/THUNES` works in it verbatim."""
        return self.root / "home"

    @property
    def project(self) -> Path:
        return self.home / "LAB" / "projects" / "THUNES"

    @property
    def exchange(self) -> Path:
        return self.root / "exchange"

    @property
    def telegram(self) -> Path:
        return self.root / "telegram"

    @property
    def inbox(self) -> Path:
        """The phone."""
        return self.telegram / "inbox.jsonl"

    @property
    def control(self) -> Path:
        """The socket on which the stand-ins take orders for trouble."""
        return self.root / "control"

    @property
    def faults(self) -> Path:
        """What is wrong on purpose, what was, and what undoes it."""
        return self.root / "faults"

    @property
    def world_file(self) -> Path:
        return self.root / "world.json"


@dataclass(frozen=True, slots=True)
class World:
    """A running world, as `world.json` holds it."""

    pid: int | None
    """Its first process, whose namespaces the shells enter; None where the system allows no namespaces."""
    init: int
    init_start: int
    stand_ins: int
    stand_ins_start: int
    exchange_port: int
    telegram_port: int
    boot: str

    @property
    def alive(self) -> bool:
        return (
            self.boot == boot_id()
            and started(self.init) == self.init_start
            and started(self.stand_ins) == self.stand_ins_start
        )


def default_place() -> Place:
    return Place(user_state_path("thunes-tui") / "sandbox")


def started(pid: int) -> int | None:
    """Start of a living process in clock ticks since boot; None for one that is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def read_world(place: Place) -> World | None:
    """What was written when the world was made; None when there is none."""
    try:
        return World(**json.loads(place.world_file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_world(place: Place, world: World) -> None:
    beside = place.world_file.with_suffix(".new")
    beside.write_text(json.dumps(asdict(world)), encoding="utf-8")
    os.replace(beside, place.world_file)
