"""What was measured, beside its peers in the same run, as a table and as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import TypeVar

SCHEMA = 2
NOT_HERE = "not here"
"""A peer that is not installed."""

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds."""

    p50: float
    p99: float
    samples: int

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Latency:
        ordered = sorted(1000 * value for value in seconds)
        return cls(quantile(ordered, 0.5), quantile(ordered, 0.99), len(ordered))

    @classmethod
    def median(cls, runs: Sequence[Latency]) -> Latency:
        """Of several runs; the samples are those of all."""
        return cls(
            median(run.p50 for run in runs), median(run.p99 for run in runs), sum(run.samples for run in runs)
        )

    def __str__(self) -> str:
        return f"p50 {number(self.p50)} ms, p99 {number(self.p99)} ms"


@dataclass(frozen=True, slots=True)
class Cost:
    """What standing still costs."""

    core: float
    """Percent of one core, all processes together."""
    bytes_s: float
    """Bytes a second to the terminal."""

    @classmethod
    def median(cls, runs: Sequence[Cost]) -> Cost:
        return cls(median(run.core for run in runs), median(run.bytes_s for run in runs))

    def __str__(self) -> str:
        return f"{self.core:.2f} % core, {self.bytes_s:.0f} B/s"


@dataclass(frozen=True, slots=True)
class Amount:
    """One number, the less the better."""

    value: float
    unit: str

    @classmethod
    def median(cls, runs: Sequence[Amount]) -> Amount:
        return cls(median(run.value for run in runs), runs[0].unit)

    def __str__(self) -> str:
        return f"{number(self.value)} {self.unit}".rstrip()


Measured = Latency | Cost | Amount


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    ours: Measured | None
    """None: it could not be measured, and `note` says why."""
    peers: Mapping[str, Measured | None] = field(default_factory=dict)
    """None: it is not here."""
    reach: str = ""
    """What the project set itself to reach."""
    reached: bool | None = None
    note: str = ""
    """What else has to be known of the figure, such as what it was measured on."""

    def ratios(self) -> dict[str, float]:
        """Ours as a part of each peer's."""
        if self.ours is None:
            return {}
        ours = size(self.ours)
        return {name: ours / size(peer) for name, peer in self.peers.items() if peer and size(peer)}


def size(measured: Measured) -> float:
    """The one number that a ratio is made of: the median, the CPU, or the amount."""
    match measured:
        case Latency():
            return measured.p50
        case Cost():
            return measured.core
        case Amount():
            return measured.value


def within(ours: Measured, peer: Measured | None, part: float) -> bool:
    """Whether ours is at most this part of a peer's; nothing is asked where the peer is not here."""
    return peer is None or size(ours) <= part * size(peer)


def several(runs: int, *works: Callable[[], A]) -> list[list[A]]:
    """The results of each work, run in turn, so that what else the machine does falls on all of them."""
    rounds = [[work() for work in works] for _ in range(runs)]
    return [list(column) for column in zip(*rounds, strict=True)]


def quantile(ordered: Sequence[float], part: float) -> float:
    """The smallest value that at least this part of all is not above; ValueError for none."""
    if not ordered:
        raise ValueError("nothing was measured")
    return ordered[min(len(ordered) - 1, max(0, -(-int(part * 1000) * len(ordered) // 1000) - 1))]


def number(value: float) -> str:
    """With as many digits as mean something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3g}"


def table(rows: Sequence[Row]) -> list[str]:
    lines = []
    for row in rows:
        reached = "" if row.reached is None else "  reached" if row.reached else "  NOT REACHED"
        ours = "not measured" if row.ours is None else str(row.ours)
        reach = f"reach: {row.reach}{reached}" if row.reach else ""
        lines.append(f"{row.what:44} {ours:32} {reach}")
        if row.note:
            lines.append(f"    {row.note}")
        ratios = row.ratios()
        for name, peer in row.peers.items():
            part = f"ours is {number(ratios[name])} of it" if name in ratios else ""
            lines.append(f"    beside {name:33} {peer or NOT_HERE!s:32} {part}")
    return [line.rstrip() for line in lines]


def write(rows: Sequence[Row], path: Path) -> None:
    """The same as JSON; `ratios` are what may be compared from one machine to another."""
    machine = {
        "system": platform.platform(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }
    facts = [_facts(row) for row in rows]
    path.write_text(
        json.dumps({"schema": SCHEMA, "machine": machine, "rows": facts}, indent=2) + "\n", encoding="utf-8"
    )


def _facts(row: Row) -> dict[str, object]:
    return {
        "what": row.what,
        "ours": asdict(row.ours) if row.ours else None,
        "reach": row.reach,
        "reached": row.reached,
        "peers": {name: asdict(peer) if peer else NOT_HERE for name, peer in row.peers.items()},
        "ratios": {name: round(ratio, 4) for name, ratio in row.ratios().items()},
        "note": row.note,
    }
