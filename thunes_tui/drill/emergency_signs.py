"""What is a sign of an emergency: it is written down once and offered, and nothing else is done about it.

It looks at what a decision has just led to, so that whoever finds damage or an outage need not know of
emergencies.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from thunes_tui import observations as seen
from thunes_tui.drill.checks import CLIP, by_hand, matches
from thunes_tui.drill.draft import Draft, Refusal
from thunes_tui.drill.emergencies import SEVERITY
from thunes_tui.drill.emergency_catalogue import PROCEDURES
from thunes_tui.drill.emergency_touch import consequences, is_touched
from thunes_tui.drill.invariants import note
from thunes_tui.drill.venue import SILENT
from thunes_tui.emergency_observations import BotStalled, DamageFound
from thunes_tui.events import box, drill, emergency, signals, steps
from thunes_tui.events.base import Event
from thunes_tui.observations import Observation
from thunes_tui.runbook.model import Criterion

DAMAGED = re.compile(r"malformed|no SQLite database|not a database|^damaged:")
"""What is said of a database that is none any more; one that is locked or in a transaction is none of it."""
VANISHED = re.compile(r"^no database at|is empty: no database|no such table")
"""Nothing where one was; while its checklist is open that is what its items do."""
NOT_SET = "not set"
"""What the pre-flight says of a Telegram that nobody has configured: nothing has stopped working."""


def follow(draft: Draft, observation: Observation | None = None) -> None:
    """After every decision: what of it is a sign, and what ends an item of a checklist."""
    if draft.state.mode not in ("drill", "rehearse") or draft.state.ending is not None:
        return
    for event in tuple(draft.events):
        sign = SIGNS.get(type(event))
        if sign is not None:
            sign(draft, event)
    if isinstance(observation, seen.LogSeen):
        log_seen(draft, observation)


def sense(draft: Draft, kind: str, cause: str, source: str, key: str = "", *, outage: bool = True) -> None:
    """Once for each occurrence until it is closed; damage vetoes, and by one finding."""
    known, last = draft.state.emergencies.of(kind), draft.state.emergencies.last(kind)
    if known is not None and known.causes and (known.outage or not outage):
        return
    if known is None and last is not None:
        left_so = last.outcome == "workaround" or (last.outcome != "mended" and last.key == (key or cause))
        if left_so and (last.outage or not outage):
            return
    number = known.number if known is not None else len(draft.state.emergencies.known) + 1
    test = draft.state.running_test
    touched = consequences(draft.state, kind) if outage and kind != "hang" else ()
    draft.emit(
        emergency.EmergencySensed(
            number,
            kind,
            cause[:CLIP],
            source,
            (key or cause)[:CLIP],
            outage,
            touched,
            test.id if test is not None else "",
        )
    )
    if SEVERITY[kind] == "critical" and not any(f.veto and f.source == kind for f in draft.state.findings):
        note(draft, f"{PROCEDURES[kind].title}: {cause}"[:CLIP], kind)


def finding_noted(draft: Draft, event: steps.FindingNoted) -> None:
    if event.veto and event.source in ("audit", "database"):
        sense(draft, event.source, event.text, event.source)


def positions_read(draft: Draft, event: box.PositionsRead) -> None:
    """A database that cannot be read because it is none any more, or that is gone though it was there."""
    handled = draft.state.emergencies.of("database")
    if DAMAGED.search(event.problem):
        sense(draft, "database", event.problem, "database")
        return
    is_gone = VANISHED.search(event.problem) is not None and draft.state.last_positions is not None
    if is_gone and (handled is None or handled.opened is None):  # else it was set aside
        sense(draft, "database", f"{event.problem}, where one was read before", "database")


def preflight_sensed(draft: Draft, event: drill.PreflightSensed) -> None:
    if event.side != "native" or event.verdict != "FAIL":
        return
    if event.number == 2 and NOT_SET not in event.detail:
        sense(draft, "telegram", event.detail, "preflight")
    elif event.number == 4 and DAMAGED.search(event.detail):
        sense(draft, "database", event.detail, "preflight")
    elif event.number == 6 and "is damaged at" in event.detail:
        sense(draft, "audit", event.detail, "preflight")


def criterion_sensed(draft: Draft, event: steps.CriterionSensed) -> None:
    """An awaited alert did not come: Telegram's doing only where Telegram was seen to be silent."""
    try:
        check = draft.criterion(event.criterion).check
    except Refusal:
        return
    if check is None or check.kind != "telegram" or event.evidence is not None:
        return
    if event.verdict == "NOT VERIFIED" and event.cause.startswith(SILENT):
        sense(draft, "telegram", event.cause, "alert")
    elif event.verdict == "FAIL":
        sense(draft, "telegram", event.cause, "alert", outage=False)


