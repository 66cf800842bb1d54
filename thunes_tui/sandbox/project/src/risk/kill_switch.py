"""The kill switch on disk, so that every process sees it and no restart forgets it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from src.config import RISK_STATE_FILE


@dataclass(frozen=True)
class KillSwitch:
    kill_switch_active: bool = False
    reason: str = ""
    changed_at: str = ""
    """Naive UTC, ISO; empty before the first change."""


def load_kill_switch(path: Path = RISK_STATE_FILE) -> KillSwitch:
    """The state. No file means never switched; one that cannot be read counts as ON, the safe side."""
    try:
        return KillSwitch(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return KillSwitch()
    except (OSError, ValueError, TypeError) as error:
        return KillSwitch(True, f"{path.name} cannot be read: {error}")


def save_kill_switch(state: KillSwitch, path: Path = RISK_STATE_FILE) -> None:
    """Replace the file in one step; a reader sees the old state or the new one. Call under the risk lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(asdict(state), file)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
