"""The pre-flight without a drill: the native sections, and the project's own script run once beside them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import sys
from typing import Any

from thunes_tui.mask import Mask
from thunes_tui.server.environment import exchange_spec
from thunes_tui.server.opening import paths_of
from thunes_tui.server.preflight import NativePreflight, parse_script
from thunes_tui.server.spec import SessionSpec, shell_environment
from thunes_tui.server.world import world_pid
from thunes_tui.sources import procfs
from thunes_tui.sources.exchange import INHERITED, ExchangeWorker

SCRIPT_S = 120.0
MARK = "THUNES_PREFLIGHT"
"""Environment variable by which the script's processes are known again."""
LARGEST = 1 << 20
"""Bytes of the script's output that are read, the last ones."""
ROUNDS = 50
AGAIN_S = 0.02
"""Looks for processes of the script that were forked while the others were killed, and the time between."""


async def both(spec: SessionSpec, mask: Mask) -> tuple[list[dict[str, Any]], bool]:
    """A row a section with what either side says, and whether both pass."""
    environment = shell_environment(spec, spec.runtime)
    worker = ExchangeWorker(lambda: exchange_spec(spec.project, spec.profile, environment))
    rows: dict[int, dict[str, Any]] = {}
    try:
        native = NativePreflight(spec.project, spec.profile, environment, mask, worker)
        async for section in native.sections(1):
            rows[section.number] = {
                "number": section.number,
                "title": section.title,
                "native": section.verdict,
                "script": "",
                "detail": section.detail,
                "fix": section.fix,
            }
    finally:
        await worker.close()
    output, status = await run_script(spec, environment)
    sections, verdict = parse_script(mask.text(output), 1)
    for section in sections:
        if section.number in rows:
            rows[section.number]["script"] = section.verdict
    passed = verdict == "PASS" and status == 0 and all(r["native"] == "PASS" for r in rows.values())
    return list(rows.values()), passed


async def run_script(
    spec: SessionSpec, environment: dict[str, str], seconds: float = SCRIPT_S
) -> tuple[str, int]:
    """What the project's own script prints where the steps run, and how it ended; 124 when it took too long,
    and then nothing of what it started is left."""
    mark = secrets.token_hex(16)
    order = {
        "world": world_pid(spec.project, spec.profile),
        "cwd": str(spec.project),
        "environment": {**environment, MARK: mark},
        "text": paths_of(spec)["preflight_command"],
    }
    # No pipe: whatever the script leaves in the background would keep it open.
    with open(os.memfd_create("output"), "w+b", buffering=0) as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "thunes_tui.server.preflight_run",
            stdin=asyncio.subprocess.PIPE, stdout=output, stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in INHERITED if name in os.environ}, start_new_session=True,
        )  # fmt: skip
        try:
            async with asyncio.timeout(seconds):
                await process.communicate(json.dumps(order).encode("ascii") + b"\n")
        except TimeoutError:
            await end_all(mark)
            return f"the script did not end within {seconds:g} s", 124
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        size = output.seek(0, os.SEEK_END)
        output.seek(max(0, size - LARGEST))
        return output.read(LARGEST).decode("utf-8", "replace"), process.returncode or 0


async def end_all(mark: str) -> None:
    """Kill every process that the script started, told by what it inherited, whatever session it has begun.

    One of another user, or one that has thrown its environment away, is not found.
    """
    for _ in range(ROUNDS):
        if not await asyncio.to_thread(kill_marked, mark):
            return
        await asyncio.sleep(AGAIN_S)


def kill_marked(mark: str) -> int:
    """How many there were. A pid is held before it is looked at, so that no other process is hit."""
    found = 0
    for pid in procfs.pids():
        with contextlib.suppress(OSError):
            descriptor = os.pidfd_open(pid)
            try:
                if procfs.environ(pid).get(MARK) == mark:
                    signal.pidfd_send_signal(descriptor, signal.SIGKILL)
                    found += 1
            finally:
                os.close(descriptor)
    return found
