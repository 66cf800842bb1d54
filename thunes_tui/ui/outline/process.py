"""A process as the screen words it: its name, its end, its load as bars."""

from __future__ import annotations

import signal
from collections.abc import Iterable

from thunes_tui.drill.exact import HOW
from thunes_tui.drill.facts import ProcessState, SignalState

BARS = "▁▂▃▄▅▆▇█"


def name_of(process: ProcessState) -> str:
    """The script's name without its folder and suffix, else the program's."""
    words = process.argv.split()
    script = next((word for word in words if word.endswith(".py")), words[0] if words else process.role)
    return script.rsplit("/", maxsplit=1)[-1].removesuffix(".py")


def done_how(asked: SignalState) -> str:
    """What is done to a process by a signal, in one word."""
    return "signal" if asked.how == HOW else asked.how


def death(process: ProcessState) -> str:
    """`killed by SIGKILL`, `ended with 2`."""
    if process.signal is not None:
        try:
            return f"killed by {signal.Signals(process.signal).name}"
        except ValueError:
            return f"killed by signal {process.signal}"
    return f"ended with {process.exit}" if process.exit is not None else "gone"


def load_bars(history: Iterable[float]) -> str:
    """CPU percent over time, one core being the full height, square root for the small ones."""
    return "".join(BARS[min(7, round((min(cpu, 100.0) / 100) ** 0.5 * 7))] for cpu in history)


def size_bars(history: Iterable[int]) -> str:
    """Memory over time between its own least and most; level where it hardly moves."""
    seen = list(history)
    low, high = min(seen, default=0), max(seen, default=0)
    if high - low < max(1, high // 50):
        return BARS[3] * len(seen)
    return "".join(BARS[round((each - low) / (high - low) * 7)] for each in seen)
