"""What a fault is: how it is made, how it is undone, and how to see whether it still holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thunes_tui.sandbox.fault.scene import Scene

Note = Mapping[str, Any]
DISK = frozenset({"database", "audit", "log"})
"""Everything on the bot's disk."""


@dataclass(frozen=True, slots=True)
class Order:
    """One fault to be made."""

    scene: Scene
    keep: Callable[[dict[str, Any]], None]
    """Takes what undoes the fault, before the fault is made."""
    aside: Path
    """Where to put what must be kept as it was."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A fault by its name."""

    name: str
    does: str
    touches: frozenset[str]
    """No two faults may touch the same thing at once."""
    begin: Callable[[Order], None]
    """Raises UserError, and has done nothing that `end` could not undo from what was kept."""
    end: Callable[[Scene, Note], str]
    """Undo it, as far as it still holds; a remark, or nothing. Raises Refused when it can't be undone."""
    lapsed: Callable[[Scene, Note], str]
    """Why it holds no longer although nobody ended it; nothing while it holds."""
    seconds: float = 0.0
    """What `--seconds` is when it is not given; 0 where the fault knows none."""
    in_files: bool = False
    """It is in files, which outlive the world and the boot."""
