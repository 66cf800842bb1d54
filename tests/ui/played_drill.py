"""The drill that the stage plays: two tests of the seed's kind, and the documents they come from."""

from __future__ import annotations

from pathlib import Path

from thunes_tui.events.steps import Evidence
from thunes_tui.runbook.model import Check, Criterion, Span, Step, Test

AUDIT = Evidence(
    "audit",
    "logs/audit_trail.jsonl",
    88_214,
    "c0ffee" * 10 + "c0ff",
    12.0,
    0.5,
    '{"event": "KILL_SWITCH_ACTIVATED"}',
)
NOWHERE = Span(0, 0)


def step(
    name: str, title: str, command: str = "true\n", flags: tuple[str, ...] = (), start: int = 60
) -> Step:
    return Step(name, name[-1], title, Span(start, start + 1), command, "bash", minutes=5, flags=flags)


TESTS = (
    Test(
        "T1",
        1,
        "Kill-switch activation",
        Span(46, 200),
        30,
        steps=(
            step("T1.S1", "Activate the kill switch", "python -m src.risk.manager --activate\n", start=80),
            step("T1.S2", "Verify that it is active", start=80),
            step("T1.S3", "Kill the bot", "pkill -9 -f paper_trader\n", ("destructive",), start=100),
        ),
        criteria=(
            Criterion("T1.C1", "Audit trail shows the activation", NOWHERE, check=Check("audit", 1)),
            Criterion(
                "T1.C2",
                "BUY orders rejected",
                NOWHERE,
                check=Check("audit", 2, want=(("event", "TRADE_REJECTED"),)),
            ),
            Criterion("T1.C3", "Telegram alert was seen", NOWHERE),
        ),
    ),
    Test(
        "T2",
        2,
        "Position reconciliation",
        Span(46, 200),
        30,
        steps=(step("T2.S1", "Compare with the exchange", start=80),),
        criteria=(Criterion("T2.C1", "Positions are equal", NOWHERE, check=Check("positions", 1)),),
    ),
)
RUNBOOK = (
    b"# Disaster Recovery Drill\n\nRead this first.\n\n"
    b"## Test 1: Kill-switch activation\n\n**Step 1: Activate**\n\n"
    b"```bash\npython -m src.risk.manager --activate\n```\n"
)


def with_documents(folder: Path) -> Path:
    """A session's folder with the pinned documents in it."""
    (folder / "evidence").mkdir(parents=True)
    (folder / "evidence" / "runbook.md").write_bytes(RUNBOOK)
    (folder / "evidence" / "operational.md").write_bytes(
        b"# Operations\n\n## Kill-switch deactivation\n\nCall the team.\n"
    )
    return folder
