"""After the last test: results, durations, timeline planned against actual, the decision and its grounds."""

from __future__ import annotations

from dataclasses import replace

from thunes_tui.clock import Moment, to_iso
from thunes_tui.drill.decision import Outcome, decide_outcome
from thunes_tui.drill.model import DrillState, Remark
from thunes_tui.drill.recovery import of_crash_test
from thunes_tui.drill.stopwatch import chain, halves
from thunes_tui.drill.timeline import planned_minutes, rows
from thunes_tui.runbook.model import Test
from thunes_tui.text import cell_width, counted
from thunes_tui.ui.outline.emergency import summary_lines
from thunes_tui.ui.outline.left_safe import heading, lines_of
from thunes_tui.ui.outline.row import VERDICT_STYLE, lasted
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.widgets.line import Line, data, spread, width_of, wrapped

LONGEST_TITLE = 36
WITH_DAY = 90
"""Cells from which on there is room for the day."""
DECISION_STYLE = {"GO": "good", "CONDITIONAL": "warn", "NO-GO": "bad"}


class Summary(Dialog[None]):
    """The drill on one page; it scrolls where the screen is small."""

    FULL = True

    def head(self, width: int, /) -> list[Line]:
        state, outcome = self.desk.state, outcome_of(self.desk.state)
        title = "DRILL COMPLETE" if state.ending is not None else "THE DRILL SO FAR"
        begun = state.stamps[0].at if state.stamps else state.opened
        day = to_iso(begun.t)[:10] if begun is not None else ""
        end = state.ending.at if state.ending is not None else self.desk.now()
        took = spoken(state.stops.lasted(begun, end)) if begun is not None else "not begun"
        planned = spoken(planned_minutes(state) * 60)
        right: Line = [*_word(state, outcome), (f"   {outcome.passed} of {outcome.of}", "strong")]
        when = f"   {day}" if width >= WITH_DAY else ""
        left: Line = [(title, "strong"), *_kind(state), (f"{when}   {took} of {planned} planned", "text")]
        return [spread(left, right, width), []]

    def body(self, width: int, /) -> list[Line]:
        state, now = self.desk.state, self.desk.now()
        outcome = outcome_of(state)
        lines: list[Line] = []
        for test in state.plan:
            lines += _test(state, test, now, width)
        if state.stops.left_safe.attempt:
            lines += [[], heading(state)]
        lines += [[], *_decision(state, outcome, width), [], *_timeline(state)]
        lines += [[], *summary_lines(state, width)] if state.emergencies.known else []
        lines += [[], *_readiness(state), *_deviations(state, width)]
        if state.stops.left_safe.rows:
            lines += [[], heading(state), *lines_of(state, width)]
        if self.desk.hello.folder:
            lines += [[], *_recording(state, self.desk.hello.folder, width)]
        return lines

    def foot(self) -> Line:
        scroll: Line = [("j k", "key"), (" scroll   ", "dialog_dim")]
        back = " back to the console; q there leaves, the bot stays as it is"
        return [*scroll, ("q", "key"), (back, "dialog_dim")]

    def pressed(self, key: str, _character: str | None, /) -> None:
        if key in ("q", "enter", "S"):
            self.dismiss(None)
        elif key in ("j", "down", "k", "up"):
            self.top += 1 if key in ("j", "down") else -1
            self.box.changed()


def outcome_of(state: DrillState) -> Outcome:
    """As it stands; of a drill that has ended, the decision that is on record and no other."""
    outcome, ending = decide_outcome(state), state.ending
    if ending is None:
        return outcome
    return replace(
        outcome,
        decision=ending.decision,
        passed=ending.passed,
        of=ending.of,
        reasons=ending.reasons,
        not_verified=ending.not_verified,
        is_authorised=ending.authorised,
    )


def _kind(state: DrillState) -> Line:
    """What kind of drill it was, where it decides nothing about a deployment."""
    kinds = (("SANDBOX", state.sandbox), ("REHEARSAL", state.mode == "rehearse"))
    words = " ".join(word for word, holds in kinds if holds)
    return [(f"   {words}", "warn")] if words else []


