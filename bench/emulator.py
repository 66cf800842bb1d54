"""The emulator: recorded runs of real programs, each screen beside tmux's after the same bytes."""

from __future__ import annotations

import sys

from bench.figures import Amount, Row
from bench.place import Bench
from tests.term.beside_tmux import RECORDED, differences
from thunes_tui.term.backend import make


def measure(_bench: Bench) -> list[Row]:
    found = {name: differences(name, make) for name in RECORDED}
    wrong = [f"{name}, {what}" for name, frames in found.items() for what in frames if what]
    for each in wrong:
        print(f"emulator: {each}", file=sys.stderr)
    screens = sum(map(len, found.values()))
    programs = sorted({name.partition(".")[0] for name in RECORDED})
    return [
        Row(
            "emulator, screens unlike tmux's",
            Amount(len(wrong), f"of {screens}"),
            {},
            f"0 of {screens}",
            not wrong,
            f"{screens - len(wrong)} of {screens} are the same: {', '.join(programs)}; xterm and tmux",
        )
    ]
