"""What was measured, beside its peer in the same run, as a table and as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

SCHEMA = 1


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

    def __str__(self) -> str:
        return f"p50 {self.p50:.1f} ms, p99 {self.p99:.1f} ms"


@dataclass(frozen=True, slots=True)
class Cost:
    """What standing still costs."""

    core: float
    """Percent of one core, all processes together."""
    bytes_s: float
    """Bytes a second to the terminal."""

    def __str__(self) -> str:
        return f"{self.core:.2f} % core, {self.bytes_s:.0f} B/s"


Measured = Latency | Cost


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    ours: Measured
    peers: dict[str, Measured] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    """Peers that are not installed here."""
    reach: str = ""
    """What the project set itself to reach."""
    held: bool | None = None

    def ratios(self) -> dict[str, float]:
        """Ours as a part of each peer's: latency by its median, cost by its CPU."""
        return {
            name: round(size(self.ours) / size(peer), 3) for name, peer in self.peers.items() if size(peer)
        }


def size(measured: Measured) -> float:
    """The one number that a ratio is made of: the median, or the CPU."""
    return measured.p50 if isinstance(measured, Latency) else measured.core


def quantile(ordered: Sequence[float], part: float) -> float:
    """The smallest value that at least this part of all is not above; ValueError for none."""
    if not ordered:
        raise ValueError("nothing was measured")
    return ordered[min(len(ordered) - 1, max(0, -(-int(part * 1000) * len(ordered) // 1000) - 1))]


def table(rows: Sequence[Row]) -> list[str]:
    lines = []
    for row in rows:
        held = "" if row.held is None else "  held" if row.held else "  NOT HELD"
        lines.append(f"{row.what:24} {row.ours!s:34} reach: {row.reach}{held}")
        ratios = row.ratios()
        lines += [
            f"    beside {name:14} {peer!s:38} {f'{ratios[name]:.2f} of it' if name in ratios else ''}"
            for name, peer in row.peers.items()
        ]
        lines += [f"    beside {name:14} not installed here" for name in row.missing]
    return [line.rstrip() for line in lines]


def write(rows: Sequence[Row], path: Path) -> None:
    """The same as JSON; `ratios` are what may be compared from one machine to another."""
    machine = {
        "system": platform.platform(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }
    facts = [{**asdict(row), "ratios": row.ratios()} for row in rows]
    path.write_text(
        json.dumps({"schema": SCHEMA, "machine": machine, "rows": facts}, indent=2) + "\n", encoding="utf-8"
    )
