"""`make bench`: every figure beside its peer in the same run, as a table and as bench/results.json."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench import append, echo, idle, masking
from bench.figures import Row, table, write
from bench.place import Bench, bench

RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    """0 when all was measured, whether it was reached or not; the table says which."""
    asked = argparse.ArgumentParser(prog="bench", description=__doc__)
    asked.add_argument("--peers", type=Path, metavar="DIR", help="an environment with peers installed")
    asked.add_argument("--only", metavar="WORD", default="", help="rows whose name holds this word")
    chosen = asked.parse_args()
    rows: list[Row] = []
    with bench() as place:
        for name in ("key to echo", "append to glass", "idle", "masking"):
            if chosen.only in name:
                print(f"{name} ...", file=sys.stderr, flush=True)
                rows.append(measured(name, place, chosen.peers))
    print("\n".join(table(rows)))
    write(rows, RESULTS)
    return 0


def measured(name: str, place: Bench, peers: Path | None) -> Row:
    match name:
        case "key to echo":
            return echo.measure(place)
        case "append to glass":
            return append.measure(place, peers)
        case "masking":
            return masking.measure()
        case _:
            return idle.measure(place)


if __name__ == "__main__":
    raise SystemExit(main())
