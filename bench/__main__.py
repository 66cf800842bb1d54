"""`make bench`: every figure beside its peer in the same run, as a table and as bench/results.json."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from bench.figures import Row, table, write
from bench.place import bench
from bench.subjects import SUBJECTS, chosen

RESULTS = Path(__file__).with_name("results.json")


def main(arguments: list[str] | None = None) -> int:
    """0 when all was measured, whether it was reached or not (the table says which); 1 when something was
    not; 2 for what can't be meant."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--peers", type=Path, metavar="DIR", help="an environment with peers installed")
    parser.add_argument("--only", metavar="NAME", default="", help="what has this in its name; see --list")
    parser.add_argument("--list", action="store_true", help="the names of what is measured")
    parser.add_argument("--megabytes", type=int, default=1000, metavar="N", help="the big log's size: 1000")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE", help="where the JSON goes")
    asked = parser.parse_args(arguments)
    if asked.list:
        print("\n".join(f"{subject.name:20} {subject.about}" for subject in SUBJECTS))
        return 0
    subjects = chosen(asked.only)
    if not subjects:
        parser.error(f"nothing measured has {asked.only!r} in its name: --list names them")
    if asked.megabytes < 1:
        parser.error("--megabytes is at least 1")
    rows: list[Row] = []
    began = time.perf_counter()
    with bench(asked.peers, asked.megabytes) as place:
        for subject in subjects:
            print(f"{time.perf_counter() - began:5.0f} s  {subject.name} ...", file=sys.stderr, flush=True)
            rows += subject.measure(place)
    print("\n".join(table(rows)))
    write(rows, asked.results)
    return int(any(row.ours is None for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