def spoken(seconds: float) -> str:
    """`2 h 38 min`, `31 min`, `40 s`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def clock_face(seconds: float) -> str:
    """`02:15:00` after the start."""
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours:02}:{rest // 60:02}:{rest % 60:02}"


def _test(state: DrillState, test: Test, now: Moment, width: int) -> list[Line]:
    known = state.tests[test.id]
    verdict = known.verdict or ("running" if known.status == "running" else "not run")
    states = [state.criteria[c.id] for c in test.criteria]
    sensed = sum(bool(c.sensed) for c in states)
    passed = sum(c.verdict == "PASS" for c in states)
    time = (
        lasted(known.started, known.ended, now, state.stops) if known.status in ("running", "ended") else ""
    )
    title = min(LONGEST_TITLE, max(cell_width(t.title) for t in state.plan))
    proof = f"{passed}/{len(states)} {'sensed' if sensed == len(states) else 'passed'}"
    line: Line = [
        (f"{test.number} ", "dialog_dim"),
        data(f"{test.title:<{title}.{title}}"),
        data(f"  {verdict:<13}", VERDICT_STYLE.get(known.verdict, "dim")),
        (f"{time:>7}", "text"),
        (f"   {proof if known.status != 'pending' else '':<10}", "dialog_dim"),
    ]
    measured = _measured(state, test)
    beside = [*line, data("   " + "   ".join(measured))]
    lines = [beside] if width_of(beside) <= width else [line, *([data(f"    {words}")] for words in measured)]
    why = known.cause or known.reason
    if why and known.verdict != "PASS":
        lines += wrapped([("    ", "text"), data(why, VERDICT_STYLE.get(known.verdict, "warn"))], width, 4)
    return lines


def _measured(state: DrillState, test: Test) -> list[str]:
    """What the clocks gave, beside the test that it belongs to, and what was done differently in it."""
    checks = {c.check.kind: c.check for c in test.criteria if c.check is not None}
    words = []
    if "telegram" in checks and state.alert_latency_s is not None:
        limit = dict(checks["telegram"].want).get("max_s")
        allowed = f" of {limit:g}" if isinstance(limit, int | float) else ""
        words.append(f"alert {state.alert_latency_s:.1f} s{allowed}")
    recovery = of_crash_test(state)
    if "process" in checks and recovery.healthy is not None:
        words.append(f"recovered in {recovery.healthy:.1f} s ({halves(recovery)}): {chain(recovery)}")
    if "positions" in checks and state.compared:
        count = len(state.compared)
        words.append(f"{count} position{'s' if count > 1 else ''} compared with the exchange")
    deviations = [r for r in state.remarks if r.kind == "deviation" and r.test == test.id]
    if deviations:
        count, unexplained = len(deviations), sum(not remark.reason for remark in deviations)
        explained = f"{unexplained} not explained" if unexplained else "explained"
        words.append(f"{count} deviation{'s' if count > 1 else ''}, {explained}")
    return words


def _decision(state: DrillState, outcome: Outcome, width: int) -> list[Line]:
    lines: list[Line] = [[("Decision  ", "strong"), *_word(state, outcome)]]
    if state.ending is None:
        lines[0].append(data(f"   {outcome.decision} if it were ended now", "dialog_dim"))
    ended = [f"Test {t.number} " for t in state.plan if state.tests[t.id].status in ("ended", "skipped")]
    for reason in outcome.reasons:
        if state.ending is None and reason not in outcome.vetoes and not reason.startswith(tuple(ended)):
            continue
        lines += wrapped([("  ✗ ", "bad"), data(reason)], width, 4)
    if outcome.not_verified and state.ending is not None:
        lines.append([(f"  ? {outcome.not_verified} criteria were not verified", "warn")])
    lines += [
        [],
        *_successful(state, outcome, width),
    ]
    lines += [[], *_authorised(state, outcome, width), []]
    lines.append([("What to do", "strong")])
    lines += [
        [(f"  {number} ", "dialog_dim"), data(words)] for number, words in enumerate(outcome.actions, 1)
    ]
    return lines


def _verdict(title: str, grounds: tuple[tuple[str, bool], ...], holds: bool, width: int) -> list[Line]:
    said = ("yes", "good") if holds else ("no", "bad")
    lines: list[Line] = [[(f"{title}  ", "strong"), said]]
    for words, true in grounds:
        lines += wrapped([("  ✓ ", "good") if true else ("  ✗ ", "bad"), data(words)], width, 4)
    return lines


def _word(state: DrillState, outcome: Outcome) -> Line:
    """The decision once there is one; before that it is open, however it stands."""
    if state.ending is None:
        return [("open", "accent")]
    return [data(outcome.decision, DECISION_STYLE.get(outcome.decision, "bad"))]


def _successful(state: DrillState, outcome: Outcome, width: int) -> list[Line]:
    title, grounds = "Drill successful", outcome.successful
    if state.ending is not None:
        return _verdict(title, grounds, all(holds for _, holds in grounds), width)
    lines: list[Line] = [[(f"{title}  ", "strong"), ("open", "accent")]]
    for words, holds in grounds:
        lines += wrapped([("  ✓ ", "good") if holds else ("  · ", "dialog_dim"), data(words)], width, 4)
    return lines


def _authorised(state: DrillState, outcome: Outcome, width: int) -> list[Line]:
    """Grounds count only where anything can be authorised at all."""
    title = "Deployment authorised"
    why = "a sandbox drill authorises nothing" if state.sandbox else ""
    if state.mode != "drill":
        why = "a rehearsal authorises nothing"
    if why:
        return [[(f"{title}  ", "strong"), ("no", "bad"), (f"   {why}", "text")]]
    lines = _verdict(title, outcome.authorised, outcome.is_authorised, width)
    if outcome.authorisation == "NOT VERIFIED":
        lines[0] = [(f"{title}  ", "strong"), ("? NOT VERIFIED", "warn")]
    return lines


def lateness(minutes: float) -> str:
    """`5 min late`, `1 h 45 ahead`, `on time`."""
    whole = round(abs(minutes))
    if whole == 0:
        return "on time"
    hours, rest = divmod(whole, 60)
    return f"{f'{hours} h {rest:02}' if hours else f'{rest} min'} {'late' if minutes > 0 else 'ahead'}"


def _timeline(state: DrillState) -> list[Line]:
    """The seed's template: planned minutes, the time it was, and how late."""
    lines: list[Line] = [[("Timeline", "strong"), ("   planned    actual", "dialog_dim")]]
    begun = state.stamps[0].at if state.stamps else None
    for row in rows(state):
        planned = clock_face(row.planned_min * 60) if row.planned_min is not None else ""
        actual = "–"
        if row.actual is not None and begun is not None:
            actual = clock_face(state.stops.lasted(begun, row.actual))
        late = lateness(row.late_min) if row.late_min is not None else ""
        style = "warn" if (row.late_min or 0) > 5 else "dialog_dim"
        lines.append([(f"{planned:>18}{actual:>10}", "text"), (f"{late:>16}  ", style), data(row.label)])
    return [*lines, *_pauses(state)]


