"""The client of the exchange worker: started when it is first asked, killed when it hangs, gone when idle."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

ANSWER_S = 10.0
"""From question to answer."""
START_S = 20.0
"""The first answer of a new worker may take so long: on a small box the import alone takes seconds."""
IDLE_S = 60.0
LIMIT = 1 << 20
"""Longest answer, bytes."""
INHERITED = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "SSL_CERT_FILE",
    "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy",
    "https_proxy", "no_proxy",
)  # fmt: skip
"""The only variables of ours that the worker sees."""


@dataclass(frozen=True, slots=True)
class Spec:
    """Which exchange, and with which keys; travels through a pipe alone."""

    library: str
    url: str
    key: str
    secret: str
    quote: str = "USDT"

    def __repr__(self) -> str:
        return f"Spec({self.library}, {self.url})"


class ExchangeWorker:
    """Asks one question at a time. A changed spec (the `.env` was edited) starts a new worker."""

    def __init__(self, spec: Spec | Callable[[], Spec], environ: Mapping[str, str] | None = None) -> None:
        self._spec = spec
        self._environ = os.environ if environ is None else environ
        self._process: asyncio.subprocess.Process | None = None
        self._running: Spec | None = None
        self._lock = asyncio.Lock()
        self._idle: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """Of the living worker; None when there is none just now."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """The answer: `ok` with what was asked for, or not `ok` with `kind` and `error`, one line.

        `kind` is `denied`, `down`, `error`, `timeout` or `worker`. Never raises for the exchange's sake.
        """
        async with self._lock:
            if self._idle is not None:
                self._idle.cancel()
            try:
                return await self._ask(question)
            except TimeoutError:
                await self._end()
                return {"ok": False, "kind": "timeout", "error": "the exchange did not answer in time"}
            except (OSError, ValueError, EOFError) as error:
                await self._end()
                return {"ok": False, "kind": "worker", "error": f"the exchange worker failed: {error}"}
            except asyncio.CancelledError:
                # Its answer would be taken for the next question's.
                await asyncio.shield(self._end())
                raise
            finally:
                self._idle = asyncio.get_running_loop().call_later(IDLE_S, self._kill)

    async def close(self) -> None:
        """End the worker, if there is one."""
        if self._idle is not None:
            self._idle.cancel()
        await self._end()

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        spec = self._spec() if callable(self._spec) else self._spec
        process = self._process
        fresh = process is None or process.returncode is not None or spec != self._running
        if fresh:
            await self._end()
            process = await self._start(spec)
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(question).encode("ascii") + b"\n")
        async with asyncio.timeout(START_S if fresh else ANSWER_S):
            await process.stdin.drain()
            line = await process.stdout.readline()
        if not line:
            raise EOFError("it ended without an answer")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def _start(self, spec: Spec) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "thunes_tui.sources.exchange_worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: self._environ[name] for name in INHERITED if name in self._environ},
            start_new_session=True,
            limit=LIMIT,
        )
        self._process, self._running = process, spec
        assert process.stdin is not None
        process.stdin.write(json.dumps(asdict(spec)).encode("ascii") + b"\n")
        return process

    def _kill(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()

    async def _end(self) -> None:
        process, self._process, self._running = self._process, None, None
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
