"""Who is the bot by its command line: what only reads its script is not it, and what may run it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from thunes_tui.sources.recognise import Recogniser

SCRIPT = "src/live/paper_trader.py"
ARGUMENTS = ("--symbol", "BTCUSDT")


def is_like_bot(*arguments: str) -> bool:
    """As if this process, which is a Python, had been given them."""
    return Recogniser(Path.cwd(), (SCRIPT, "src.live.paper_trader")).looks_like_bot(os.getpid(), arguments)


@pytest.mark.parametrize(
    "line",
    [
        ("python", "-m", "black", SCRIPT),
        ("python", "-I", "-m", "py_compile", SCRIPT),
        ("/x/.venv/bin/python", "/x/.venv/bin/mypy", "--strict", SCRIPT),
    ],
)
def test_a_program_that_only_reads_the_script_is_not_the_bot(line: tuple[str, ...]) -> None:
    assert not is_like_bot(*line)


@pytest.mark.parametrize(
    "line",
    [
        ("python", SCRIPT, *ARGUMENTS),
        ("python", "-u", "-X", "dev", SCRIPT, *ARGUMENTS),
        ("python", "-m", "src.live.paper_trader", *ARGUMENTS),
        ("python", "-m", "pdb", SCRIPT, *ARGUMENTS),
        ("python", "-m", "coverage", "run", SCRIPT, *ARGUMENTS),
        ("python", "-m", "src.live.paper_trader", "black"),
        ("python", SCRIPT, "--strategy", "black", "-m", "black"),
        ("python", "-c", "import runpy, sys; runpy.run_path(sys.argv[1])", SCRIPT),
    ],
)
def test_whatever_may_run_it_is(line: tuple[str, ...]) -> None:
    assert is_like_bot(*line)
