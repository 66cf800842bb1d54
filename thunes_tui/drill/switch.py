"""Why the kill switch of a bot is UNKNOWN, in words: the state alone explains nothing to who reads it."""

from __future__ import annotations

from thunes_tui.drill.facts import ProcessState
from thunes_tui.drill.model import DrillState

UNKNOWN = "UNKNOWN"


def why_unknown(state: DrillState, process: ProcessState) -> str:
    """Empty when it is known, and for what is no living bot."""
    if process.role != "bot" or not process.alive or process.switch != UNKNOWN:
        return ""
    if len(state.bots) > 1:
        return f"{len(state.bots)} bots write one log: a line of it may be either's"
    log = state.sources.get("log")
    if "log" in state.failures or (log is not None and log.status != "open"):
        return "the log cannot be read"
    if any(other is not process and _overlaps(other, process) for other in state.processes):
        return "another bot ran beside it, and it has not said so since"
    return "it has not said so since it was started"


def why_unknown_briefly(state: DrillState) -> str:
    """For all bots in a few words, where one cause says it; empty where all is known."""
    if not any(bot.switch == UNKNOWN for bot in state.bots):
        return ""
    return "two bots, one log" if len(state.bots) > 1 else "not said yet"


def _overlaps(other: ProcessState, process: ProcessState) -> bool:
    """Whether another bot was alive after this one had come."""
    if other.role != "bot" or process.born is None:
        return False
    return other.died is None or other.died.m > process.born.m