def criterion_decided(draft: Draft, event: steps.CriterionDecided) -> None:
    """A person says that no alert is on the phone."""
    if any(isinstance(each, box.AlertSeen) for each in draft.events):
        return  # it came, if late
    try:
        criterion = draft.criterion(event.criterion)
    except Refusal:
        return
    if event.verdict == "FAIL" and by_hand(draft.state, criterion) and is_touched("telegram", criterion):
        sense(draft, "telegram", f"{criterion.text}: {event.reason}", "alert", outage=False)


def nobody_saw(draft: Draft, criterion: Criterion) -> None:
    """A person was to see it on their phone and has not said so in all that time: theirs to judge."""
    if not draft.state.criteria[criterion.id].verdict:
        sense(draft, "telegram", f"{criterion.text}: nobody has seen it yet", "alert", outage=False)


def log_seen(draft: Draft, record: seen.LogSeen) -> None:
    """The bot itself says that it could not send."""
    if not record.replayed and matches(draft.state.paths.get("alert_failed_pattern", "(?!)"), record.message):
        sense(draft, "telegram", record.message.partition("\n")[0], "log")


def signal_ended(draft: Draft, event: signals.SignalEnded) -> None:
    """The stop ladder of a checklist has come to its end; a bot that died before it is stopped as well."""
    asked = draft.state.signalling
    lives = any((p.pid, p.start) == (asked.pid, asked.start) for p in draft.state.bots)
    outcomes = {"dead": "done", "gone": "done", "refused": "refused" if lives else "done"}
    outcomes["left"] = "failed" if asked.signal else "refused"
    for known in draft.state.emergencies.handled:
        item = known.item("stop")
        if item.status == "running":
            draft.emit(
                emergency.EmergencyItemEnded(
                    known.number,
                    "stop",
                    item.attempt,
                    outcomes.get(event.outcome, "failed"),
                    None,
                    f"{event.outcome} {event.detail}".strip(),
                )
            )


def catch_up(draft: Draft) -> None:
    """The signal's end is on disk, and the server died before it wrote that of the item."""
    asked = draft.state.signalling
    if asked.attempt and not asked.status:
        signal_ended(draft, signals.SignalEnded(asked.attempt, asked.outcome, asked.detail))


def stalled(draft: Draft, bot: BotStalled) -> None:
    """A living bot does nothing. One that the console froze is not to, and in a pause nobody waits for it."""
    known = next((p for p in draft.state.bots if (p.pid, p.start) == (bot.pid, bot.start)), None)
    asked = draft.state.signalling
    ours = (asked.pid, asked.start, asked.how) == (bot.pid, bot.start, "freeze")
    if known is None or ours or draft.state.stops.why or draft.state.mode == "watch":
        return
    if draft.state.ending is None:
        sense(draft, "hang", f"pid {bot.pid} {bot.cause}", "process", f"{bot.pid}:{bot.since_us}")


def damage_found(draft: Draft, found: DamageFound) -> None:
    """It stood there before the drill began: it vetoes all the same."""
    if found.source in ("audit", "database") and draft.state.mode != "watch":
        note(draft, found.cause[:CLIP], found.source)


SIGNS: dict[type[Event], Callable[[Draft, Any], None]] = {
    steps.FindingNoted: finding_noted,
    box.PositionsRead: positions_read,
    drill.PreflightSensed: preflight_sensed,
    steps.CriterionSensed: criterion_sensed,
    steps.CriterionDecided: criterion_decided,
    signals.SignalEnded: signal_ended,
}
SEEN: dict[type, Callable[[Draft, Any], None]] = {BotStalled: stalled, DamageFound: damage_found}
