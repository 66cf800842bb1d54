"""The seed's four emergencies as checklists: who does what, the seed's own words, and what was made safe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from thunes_tui.drill.emergencies import Emergencies, Emergency, ItemState

SOURCE = "DR Drill Execution Guide, Emergency Procedures During Drill"
How = Literal["person", "block", "stop", "look"]
Need = Literal["closed", "absent", "present", "backup", "no bot"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do."""

    id: str
    text: str
    how: How
    """By a person, by a block in the drill's shell, by the stop ladder, or by the console's own look."""
    seed: str = ""
    """The seed's command or words, verbatim."""
    safe: str = ""
    """What was made safe about it, in one line."""
    needs: tuple[Need, ...] = ()
    """What must hold at the moment it runs; the server looks."""
    optional: bool = False
    """The checklist is complete without it."""
    word: str = ""
    """What a person types before it runs, also where it takes nothing away."""
    tells: bool = False
    """It finds something out: that it ended badly is an answer, too."""


@dataclass(frozen=True, slots=True)
class Procedure:
    """The checklist of one kind."""

    kind: str
    name: str
    """A word or two."""
    title: str
    """In the seed's words."""
    rule: str
    """What it means for the drill, in the seed's words."""
    items: tuple[Item, ...]
    outcomes: tuple[str, ...]

    def item(self, name: str) -> Item | None:
        return next((each for each in self.items if each.id == name), None)

    def place(self, name: str) -> int:
        """The item's number on the list, from 1; 0 for none of it."""
        return next((n for n, each in enumerate(self.items, 1) if each.id == name), 0)


