"""How the box is left: open orders, positions, jobs of the shell, files in /tmp. It changes nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from thunes_tui import keeper
from thunes_tui.config import Profile
from thunes_tui.drill.effects import AskProbe, LookAround
from thunes_tui.drill.left_safe import ROWS, Row
from thunes_tui.drill.model import DrillState
from thunes_tui.observations import LeftSafeSeen
from thunes_tui.runbook.model import Check
from thunes_tui.server.guard import Worker
from thunes_tui.server.probes import Prober
from thunes_tui.server.world import place, world_pid
from thunes_tui.sources import procfs
from thunes_tui.text import counted

PATIENCE_S = 15.0
"""For each row; what takes longer is UNKNOWN."""
AGREED = {"PASS": "PASS", "VACUOUS": "PASS", "FAIL": "FAIL"}
MOST = 4
"""Names that a row says before it counts."""
Job = tuple[int, str]


class Surroundings:
    """One project's. `mask` takes secrets out of command lines and names."""

    def __init__(
        self, project: Path, profile: Profile, prober: Prober, worker: Worker, mask: Callable[[str], str]
    ) -> None:
        self._project = project
        self._profile = profile
        self._prober = prober
        self._worker = worker
        self._mask = mask

    async def look(self, asked: LookAround, jobs: list[Job] | None) -> LeftSafeSeen:
        """All rows but those that the drill knows by itself. `jobs` as they were when it was asked."""
        rows = (
            await _in_time(ROWS[2], self._orders()),
            await _in_time(ROWS[3], self._positions()),
            self._jobs(jobs),
            await _in_time(ROWS[5], asyncio.to_thread(self._files, asked)),
        )
        return LeftSafeSeen(asked.attempt, rows)

    async def _orders(self) -> Row:
        answer = await self._worker.ask({"do": "open_orders"})
        if not answer.get("ok"):
            return (
                ROWS[2],
                "UNKNOWN",
                f"the exchange did not tell: {answer.get('error', 'no answer')}",
                "exchange",
            )
        orders = answer["orders"]
        if not orders:
            return (ROWS[2], "PASS", "none at the exchange", "exchange, signed request")
        words = [f"{o['side']} {o['origQty']} {o['symbol']} order {o['orderId']}" for o in orders]
        return (ROWS[2], "FAIL", f"{len(orders)} open: {self._names(words)}", "exchange, signed request")

    async def _positions(self) -> Row:
        check = Check("positions", 0, PATIENCE_S, (("compare", "exchange"),))
        found = await self._prober.probe(AskProbe("left_safe", check, "", 0))
        return (
            ROWS[3],
            AGREED.get(found.verdict, "UNKNOWN"),
            self._mask(found.cause),
            f"{self._profile.paths.database} and the exchange",
        )

    def _jobs(self, jobs: list[Job] | None) -> Row:
        if jobs is None:
            return (ROWS[4], "UNKNOWN", "the drill has no shell any more to look at", "")
        source = "processes of the shell's session and terminal"
        if not jobs:
            return (ROWS[4], "PASS", "none but the bot", source)
        words = [f"{pid} {' '.join(line.split())[:60]}" for pid, line in jobs]
        return (ROWS[4], "FAIL", f"{len(jobs)} left: {self._names(words)}", source)

    def _files(self, asked: LookAround) -> Row:
        """Those that the steps name, where they are newer than the drill; others are counted only."""
        world = world_pid(self._project, self._profile)
        if self._profile.world.file and world is None:
            return (ROWS[5], "UNKNOWN", "the project's world is down: its /tmp cannot be seen", "")
        left = [n for n in asked.named if _is_newer(place(self._project, world, n), asked.since_us)]
        folder = place(self._project, world, "/tmp")  # noqa: S108 - looked at, never written to
        others = _changed_in(folder, asked.since_us) - {name.split("/")[2] for name in left}
        more = f"; {len(others)} more of this user changed there since" if others else ""
        source = f"{folder}, that of the project's world" if world is not None else str(folder)
        if left:
            made = counted(len(left), "file")
            return (ROWS[5], "FAIL", f"{made} made by steps: {self._names(left)}{more}", source)
        return (ROWS[5], "PASS", f"none that a step which ran names{more}", source)

    def _names(self, words: list[str]) -> str:
        rest = f" and {len(words) - MOST} more" if len(words) > MOST else ""
        return self._mask(", ".join(words[:MOST])) + rest


async def _in_time(name: str, looking: Awaitable[Row]) -> Row:
    """Trouble of ours is UNKNOWN, whatever it is."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await looking
    except TimeoutError:
        return (name, "UNKNOWN", f"nobody could tell within {PATIENCE_S:g} s", "")
    except Exception as error:  # noqa: BLE001 - a row that cannot be looked at must not hide the others
        return (name, "UNKNOWN", f"it could not be looked at: {type(error).__name__}", "")


def jobs_of(shell: int, state: DrillState) -> list[Job] | None:
    """What runs in the shell's session or on its terminal beside the bot; None where there is no shell."""
    known = procfs.stat(shell)
    if known is None or known.dead:
        return None
    kept = {p.pid for p in state.processes if p.alive and p.role in ("bot", "child")}
    pids = [pid for pid in keeper.jobs(shell, _terminal(shell)) if pid not in kept]
    return [(pid, " ".join(procfs.argv(pid))) for pid in sorted(pids) if not kept & {*procfs.ancestors(pid)}]


def _terminal(pid: int) -> int:
    """The number of its terminal as /proc has it; one that nothing has where it cannot be read."""
    try:
        raw = (procfs.PROC / str(pid) / "stat").read_bytes()
        return int(raw.rpartition(b")")[2].split()[4]) or -1
    except (OSError, ValueError, IndexError):
        return -1


def _is_newer(path: Path, since_us: int) -> bool:
    try:
        return path.lstat().st_ctime_ns // 1000 >= since_us
    except OSError:
        return False


def _changed_in(folder: Path, since_us: int) -> set[str]:
    """Names directly in it that are ours and have changed since."""
    found = set()
    for entry in os.scandir(folder):
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        if status.st_uid == os.getuid() and status.st_ctime_ns // 1000 >= since_us:
            found.add(entry.name)
    return found
