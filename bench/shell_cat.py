"""`cat` of a 20 MB coloured log in the shell: recorded, masked, and its end seen on the screen.

Ours is launcher, screen, server, keeper's pty and bash; the peer is bash in tmux, which records nothing. Keys
are pressed in another pane meanwhile, and Ctrl-C ends a `cat` that would go on.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Amount, Latency, Measured, Row
from bench.peers import has_tmux
from bench.place import Bench, rest, settle, shows, until
from tests.rig.glass import Glass

MEGABYTES, RUNS = 20, 3
KEYS, INTERRUPTS = 40, 5
KEY_GAP_S = (0.03, 0.09)
REACH_MB_S, REACH_KEY_MS, REACH_PROMPT_MS = 12.0, 100.0, 150.0
PATIENCE = 60.0
PROMPT = "zq>"
"""Stands nowhere else on the screen."""
LINE = (
    "\x1b[2m2025-10-09 10:42:15\x1b[0m - src.live.paper_trader - \x1b[32mINFO\x1b[0m - "
    "heartbeat \x1b[1mBTCUSDT\x1b[0m \x1b[36m109608.00\x1b[0m number {}\n"
)


def measure(bench: Bench) -> list[Row]:
    log = coloured_log(bench.place.project)
    with in_shell(bench) as glass:  # each begins with nothing recorded: beyond 64 MB less is
        speeds = [whole(glass, log) for _ in range(RUNS)]
    with in_shell(bench) as glass:
        prompts = [interrupted(glass, log) for _ in range(INTERRUPTS)]
    with in_shell(bench) as glass:
        keys = _keys(glass, log)
    peers: list[dict[str, Measured | None]] = [{"bash in tmux": None}, {"bash in tmux": None}]
    if has_tmux():
        with bench.tmux("bash --norc --noprofile") as glass:
            begin(glass)
            peers[0]["bash in tmux"] = Amount.median([whole(glass, log) for _ in range(RUNS)])
            peers[1]["bash in tmux"] = Latency.of([interrupted(glass, log) for _ in range(INTERRUPTS)])
    speed, prompt = Amount.median(speeds), Latency.of(prompts)
    fast = speed.value >= REACH_MB_S
    return [
        Row("cat of 20 MB in the shell", speed, peers[0], f">= {REACH_MB_S:g} MB/s", fast),
        Row("cat: key to paint", keys, {}, f"p99 <= {REACH_KEY_MS:g} ms", keys.p99 <= REACH_KEY_MS),
        Row(
            "cat: Ctrl-C to the prompt", prompt, peers[1], f"p99 <= {REACH_PROMPT_MS:g} ms",
            prompt.p99 <= REACH_PROMPT_MS,
        ),
    ]  # fmt: skip


@contextlib.contextmanager
def in_shell(bench: Bench) -> Iterator[Glass]:
    with bench.console() as glass:
        glass.press("c")
        glass.expect("SHELL")
        begin(glass)
        yield glass


def coloured_log(project: Path) -> Path:
    """Where the shell begins, and its world sees it."""
    path = project / "coloured"
    if not path.exists():
        block = "".join(LINE.format(number) for number in range(10_000))
        with path.open("w", encoding="ascii") as file:
            for _ in range(MEGABYTES * 1_000_000 // len(block) + 1):
                file.write(block)
    return path


def begin(glass: Glass) -> None:
    """A prompt that can be waited for."""
    glass.press("PS1='zq''> '", "enter")
    glass.expect(PROMPT)
    settle(glass)


def whole(glass: Glass, log: Path) -> Amount:
    """Megabytes a second, from Enter to the sight of what is printed after the file."""
    word = f"z{random.randrange(10**9):09d}"
    glass.press(f"clear; cat {log.name}; echo {word[:3]}''{word[3:]}")
    rest(glass, 0.3)
    began = time.perf_counter()
    glass.write(b"\r")
    took = until(glass, shows(glass, word), PATIENCE) - began
    rest(glass, 0.5)
    return Amount(log.stat().st_size / 1e6 / took, "MB/s")


def interrupted(glass: Glass, log: Path) -> float:
    """Seconds from Ctrl-C to the sight of the prompt below what was printed."""
    glass.press(f"clear; while :; do cat {log.name}; done")
    rest(glass, 0.3)
    glass.write(b"\r")
    until(glass, shows(glass, "heartbeat"))
    until(glass, lambda: not shows(glass, PROMPT)())
    rest(glass, 0.5)
    began = time.perf_counter()
    glass.write(b"\x03")
    took = until(glass, shows(glass, PROMPT), PATIENCE) - began
    rest(glass, 0.5)
    return took


def _keys(glass: Glass, log: Path) -> Latency:
    """Another pane's key in COMMAND mode, while the shell's pane is flooded."""
    dice = random.Random(17)
    glass.press(f"clear; while :; do cat {log.name}; done", "enter")
    until(glass, shows(glass, "heartbeat"))
    glass.press("f12")
    glass.expect("COMMAND")
    glass.press("3")
    glass.expect("▌LOG")
    taken: list[float] = []
    for number in range(KEYS):
        word = "FOLLOW" if number % 2 else "PAUSED"
        began = time.perf_counter()
        glass.write(b"F")
        taken.append(until(glass, lambda word=word: word in heading(glass)) - began)  # type: ignore[misc]  # the default binds it
        rest(glass, dice.uniform(*KEY_GAP_S))
    return Latency.of(taken)


def heading(glass: Glass) -> str:
    """Of the log."""
    row = next((row for row in glass.screen.text() if "▌LOG" in row), "")
    return row.partition("▌LOG")[2].partition("│")[0]