def _pauses(state: DrillState) -> list[Line]:
    """What is left out of all the times above, and why."""
    lines: list[Line] = []
    for pause in state.stops.pauses:
        end = pause.until or (state.ending.at if state.ending is not None else None)
        took = clock_face(end.since(pause.since)) if end is not None else "lasts"
        words = f"{'':>18}{took:>10}{'left out':>16}  "
        lines.append([(words, "dialog_dim"), data(f"paused by {pause.by}: {pause.reason}", "warn")])
    return lines


def _readiness(state: DrillState) -> list[Line]:
    ready = state.ending is not None and state.ending.authorised
    return [[("Readiness  51 % → ", "text"), ("72 %", "good") if ready else ("unchanged", "warn")]]


def _recording(state: DrillState, folder: str, width: int) -> list[Line]:
    """Where it lies, and what proves it."""
    words = f"  {counted(state.head + 1, 'record')}: thunes-tui verify {state.session} checks their chain"
    return [
        *wrapped([("Recording", "strong"), data(words, "text")], width, 2),
        *wrapped([("  ", "text"), data(folder, "dialog_dim")], width, 2),
    ]


def _deviations(state: DrillState, width: int) -> list[Line]:
    found: list[Remark] = [remark for remark in state.remarks if remark.kind == "deviation"]
    lines: list[Line] = [[], [("Deviations", "strong"), ("" if found else "  none", "dialog_dim")]]
    for remark in found:
        why = f" — {remark.reason}" if remark.reason else " — not explained"
        lines += wrapped(
            [("  ", "text"), data(remark.text), data(why, "dialog_dim" if remark.reason else "warn")],
            width,
            4,
        )
    return lines
