"""What the console looks at itself in each section of the pre-flight; nothing of the bot is imported."""

from __future__ import annotations

import ast
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from thunes_tui.config import Profile
from thunes_tui.server import audit_probe, guard
from thunes_tui.server.environment import Settings, is_filled
from thunes_tui.sources import audit, database

DISK_MB = 500
MEMORY_MB = 200
AUDIT_BYTES = 8 << 20
"""How much of a long audit trail's end is read."""


@dataclass(slots=True)
class Found:
    """What one section gave: the first problem decides, remarks are for reading."""

    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    fix: str = ""
    """What to do about the problem, where it is not what the section's usual one needs."""

    @property
    def verdict(self) -> str:
        return "FAIL" if self.problems else "PASS"

    @property
    def detail(self) -> str:
        return "; ".join(self.problems or self.remarks)


def environment(project: Path, profile: Profile, settings: Settings) -> Found:
    """The `.env` with its keys, the virtual environment, and nothing that speaks against testnet."""
    found = Found()
    if settings.problem:
        found.problems.append(settings.problem)
    if not (project / profile.paths.activate).is_file():
        found.problems.append(f"there is no virtual environment: {profile.paths.activate} is missing")
    found.problems += guard.settings_reasons(settings, profile, "")
    found.remarks.append(f"{profile.venue.environment_key} is {settings.get(profile.venue.environment_key)}")
    return found


def telegram_settings(settings: Settings) -> Found:
    """Token and chat id are there; whether they work is asked of the service itself."""
    missing = [
        name for name in ("TELEGRAM_BOT_TOKEN", "TELEGRAM_CHAT_ID") if not is_filled(settings.get(name))
    ]
    return Found([f"{' and '.join(missing)} not set"] if missing else [])


def position_tracker(path: Path) -> Found:
    """The database can be read and has its table; how many positions are open is said."""
    found = Found()
    try:
        rows = (
            database.query(path, "PRAGMA quick_check(1)")
            if path.exists() and path.stat().st_size < 64 << 20
            else []
        )
        if rows and rows != [("ok",)]:
            found.problems.append(f"damaged: {rows[0][0]}")
        positions = database.open_positions(path)
    except database.Unreadable as error:
        found.problems.append(str(error))
        return found
    if positions:
        named = ", ".join(f"{each.symbol} {each.quantity}" for each in positions[:4])
        found.remarks.append(f"{len(positions)} open: {named}")
    else:
        found.remarks.append("no open position: create one, or skip Test 1")
    return found


def risk_manager(project: Path, profile: Profile) -> Found:
    """Its source is there, is Python, and locks on both levels; and the audit trail does not say ON."""
    found = Found()
    sources = [name for name in profile.paths.required if "risk" in name and name.endswith(".py")]
    for name in sources or ["src/risk/manager.py"]:
        path = project / name
        try:
            text = path.read_text(encoding="utf-8")
            ast.parse(text, filename=name)
        except OSError as error:
            found.problems.append(f"{name} cannot be read: {error.strerror}")
            continue
        except (SyntaxError, ValueError) as error:
            found.problems.append(f"{name} is no Python: {error}")
            continue
        locks = [lock for lock in _siblings(path) if "fcntl" in lock and "Lock" in lock]
        if not locks:
            found.problems.append(f"{name} shows no two-level locking: fcntl and a thread lock")
    last = _last_switch(project / profile.paths.audit)
    if last == "KILL_SWITCH_ACTIVATED":
        found.problems.append(
            "the audit trail says the kill switch is ON: deactivate it by the operational runbook"
        )
    found.remarks.append(
        "two-level locking is there" + ("" if last else "; the audit trail never saw the switch")
    )
    return found


def _siblings(path: Path) -> Iterator[str]:
    """The text of the module and of those beside it: the lock may live in a file of its own."""
    for each in sorted(path.parent.glob("*.py")):
        yield each.read_text(encoding="utf-8", errors="replace")


def _last_switch(path: Path) -> str:
    """The event of the last record on the kill switch in the end of the audit trail; empty for none."""
    try:
        start = max(0, path.stat().st_size - AUDIT_BYTES)
        with open(path, "rb") as file:
            file.seek(start)
            lines = file.read().split(b"\n")
    except OSError:
        return ""
    return next((name for line in reversed(lines) if (name := audit.switch_event(line))), "")


def audit_trail(path: Path) -> Found:
    """It is there or can be made, can be appended to, and every line of its end is a record."""
    found = Found()
    if not path.exists():
        folder = path.parent if path.parent.exists() else path.parent.parent
        if os.access(folder, os.W_OK):
            found.remarks.append("no record yet; the first decision begins it")
        else:
            found.problems.append(f"{path.name} does not exist and {path.parent.name}/ cannot be written")
        return found
    if not path.is_file():
        found.problems.append(f"{path.name} is no file")
        return found
    if not os.access(path, os.W_OK):
        found.problems.append(f"{path.name} cannot be appended to by this user")
    try:
        start = line_start(path, path.stat().st_size - AUDIT_BYTES)
        bad = audit_probe.damage(path, start)
    except OSError as error:
        found.problems.append(f"{path.name} cannot be read: {error.strerror}")
        return found
    if bad is not None:
        found.problems.append(f"{path.name} is damaged at byte {bad.offset}: {bad.what}")
    found.remarks.append("every record reads" + (f" in the last {AUDIT_BYTES >> 20} MB" if start else ""))
    return found


def line_start(path: Path, offset: int) -> int:
    """Where the first line begins that lies wholly behind that byte; 0 for none and for less."""
    if offset <= 0:
        return 0
    with open(path, "rb") as file:
        file.seek(offset)
        file.readline()
        return file.tell()


def required_files(project: Path, profile: Profile) -> Found:
    missing = [name for name in profile.paths.required if not (project / name).is_file()]
    if missing:
        return Found([f"missing: {', '.join(missing)}"])
    return Found(remarks=[f"all {len(profile.paths.required)} are there"])


def system_resources(project: Path, bots: tuple[int, ...]) -> Found:
    """Disk, memory, load, a way to be woken, and not two bots."""
    found = Found()
    free = shutil.disk_usage(project).free >> 20
    if free < DISK_MB:
        found.problems.append(f"only {free} MB of disk are free, {DISK_MB} are needed")
    memory = _memory_mb()
    if memory is not None and memory < MEMORY_MB:
        found.problems.append(f"only {memory} MB of memory are available, {MEMORY_MB} are needed")
    if len(bots) > 1:
        found.problems.append(f"{len(bots)} bots run (pids {', '.join(map(str, bots))}): stop all but one")
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    busy = f"load {load:.1f} on {cores} cores" + (", the box is busy" if load > 4 * cores else "")
    found.remarks += [f"{free} MB disk", f"{memory} MB memory", busy]
    if not Path("/proc/sys/fs/inotify/max_user_watches").exists():
        found.remarks.append("no inotify: files are polled")
    if not bots:
        found.remarks.append("no bot runs: start it before Test 3")
    return found


def _memory_mb() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = next((line for line in lines if line.startswith("MemAvailable:")), "")
    return int(found.split()[1]) >> 10 if found else None