STOP = Item(
    "stop",
    "Stop the bot: SIGTERM, at most 10 s, SIGKILL only if it is still running",
    "stop",
    "pkill -TERM -f paper_trader\nsleep 10\npkill -9 -f paper_trader",
    "one process, by its number and start and not by a name; the wait ends when it is gone",
)
RESTART = Item(
    "restart",
    "Restart the bot from known state",
    "block",
    "python src/live/paper_trader.py --symbol BTCUSDT --side BUY --amount 100 &",
    "refused while a bot lives: two would trade at once",
    ("no bot",),
)
HEALTHY = Item(
    "healthy",
    "See that it is alive and healthy",
    "look",
    "",
    "started is not healthy: exactly one bot, and it said itself that it is",
)
MAKE = 'python -c "from src.models.position import PositionTracker; pt = PositionTracker()"'
LINES = """\
python -c "
import json
with open('logs/audit_trail.jsonl') as f:
    for i, line in enumerate(f, 1):
        try:
            json.loads(line)
        except json.JSONDecodeError as e:
            print(f'Line {i} corrupted: {e}')
"
"""
CHECK = 'sqlite3 positions.db "PRAGMA integrity_check;"'
DATABASE = Procedure(
    "database",
    "database damage",
    "Database Corruption Detected",
    "Do not deploy until root cause is identified and fixed",
    (
        Item(
            "check",
            "Check the integrity of the database",
            "block",
            CHECK,
            "the profile's database and not one of that name here, opened read-only: nothing is made",
            tells=True,
        ),
        STOP,
        Item(
            "aside",
            "Set the damaged file aside, with its journal",
            "block",
            "",
            "moved within its folder under a name with the time, never removed; its SHA-256 is on record",
            ("closed", "present"),
        ),
        Item(
            "restore",
            "Restore from the backup, if there is one",
            "block",
            "cp positions.db.backup positions.db",
            "only once the damaged file is aside and nobody has it open, from a backup that passes its check",
            ("closed", "absent", "backup"),
        ),
        Item(
            "reinitialise",
            "No backup: make an empty database. ALL POSITIONS ON RECORD ARE LOST",
            "block",
            f"rm positions.db\n{MAKE}",
            "nothing is removed: the damaged file stays where it was set aside",
            ("closed", "absent"),
            optional=True,
            word="data loss",
        ),
        Item("again", "Check the integrity again", "block", CHECK, "read-only, as above"),
        RESTART,
        HEALTHY,
        Item(
            "cause",
            "Note what is known of the root cause: do not deploy until it is identified and fixed",
            "person",
            "Database corruption during drill is a major red flag.",
        ),
    ),
    ("mended", "not mended", "false alarm"),
)
AUDIT = Procedure(
    "audit",
    "audit damage",
    "Audit Trail Corruption Detected",
    "This is CRITICAL: do not deploy until two-level locking is verified",
    (
        Item(
            "validate",
            "Validate all lines",
            "block",
            LINES.strip(),
            "the profile's audit trail, only read; it names the byte too, and ends with 1 for damage",
            tells=True,
        ),
        Item(
            "aside",
            "Set a copy aside as evidence",
            "block",
            "",
            "a copy under a name with the time, both hashed; the trail itself is not touched",
            ("present",),
        ),
        Item(
            "locking",
            "Look for the two-level locking",
            "block",
            'grep -n "fcntl" src/risk/manager.py',
            "the modules beside it too: the file lock and the thread lock may stand in one of their own",
            tells=True,
        ),
        Item(
            "verified",
            "Say whether two-level locking is verified: do not deploy until it is",
            "person",
            "Do not deploy until two-level locking is verified",
        ),
    ),
    ("mended", "not mended", "false alarm"),
)
HANG = Procedure(
    "hang",
    "hang",
    "System Hangs or Freezes",
    "Stop it, and restart from known state",
    (
        Item(
            "look", "Check the process status", "block", "ps aux | grep python", "it only looks", tells=True
        ),
        STOP,
        Item(
            "pkill",
            "Instead, where the console may not signal it: the seed's own lines",
            "block",
            "pkill -TERM -f paper_trader\nsleep 10\npkill -9 -f paper_trader",
            "shown with all that it hits before; the second is sent only where something is still running",
            optional=True,
        ),
        RESTART,
        HEALTHY,
    ),
    ("mended", "not mended", "false alarm"),
)
TELEGRAM = Procedure(
    "telegram",
    "Telegram silent",
    "Telegram Alerts Stop Working",
    "Continue drill using log monitoring only, document Telegram failure as action item",
    (
        Item(
            "reach",
            "Check the connectivity to Telegram",
            "look",
            "ping api.telegram.org",
            "the very address that the bot uses, by the request that it makes: a ping proves neither",
            tells=True,
        ),
        Item(
            "token",
            "Verify that the bot's token has not expired",
            "look",
            "Verify bot token hasn't expired",
            "asked of Telegram itself (getMe); the token is shown nowhere",
            tells=True,
        ),
        Item(
            "verify",
            "Check the Telegram bot's status",
            "block",
            "python scripts/verify_telegram.py",
            "in the project's folder and environment",
            tells=True,
        ),
        Item(
            "workaround",
            "Continue the drill using log monitoring only; Telegram's failure is an action item",
            "person",
            "Workaround: Continue drill using log monitoring only, document Telegram failure as action item.",
        ),
    ),
    ("workaround", "mended", "false alarm"),
)
PROCEDURES: dict[str, Procedure] = {each.kind: each for each in (DATABASE, AUDIT, HANG, TELEGRAM)}
"""By kind, the gravest first."""


def missing(emergency: Emergency) -> tuple[Item, ...]:
    """What must be done or skipped before it can be called mended, the next one first."""
    procedure = PROCEDURES.get(emergency.kind)
    return tuple(
        item
        for item in (procedure.items if procedure is not None else ())
        if not item.optional and not is_through(item, emergency.item(item.id))
    )


def is_through(item: Item, known: ItemState) -> bool:
    return known.done or known.status == "skipped" or (item.tells and known.status == "failed")


def in_shell(emergencies: Emergencies) -> str:
    """What of a checklist is in the shell, or about to be; empty for nothing."""
    found = emergencies.at_work
    if found is None:
        return ""
    procedure = PROCEDURES.get(found[0].kind)
    item = procedure.item(found[1]) if procedure is not None else None
    if procedure is None or item is None or item.how != "block":
        return ""
    return f"{procedure.name}, item {procedure.place(item.id)} of its checklist"
