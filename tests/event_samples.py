"""One event of every kind, each with a value of its own in every member, as the golden journals hold them.

Written by hand and not from the files, so that both would have to be wrong in the same way.
"""

from __future__ import annotations

from thunes_tui.events import box, drill, session, shell, signals, steps
from thunes_tui.events.base import Event
from thunes_tui.events.steps import Evidence

SHA = "5ha2" * 16
ROW = ("BTCUSDT", "0.001", "61000.5", "4711")
FOUND = Evidence("audit", "logs/audit_trail.jsonl", 1234, SHA, 12.5, 20.0, "TRADE_REJECTED é")

SAMPLES: tuple[Event, ...] = (
    drill.DrillOpened(
        "20251009-1042-7f3a", "0123abcd", "drill", "5f0c-boot", "box", "thunes", "0.1.0", "THUNES",
        {"project": "/home/t/THUNES", "log": "/home/t/THUNES/logs/paper_trader.log"}, True, "e94cdaa",
        "OPS-13", "thunes-tui/1", "+02:00", "ann", "THUNES",
    ),
    drill.RunbookPinned("Drill", "scripts/d.md", SHA, 9000, 4, "runbook.md", ("12: odd",), ("2.5 hours",)),
    drill.TestPinned({"id": "T1", "number": 1, "title": "Kill switch", "span": {"start": 3, "end": 9}}),
    drill.DocumentPinned("operational", "docs/O.md", SHA, "operational.md", 14, 70),
    drill.RunbookChanged(SHA, "3 lines differ"),
    drill.PhaseStarted("preparation"),
    drill.PhaseEnded("tests"),
    drill.PrerequisiteTicked(3, True, True, "an open position"),
    drill.PreflightStarted(2),
    drill.PreflightSensed(2, 3, "exchange", "native", "FAIL", "Invalid key (-2015)", "Verify the keys"),
    drill.PreflightSpoke(2, "script", "PASS"),
    drill.PreflightEnded(2, "FAIL", "PASS", False),
    drill.DrillEnded("CONDITIONAL", 3, 4, ("Test 2 FAIL: x",), True, True, True, 2),
    steps.TestStarted("T3", 2),
    steps.TestEnded("T3", "FAIL", "Restarted: never"),
    steps.TestSkipped("T1", "no open position"),
    steps.StepRequested("T3.S3", 2, SHA),
    steps.StepHeld("T3.S3", 2, "paper_trader", ("4711 bot: python",)),
    steps.StepStarted("T3.S3", 2, SHA, "t0ken", True, 5120),
    steps.StepEnded("T3.S3", 2, 137, 6144, SHA, 1, ("No process is left",)),
    steps.StepUnknown("T3.S3", 2, "the server died"),
    steps.StepSkipped("T3.S3", "no time"),
    steps.StepAborted("T3.S3", 2, "not proven"),
    steps.BaselineTaken("T3", 1197, SHA, 6),
    steps.CriterionSensed("T1.C4", "PASS", "TRADE_REJECTED BUY", FOUND),
    steps.CriterionDecided("T1.C4", "NOT VERIFIED", "an override"),
    steps.FieldFilled("T3", "Recovery time", "2.1"),
    steps.DeviationNoted("step 3.3 attempted again", "slow", "T3", "T3.S3", True),
    steps.NoteAdded("odd", "T3", "T3.S3"),
    steps.Bookmarked("log", 500, "here", "T3", "T3.S3", 1, 64769, 1234, 80, "ab" * 32),
    steps.FindingNoted("a BUY slipped through", True, "T1", "invariant"),
    steps.Held("a real incident"),
    steps.Released("gone home"),
    steps.SignedOff("T3", "acceptable"),
    steps.IntentRefused("step", "the shell is busy", 7, 2),
    box.GuardAnswered(True, ("a signed probe answered",), "T3.S3#2"),
    box.SourceOpened("audit", "logs/audit_trail.jsonl", 1, 42),
    box.SourceLines("log", 1, 42, 2, 60, "a\nb\n", "YQo=", 18, (0, 2), 5, True, {"inode": 7}),
    box.SourceThinned("log", 64),
    box.SourceSpan("log", 1, 42, 18, 2, "ab" * 32, {"inode": 7}),
    box.SourceMarked("log", "rotated", 2, "a new inode", True),
    box.SourceDown("audit", "permission denied"),
    box.ProcessBorn("bot", 4711, 987654, "python src/live/paper_trader.py", 2, 31, 3600.25),
    box.ProcessDied("bot", 4711, 987654, 137, 9, "killed", True),
    box.ProcessesSampled(((4711, 12.5, 104857600, 7, 23),)),
    box.KillSwitchSeen("audit", True, 496, "DRILL", 1760006535123456),
    box.BotHealthy(4711, 1596, "Bot healthy: position recovered"),
    box.BotLogged(4711, 1500),
    box.PositionsRead((ROW,), "the database is locked"),
    box.PositionsCompared("exchange", True, (("BTCUSDT", "0.001", "0.001", "0", "same"),), "none"),
    box.AlertSeen("KILL-SWITCH ACTIVATED", 1.25, True, 3),
    box.RecoveryMeasured("healthy", 2.125, "log"),
    box.WorkerFailed("exchange", "no answer"),
    signals.SignalRequested(3, 4711, 987654, "stop"),
    signals.SignalHeld(3, "paper_trader", ("4711 bot: python",), ("4720 log tail: tail -f x",)),
    signals.SignalStarted(3, 15, "t0ken"),
    signals.SignalSent(3, 15, "refused", "the console's own"),
    signals.SignalEnded(3, "dead", "by SIGTERM", 1203.5),
    shell.ShellOpened(8001, 120, 40, True, 17, "a new shell"),
    shell.ShellRequested(8001),
    shell.ShellOutput(5120, "é\x1b[1m", "w6k="),
    shell.ShellSkipped(5120, 99, SHA),
    shell.ShellStarted(9, "step 3.3", "/home/t"),
    shell.ShellEnded(9, 137, "/home/t", 1),
    shell.ShellResized(160, 50),
    shell.ShellExited("its last process ended"),
    session.ClientJoined(2, "bob", "witness"),
    session.ClientLeft(2, "bob"),
    session.KeysRequested(2, "bob"),
    session.KeysPassed(2, "bob", True),
    session.JournalResumed(1, "torn", 17, "torn-2", SHA, "5f0c-boot"),
    session.CheckpointWritten(4999, SHA, "checkpoints/000004999.z"),
    session.GapNoted("shell output", 4096, "the disk was full"),
)  # fmt: skip
