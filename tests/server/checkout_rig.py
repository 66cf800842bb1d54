"""A small checkout to look at: real files, a real database, a process that is started as the bot is."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

KEY, SECRET = "k" * 64, "s" * 64
SCRIPT = "src/live/paper_trader.py"
WAITS = "import sys, time\nprint('up', flush=True)\ntime.sleep(120)\n"
SCHEMA = (
    "CREATE TABLE positions (id INTEGER PRIMARY KEY, symbol TEXT, quantity REAL, entry_price REAL,"
    " entry_time TEXT, exit_price REAL, exit_time TEXT, pnl REAL, status TEXT, order_id TEXT,"
    " created_at TEXT, exit_order_id TEXT)"
)
ENVIRON = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
"""What a bot of these tests is started with: none of the machine's own settings."""


def make_checkout(folder: Path, url: str = "https://testnet.binance.vision", **env: str) -> Path:
    """A checkout without a bot running; `env` is added to its `.env`."""
    for name in ("src/live", "src/risk", "src/models", "scripts", "logs", "data", ".venv/bin"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    values = {
        "ENVIRONMENT": "testnet  # the only one",
        "BINANCE_TESTNET_API_KEY": f'"{KEY}"',
        "BINANCE_TESTNET_API_SECRET": f"'{SECRET}'",
        "BINANCE_TESTNET_BASE_URL": url,
        "BINANCE_API_KEY": "your_live_api_key_here",
        **env,
    }
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    (folder / SCRIPT).write_text(WAITS)
    (folder / "src/risk/manager.py").write_text("import fcntl, threading\nlock = threading.Lock()\n")
    (folder / "src/models/position.py").write_text("")
    (folder / "scripts/disaster_recovery_drill.md").write_text("# Drill\n")
    (folder / "scripts/dr_drill_preflight.sh").write_text("exit 0\n")
    (folder / ".venv/bin/activate").write_text("")
    return folder


def make_database(path: Path, *rows: tuple[str, float, float, str, str]) -> Path:
    """Open positions as symbol, quantity, entry price, order id, entry time."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(SCHEMA)
        connection.executemany(
            "INSERT INTO positions (symbol, quantity, entry_price, order_id, entry_time, status)"
            " VALUES (?, ?, ?, ?, ?, 'OPEN')",
            rows,
        )
    return path


def leave_hot_journal(path: Path) -> None:
    """A writer that is killed in the middle of a transaction which has reached the file already."""
    program = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA cache_size = 2')\n"
        "c.execute('BEGIN IMMEDIATE')\n"
        "c.executemany(\"INSERT INTO positions (symbol, quantity, status) VALUES (?, 1, 'OPEN')\",\n"
        "              [('X' * 500,)] * 2000)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    status = os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", program, str(path)])
    assert status == -signal.SIGKILL
    assert Path(f"{path}-journal").stat().st_size > 0, "the crash left no journal: nothing is tested"


@asynccontextmanager
async def started(
    project: Path, *arguments: str, environ: dict[str, str] | None = None, command: str = SCRIPT
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A Python that runs the project's script, from its folder, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        command,
        *arguments,
        cwd=project,
        env=ENVIRON if environ is None else environ,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 10) == b"up\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
