"""What a command prints: lines for a person, or JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

from thunes_tui.text import safe


def say(line: str) -> None:
    """One line to a person; nothing in it can act on the terminal."""
    print(safe(line), flush=True)  # noqa: T201 - what a command is for


def answer(facts: Any, lines: Iterable[str], *, as_json: bool) -> None:
    if as_json:
        json.dump(facts, sys.stdout, indent=2)
        sys.stdout.write("\n")
        return
    for line in lines:
        say(line)
