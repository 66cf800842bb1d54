"""A fabricated runbook of four short tests, with every kind of check and of step that the drill knows."""

from __future__ import annotations

from thunes_tui.runbook.model import Check, Criterion, Span, Step
from thunes_tui.runbook.model import Test as RunbookTest

AT = Span(0, 0)


def step(id_: str, command: str = "", *flags: str, expected: tuple[str, ...] = ()) -> Step:
    place = id_.partition(".S")[2]
    return Step(id_, place, f"step {place}", AT, command, expected=expected, flags=flags)


def criterion(id_: str, text: str, check: Check | None = None, *, optional: bool = False) -> Criterion:
    return Criterion(id_, text, AT, optional=optional, check=check)


def check(kind: str, at: int = 0, within_s: float = 10.0, **want: object) -> Check:
    """`where__side` in `want` stands for `where.side`."""
    return Check(kind, at, within_s, tuple((k.replace("__", "."), v) for k, v in want.items()))


ALERT = check("telegram", 2, contains="KILL-SWITCH ACTIVATED", max_s=5.0)
REJECTED = check(
    "audit",
    4,
    event="TRADE_REJECTED",
    where__reason="kill_switch_active",
    where__side="BUY",
    contrary__event="TRADE_APPROVED",
    contrary__side="BUY",
    contrary__switch="on",
)
SELL = check("audit", 4, event="TRADE_APPROVED", switch="on", where__side="SELL")
BUY = check("audit", 3, event="TRADE_APPROVED", switch="off", where__side="BUY")

ACTIVATION = RunbookTest(
    "T1",
    1,
    "Kill-Switch Activation",
    AT,
    30.0,
    steps=(
        step("T1.S1", "show risk"),
        step("T1.S2", "activate", expected=("Kill-switch active: True",)),
        step("T1.S3"),
        step("T1.S4", "try to trade"),
    ),
    criteria=(
        criterion("T1.C1", "State captured", check("output", 1, pattern="Risk status", exit=0)),
        criterion("T1.C2", "Logged to console and file", check("log", 2, pattern="ACTIVATED", console=True)),
        criterion("T1.C3", "Telegram alert within 5 seconds", ALERT),
        criterion("T1.C4", "BUY rejected", REJECTED),
        criterion("T1.C5", "SELL allowed", SELL),
        criterion(
            "T1.C6",
            "Audited",
            check("audit", 2, event="KILL_SWITCH_ACTIVATED", reason_contains="DRILL"),
        ),
    ),
)
DEACTIVATION = RunbookTest(
    "T2",
    2,
    "Kill-Switch Deactivation",
    AT,
    30.0,
    steps=(step("T2.S1"), step("T2.S2", "deactivate"), step("T2.S3", "try to buy")),
    criteria=(
        criterion("T2.C1", "Procedure followed", check("deviations", max=0)),
        criterion(
            "T2.C2",
            "Deactivated",
            check(
                "output", 2, pattern="SWITCH DEACTIVATED", not_pattern="not active", exit=0, log_lines=True
            ),
        ),
        criterion("T2.C3", "BUY allowed", BUY),
        criterion("T2.C4", "No SELL refused", check("audit", 3, event="TRADE_REJECTED", absent=True)),
    ),
)
CRASH = RunbookTest(
    "T3",
    3,
    "Crash Recovery",
    AT,
    30.0,
    steps=(
        step("T3.S1", "save"),
        step("T3.S2", "pkill -9 -f paper_trader", "destructive"),
        step("T3.S3", "python paper_trader.py &\nsleep 10", "background"),
        step("T3.S4", "compare"),
        step("T3.S5", "look at the trail"),
    ),
    criteria=(
        criterion("T3.C1", "State saved", check("file", 1, path="/tmp/state.json")),
        criterion("T3.C2", "Killed with -9", check("process", 2, state="killed")),
        criterion("T3.C3", "Restarted", check("process", 3, 60.0, state="restarted")),
        criterion("T3.C4", "Within 60 seconds", check("timing", 3, 60.0, of="recovery", max_s=60.0)),
        criterion("T3.C5", "Positions match", check("positions", 4, compare="pre-crash")),
        criterion("T3.C6", "Trail intact", check("audit_intact", 5)),
        criterion("T3.C7", "Database consistent", check("database", 5, state="consistent")),
    ),
)
RECONCILIATION = RunbookTest(
    "T4",
    4,
    "Position Reconciliation",
    AT,
    30.0,
    steps=(step("T4.S1", "list"), step("T4.S2")),
    criteria=(
        criterion("T4.C1", "Positions retrieved", check("output", 0, pattern=r"^BTCUSDT:", exit=0)),
        criterion("T4.C2", "Comparison documented"),
        criterion("T4.C3", "Equal", check("positions", 2, compare="exchange"), optional=True),
    ),
)
PLAN = (ACTIVATION, DEACTIVATION, CRASH, RECONCILIATION)
