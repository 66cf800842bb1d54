"""How the box is left, at an abort and at a normal end: what must be true before one walks away.

Each row is PASS, FAIL or UNKNOWN, with what was found and where that is from. It never changes a decision.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.draft import Draft, Refusal
from thunes_tui.drill.effects import LookAround
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.step_state import text_of
from thunes_tui.drill.switch import why_unknown
from thunes_tui.events import stops

TEMPORARY = re.compile(r"(?<![\w./~$}])/tmp/[\w.+-]+(?:/[\w.+-]+)*")
ROWS = ("kill switch", "one bot", "open orders", "positions", "stray jobs", "files in /tmp")
Row = tuple[str, str, str, str]


def look_around(draft: Draft, when: str) -> None:
    """Ask for it; what is asked again meanwhile is answered once, by the last answer."""
    attempt = draft.state.stops.left_safe.attempt + 1
    draft.emit(stops.LeftSafeAsked(attempt, when))
    opened = draft.state.opened
    draft.want(LookAround(attempt, named_files(draft.state), opened.t if opened is not None else 0))


def named_files(state: DrillState) -> tuple[str, ...]:
    """The files in /tmp that the blocks of the steps which ran name, in the order of the document."""
    known = [(s, state.steps[s.id]) for t in state.plan for s in t.steps]
    ran = [text_of(step, its) for step, its in known if its.attempt > 0]
    return tuple(dict.fromkeys(name.rstrip(".") for text in ran for name in TEMPORARY.findall(text)))


def look_left_safe(draft: Draft, _intent: intents.LookLeftSafe) -> None:
    """At any time of a drill; after its end, too, for what was left may have been put right since."""
    if draft.state.mode == "watch":
        raise Refusal("this is a watch: it has no drill to leave")
    if draft.state.stops.left_safe.asking:
        raise Refusal("how the box is left is being looked at")
    look_around(draft, "asked")


def looked_around(draft: Draft, answer: seen.LeftSafeSeen) -> None:
    """What was looked up, behind what the drill knows by itself."""
    known = draft.state.stops.left_safe
    if not known.asking or known.attempt != answer.attempt:
        return
    rows = {row[0]: row for row in (switch_row(draft.state), bot_row(draft.state), *answer.rows)}
    missing = {name: (name, "UNKNOWN", "nobody looked", "") for name in ROWS if name not in rows}
    found = {**rows, **missing}
    draft.emit(
        stops.LeftSafeSensed(answer.attempt, when_of(draft.state), tuple(found[name] for name in ROWS))
    )


def when_of(state: DrillState) -> str:
    """For what it was looked at: the end outweighs the abort before it."""
    if state.ending is not None:
        return "end"
    return "abort" if state.stops.abort.confirmed else "asked"


def switch_row(state: DrillState) -> Row:
    """OFF is what a drill must leave: each bot as it said itself, and the audit trail beside it."""
    said = [(bot.pid, bot.switch) for bot in state.bots]
    words, audit = {word for _, word in said}, state.switch.audit
    evidence = f"audit trail {audit}; " + (", ".join(f"{pid} said {word}" for pid, word in said) or "no bot")
    if "ON" in words or audit == "ON":
        return (ROWS[0], "FAIL", "it is ON: no new position is opened", evidence)
    if "audit" in state.failures or "log" in state.failures:
        return (ROWS[0], "UNKNOWN", "nobody is reading what tells of it", evidence)
    if words == {"OFF"} or (audit == "OFF" and "OFF" in words):
        return (ROWS[0], "PASS", "it is OFF", evidence)
    if audit == "OFF":
        return (ROWS[0], "UNKNOWN", "the audit trail says OFF, and the bot has not said so itself", evidence)
    reason = next((why for bot in state.bots if (why := why_unknown(state, bot))), "")
    return (ROWS[0], "UNKNOWN", reason or "nothing has told how it stands", evidence)


def bot_row(state: DrillState) -> Row:
    """One, alive, and not standing still."""
    bots, evidence = state.bots, ", ".join(f"{bot.pid} since boot tick {bot.start}" for bot in state.bots)
    if "processes" in state.failures:
        return (ROWS[1], "UNKNOWN", f"nobody is looking: {state.failures['processes']}", evidence)
    if len(bots) != 1:
        return (ROWS[1], "FAIL", "no bot runs" if not bots else f"{len(bots)} bots run", evidence)
    if bots[0].frozen:
        return (ROWS[1], "FAIL", "it is FROZEN and stands still", evidence)
    return (ROWS[1], "PASS", "one bot runs", evidence)


ASKED: dict[type, Callable[[Draft, Any], None]] = {intents.LookLeftSafe: look_left_safe}
SEEN: dict[type, Callable[[Draft, Any], None]] = {seen.LeftSafeSeen: looked_around}
