"""The pre-flight without a drill: the native sections, and the project's own script run once beside them."""

from __future__ import annotations

import asyncio
from typing import Any

from thunes_tui.mask import Mask
from thunes_tui.server.environment import exchange_spec
from thunes_tui.server.opening import paths_of
from thunes_tui.server.preflight import NativePreflight, parse_script
from thunes_tui.server.spec import SessionSpec, shell_environment
from thunes_tui.sources.exchange import ExchangeWorker

SCRIPT_S = 120.0


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


async def run_script(spec: SessionSpec, environment: dict[str, str]) -> tuple[str, int]:
    """What the project's own script prints, and how it ended; 124 when it took too long."""
    process = await asyncio.create_subprocess_exec(
        "bash", "-s",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env=environment, start_new_session=True,
    )  # fmt: skip
    text = paths_of(spec)["preflight_command"].encode()
    try:
        output, _ = await asyncio.wait_for(process.communicate(text), SCRIPT_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        return "the script did not end", 124
    return output.decode("utf-8", "replace"), process.returncode or 0
