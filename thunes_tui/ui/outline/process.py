"""A process as the screen words it: its name, its end, its load as bars."""

from __future__ import annotations

import signal
from collections.abc import Iterable

from thunes_tui.drill.exact import HOW
from thunes_tui.drill.facts import ProcessState, SignalState

BARS = "▁▂▃▄▅▆▇█"


def name_of(process: ProcessState) -> str:
    """A Python's script without its folder and suffix, else the program: an editor of the bot is no bot."""
    words = process.argv.split()
    program = words[0].strip("'\"").rsplit("/", maxsplit=1)[-1] if words else ""
    if process.role != "bot" and not program.startswith(("python", "pypy")):
        return program or process.role
    script = next((word.strip("'\"") for word in words if word.strip("'\"").endswith(".py")), "")
    module = words[words.index("-m") + 1] if "-m" in words[:-1] else ""
    if script:
        return script.rsplit("/", maxsplit=1)[-1].removesuffix(".py") or program
    return module.rsplit(".", maxsplit=1)[-1] or program or process.role


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
