"""Probes: what the server looks up for a success criterion, answered with verdict, cause and evidence."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from thunes_tui.clock import Clock
from thunes_tui.config import Profile
from thunes_tui.drill.checks import PRINTED
from thunes_tui.drill.effects import AskProbe
from thunes_tui.drill.venue import DOWN, SILENT
from thunes_tui.events.box import PositionsCompared
from thunes_tui.events.steps import Evidence
from thunes_tui.observations import BaselineTaken, Happened, Probed
from thunes_tui.server import audit_probe, database_probe, reconcile_probe
from thunes_tui.server.guard import AWAY, Worker
from thunes_tui.server.reconcile_probe import PRE_CRASH, RESET, WAS_RESET, Reconciled
from thunes_tui.server.world import place, world_pid
from thunes_tui.sources import database
from thunes_tui.sources.database import Position

PATIENCE_S = 2.0
"""How long a locked database or an unfinished last line is given."""
AGAIN_S = 0.1
LARGEST = 16 * 1024 * 1024
"""Bytes of a file that a step writes and a probe reads."""
COARSE_US = 20_000
"""The kernel stamps files by its tick, which lags behind the clock."""


class TextMask(Protocol):
    def text(self, text: str) -> str: ...


class Prober:
    """Answers `AskProbe`, `TakeBaseline` and `CompareRecovered`. Reads; never writes, repairs or locks."""

    def __init__(
        self,
        project: Path,
        profile: Profile,
        clock: Clock,
        mask: TextMask,
        worker: Worker,
        telegram: Callable[[], Awaitable[tuple[bool, str]]] | None = None,
    ) -> None:
        """`telegram` says whether it can be reached; without it nobody doubts a missing alert."""
        self._project = project
        self._profile = profile
        self._clock = clock
        self._mask = mask
        self._worker = worker
        self._telegram = telegram
        self._audit = project / profile.paths.audit
        self._database = project / profile.paths.database

    async def probe(self, asked: AskProbe) -> Probed:
        """The answer, whatever goes wrong: trouble of ours is NOT VERIFIED, never a PASS."""
        ways = {
            "file": self._file,
            "positions": self._positions,
            "database": self._sound,
            "audit_intact": self._intact,
        }
        way = self._doubted if asked.doubt else ways.get(asked.check.kind)
        if way is None:
            return Probed(asked.criterion, "NOT VERIFIED", f"nothing here can look up {asked.check.kind}")
        try:
            answer = await way(asked)
        except OSError as error:
            return Probed(asked.criterion, "NOT VERIFIED", f"it could not be looked up: {error.strerror}")
        found = answer.evidence
        if found is None or found.identity:
            return answer
        return replace(answer, evidence=replace(found, identity=self._identity(found)))

    def _identity(self, found: Evidence) -> tuple[int, ...]:
        """Device and inode of the file that the evidence names; empty for none."""
        paths = {"audit": self._audit, "database": self._database}
        if found.source == "file":
            paths["file"] = place(self._project, world_pid(self._project, self._profile), found.file)
        if not found.file or found.source not in paths:
            return ()
        try:
            status = paths[found.source].stat()
        except OSError:
            return ()
        return status.st_dev, status.st_ino

    async def baseline(self, test: str) -> BaselineTaken:
        """How the audit trail stands as a test begins."""
        try:
            found = await asyncio.to_thread(audit_probe.prefix, self._audit)
        except OSError:
            return BaselineTaken(test, -1, "")
        return BaselineTaken(test, found.size, found.sha256, found.lines)

    async def compare_recovered(self, before: tuple[Position, ...]) -> Happened:
        """After a restart: the open positions against those before the death."""
        now = await self._read_positions()
        if isinstance(now, str):
            return Happened((PositionsCompared(PRE_CRASH, equal=False, problem=now),))
        return Happened((reconcile_probe.with_before(before, [each.row for each in now]).compared,))

    async def _file(self, asked: AskProbe) -> Probed:
        """The step was to write it: there, not older than the step, and JSON where JSON is wanted."""
        want = dict(asked.check.want)
        name = str(want.get("path", ""))
        pid = world_pid(self._project, self._profile)
        path = place(self._project, pid, name)
        verdict, cause, sha256 = await asyncio.to_thread(_judge_file, path, name, want, asked.started_us)
        latency = self._latency_ms(asked)
        return Probed(
            asked.criterion, verdict, cause, Evidence("file", name, None, sha256, latency, 20.0, cause)
        )

    async def _positions(self, asked: AskProbe) -> Probed:
        against = str(dict(asked.check.want).get("compare", PRE_CRASH))
        now = await self._read_positions()
        if isinstance(now, str):
            unclear = now in (database.LOCKED, database.UNCOMMITTED)
            compared = PositionsCompared(against, equal=False, problem=now)
            evidence = Evidence("database", self._profile.paths.database, detail=now)
            verdict = "NOT VERIFIED" if unclear else "FAIL"
            return Probed(asked.criterion, verdict, now, evidence, (compared,))
        if against == "exchange":
            return await self._at_exchange(asked, now)
        found = reconcile_probe.with_before(asked.before, [each.row for each in now])
        return self._reconciled(asked, found, "database")

    async def _doubted(self, asked: AskProbe) -> Probed:
        """A FAIL that an exchange which is down or was reset would explain; all else leaves it as it is.

        Of a missing alert Telegram is asked instead: where it is there, the alert was the bot's to send.
        """
        if asked.check.kind == "telegram":
            return await self._doubted_alert(asked)
        local = await self._read_positions()
        now = () if isinstance(local, str) else local
        answer = await self._ask_exchange(now)
        if answer.get("kind") in AWAY:
            cause = f"{DOWN} ({answer.get('error', 'no answer')}): {asked.doubt}"
            return Probed(asked.criterion, "NOT VERIFIED", cause, asked.evidence)
        if answer.get("ok") and asked.check.kind in PRINTED:
            found = reconcile_probe.with_exchange(now, frozenset(), answer)
            if RESET in {row[4] for row in found.compared.rows}:
                return Probed(asked.criterion, "NOT VERIFIED", f"{WAS_RESET}: {asked.doubt}", asked.evidence)
        return Probed(asked.criterion, "FAIL", asked.doubt, asked.evidence)

    async def _doubted_alert(self, asked: AskProbe) -> Probed:
        reached, words = await self._telegram() if self._telegram is not None else (True, "")
        if not reached:
            cause = f"{SILENT} ({self._mask.text(words)}): {asked.doubt}"
            return Probed(asked.criterion, "NOT VERIFIED", cause, asked.evidence)
        cause = f"{asked.doubt}, and {self._mask.text(words)}" if words else asked.doubt
        return Probed(asked.criterion, "FAIL", cause, asked.evidence)

    async def _ask_exchange(self, now: tuple[database.OpenPosition, ...]) -> dict[str, Any]:
        return await self._worker.ask(
            {
                "do": "positions",
                "symbols": [each.symbol for each in now],
                "order_ids": [each.order_id for each in now],
            }
        )

    async def _at_exchange(self, asked: AskProbe, now: tuple[database.OpenPosition, ...]) -> Probed:
        known = await asyncio.to_thread(database.known_orders, self._database)
        answer = await self._ask_exchange(now)
        if not answer.get("ok"):
            down = f"{DOWN}: " if answer.get("kind") in AWAY else ""
            problem = f"{down}the exchange did not tell: {answer.get('error', 'no answer')}"
            compared = PositionsCompared("exchange", equal=False, problem=problem)
            evidence = Evidence("exchange", detail=problem)
            return Probed(asked.criterion, "NOT VERIFIED", problem, evidence, (compared,))
        return self._reconciled(asked, reconcile_probe.with_exchange(now, known, answer), "exchange")

    def _reconciled(self, asked: AskProbe, found: Reconciled, source: str) -> Probed:
        rows = json.dumps(found.compared.rows).encode()
        evidence = Evidence(
            source,
            self._profile.paths.database if source == "database" else "",
            sha256=hashlib.sha256(rows).hexdigest(),
            latency_ms=self._latency_ms(asked),
            detail=self._mask.text(rows.decode())[:300],
        )
        return Probed(asked.criterion, found.verdict, found.cause, evidence, (found.compared,))

    async def _read_positions(self) -> tuple[database.OpenPosition, ...] | str:
        """The open positions, or why they cannot be read; a lock is waited for."""
        deadline = self._clock.now().m + int(PATIENCE_S * 1e9)
        while True:
            try:
                return await asyncio.to_thread(database.open_positions, self._database)
            except database.Unreadable as error:
                if str(error) != database.LOCKED or self._clock.now().m >= deadline:
                    return str(error)
            await asyncio.sleep(AGAIN_S)

    async def _sound(self, asked: AskProbe) -> Probed:
        """Structure, schema and journal of the database, on a copy."""
        deadline = self._clock.now().m + int(PATIENCE_S * 1e9)
        while True:
            found = await asyncio.to_thread(database_probe.examine, self._database)
            if found.cause != database.LOCKED or self._clock.now().m >= deadline:
                break
            await asyncio.sleep(AGAIN_S)
        latency = self._latency_ms(asked)
        name = self._profile.paths.database
        evidence = Evidence("database", name, None, found.sha256, latency, detail=found.cause)
        veto = "database" if found.verdict == "FAIL" else ""
        return Probed(asked.criterion, found.verdict, found.cause, evidence, veto=veto)

    async def _intact(self, asked: AskProbe) -> Probed:
        """The audit trail's beginning is unchanged, every line is a record, and the last one is finished."""
        found = await asyncio.to_thread(audit_probe.prefix, self._audit)
        deadline = self._clock.now().m + int(PATIENCE_S * 1e9)
        while found.tail and self._clock.now().m < deadline:
            # Half of all looks at a busy file end in mid-record; only one that stays so is torn.
            await asyncio.sleep(AGAIN_S)
            found = await asyncio.to_thread(audit_probe.prefix, self._audit)
        verdict, cause, offset = await asyncio.to_thread(self._judge_audit, asked, found)
        latency = self._latency_ms(asked)
        evidence = Evidence("audit", self._profile.paths.audit, offset, found.sha256, latency, detail=cause)
        veto = "audit" if verdict == "FAIL" else ""
        return Probed(asked.criterion, verdict, cause, evidence, veto=veto)

    def _latency_ms(self, asked: AskProbe) -> float | None:
        """From the start of the step's command to now; None when nobody knows when it started."""
        return round((self._clock.now().t - asked.started_us) / 1000, 1) if asked.started_us > 0 else None

    def _judge_audit(self, asked: AskProbe, found: audit_probe.Prefix) -> tuple[str, str, int | None]:
        if not self._audit.exists():
            return "FAIL", f"there is no {self._profile.paths.audit}", None
        if asked.audit_size > 0:
            before = audit_probe.hash_of(self._audit, asked.audit_size)
            if before is None:
                return "FAIL", f"it is shorter than the {asked.audit_size} bytes it had as the test began", 0
            if before != asked.audit_sha256:
                return (
                    "FAIL",
                    f"its first {asked.audit_size} bytes are not what they were as the test began",
                    0,
                )
        bad = audit_probe.damage(self._audit)
        if bad is not None:
            return "FAIL", f"damaged at byte {bad.offset}, line {bad.line}: {bad.what}", bad.offset
        if found.tail:
            return "FAIL", f"its last line is torn: {found.tail} bytes without an end", found.size
        if asked.audit_size < 0:
            return "NOT VERIFIED", f"{found.lines} good records, but nobody knows how it stood before", None
        return "PASS", f"{found.lines} good records, the first {asked.audit_size} bytes unchanged", None


def _judge_file(path: Path, name: str, want: dict[str, Any], started_us: int) -> tuple[str, str, str]:
    """Verdict, cause and hash of a file that a step was to write."""
    try:
        status = path.stat()
    except OSError:
        return "FAIL", f"{name} does not exist", ""
    if not path.is_file():
        return "FAIL", f"{name} is no file", ""
    with open(path, "rb") as file:
        content = file.read(LARGEST)
    sha256 = hashlib.sha256(content).hexdigest()
    if want.get("newer", True) and status.st_mtime_ns // 1000 < started_us - COARSE_US:
        return "FAIL", f"{name} is older than the step that was to write it", sha256
    if not content.strip():
        return "FAIL", f"{name} is empty", sha256
    if want.get("json", False):
        try:
            json.loads(content)
        except ValueError as error:
            return "FAIL", f"{name} is no JSON: {error}", sha256
    return "PASS", f"{name} was written, {len(content)} bytes", sha256
