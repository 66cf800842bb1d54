"""Damage that stood in the bot's files before the session began: no new line will ever tell of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

from thunes_tui.drill.emergency_signs import DAMAGED
from thunes_tui.emergency_observations import DamageFound
from thunes_tui.server import audit_probe, database_probe
from thunes_tui.server.preflight_sections import line_start
from thunes_tui.server.spec import SessionSpec

LONGEST = 64 << 20
"""Bytes of the audit trail's end that are read; the checklist's own item reads all of a longer one."""


async def look(spec: SessionSpec, observe: Callable[[DamageFound], None]) -> None:
    """Once, as a session begins."""
    audit, shown, database = spec.place("audit"), spec.profile.paths.audit, spec.place("database")
    for each in await asyncio.to_thread(found, audit, shown, database):
        observe(each)


def found(audit: Path, shown: str, database: Path) -> tuple[DamageFound, ...]:
    """What is wrong with either now. Blocks: call it in a thread."""
    return (*_audit(audit, shown), *_database(database))


def _audit(path: Path, shown: str) -> Iterator[DamageFound]:
    try:
        size = path.stat().st_size
        start = line_start(path, size - LONGEST)
        bad = audit_probe.damage(path, start)
    except OSError:
        return  # one that is not there yet is the source's to tell
    if bad is not None and bad.offset < size:  # what has come since is followed, line by line
        line = f", line {bad.line}" if not start else ""
        words = f"the audit trail ({shown}) is damaged at byte {bad.offset}{line}: {bad.what}"
        yield DamageFound("audit", f"{words}; it stood there before this session")


def _database(path: Path) -> Iterator[DamageFound]:
    seen = database_probe.examine(path)
    if seen.verdict == "FAIL" and (DAMAGED.search(seen.cause) or "integrity check:" in seen.cause):
        yield DamageFound("database", f"{path.name}: {seen.cause}, before this session")
