"""What the sandbox's commands say, for a person and as data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from thunes_tui.clock import Clock, boot_id
from thunes_tui.errors import UserError
from thunes_tui.sandbox import world
from thunes_tui.sandbox.fault import catalogue
from thunes_tui.sandbox.fault.catalogue import Ended, Fault
from thunes_tui.sandbox.fault.scene import bots
from thunes_tui.sandbox.place import Place, World, read_world, started

NOT_UP = "no sandbox runs: thunes-tui sandbox up"


@dataclass(frozen=True, slots=True)
class Said:
    facts: Any
    lines: list[str]
    exit_code: int = 0


def status(place: Place, clock: Clock) -> Said:
    """What runs by what is known of its processes' identity, and the faults in force; 1 when not all runs."""
    known = read_world(place)
    faults = catalogue.in_force(place, clock)
    named = [fault_line(fault) for fault in faults]
    if known is None or not known.alive:
        lines = [_half(known) or NOT_UP, *(f"{'fault':9} {line}" for line in named)]
        return Said({"running": False, "faults": [asdict(fault) for fault in faults]}, lines, 1)
    pids = [pid for pid, _ in bots(place, known)]
    facts = {
        "running": True,
        "project": str(place.project),
        "exchange": f"http://127.0.0.1:{known.exchange_port}",
        "telegram": f"http://127.0.0.1:{known.telegram_port}",
        "inbox": str(place.inbox),
        "world": "a namespace of its own" if known.pid else "this machine's only one",
    }
    lines = [f"{name:9} {value}" for name, value in facts.items()]
    lines.append(f"{'bot':9} {', '.join(f'pid {pid}' for pid in pids) or 'none runs'}")
    lines += [f"{'fault':9} {line}" for line in named] or [f"{'faults':9} none"]
    return Said({**facts, "bots": pids, "faults": [asdict(fault) for fault in faults]}, lines)


def fault_line(fault: Fault) -> str:
    """`exchange-down since 10:42:15 UTC`, with the reason when it holds no longer."""
    text = f"{fault.name} since {fault.since[11:19]} UTC"
    return f"{text}; no longer: {fault.lapsed}" if fault.lapsed else text


def ended_line(ended: Ended) -> str:
    return f"{ended.name} has ended" + (f": {ended.remark}" if ended.remark else "")


def _half(known: World | None) -> str:
    """What is left of a world that is not whole any more; nothing when nothing is."""
    if known is None or known.boot != boot_id():
        return ""
    if started(known.init) == known.init_start:
        return (
            "the sandbox's exchange and phone died, its world is left: thunes-tui sandbox up makes it whole"
        )
    if started(known.stand_ins) == known.stand_ins_start:
        return (
            "the sandbox's world died, its exchange and phone are left: thunes-tui sandbox up makes it whole"
        )
    return ""


def down(place: Place, clock: Clock) -> Said:
    """Faults first, each with what is to be said of its end, then the world."""
    lines: list[str] = []
    try:
        lines += [ended_line(each) for each in catalogue.end(place, clock)]
    except UserError as error:
        lines.append(str(error))
    ran = world.down(place)
    left = catalogue.in_force(place, clock)
    lines += ["the sandbox is down" if ran else "no sandbox ran", *map(fault_line, left)]
    return Said({"running": False, "faults": [asdict(fault) for fault in left]}, lines)
