"""The house's floors and walls, in the configuration and in running processes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import tree

LINTER = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
SCREEN = ("textual", "rich", "pygments", "markdown_it")
EXCHANGE = ("ccxt", "aiohttp", "requests")
LATE = ("msgspec", "markdown_it", "pyghostty", "cffi", "pyavt")
"""What may come after the first paint, or never."""


def _imports(*names: str) -> set[str]:
    """Top-level modules that are loaded after these have been imported in a process of their own."""
    code = f"import sys, {', '.join(names)}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tree.ROOT, capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in done.stdout.split()}


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LINTER],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(folder)},
    )


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("drill/decide.py", "from thunes_tui.journal import codec", "floor by floor"),
        ("runbook/parse.py", "import asyncio", "are pure"),
        ("drill/apply.py", "import time", "are pure"),
        ("server/hub.py", "import textual", "Textual lives"),
        ("sources/exchange.py", "def late():\n    import ccxt", "exchange library"),
        ("server/guard.py", "import aiohttp", "HTTP servers"),
        ("command/console.py", "from thunes_tui.sandbox import world", "knows the sandbox"),
        ("ui/start.py", "from thunes_tui.journal import codec", "past its connection"),
        ("newcomer.py", "import os", "floor by floor"),
    ],
)
def test_each_contract_can_be_broken(module: str, line: str, broken: str, tmp_path: Path) -> None:
    """A line in the wrong place, planted into a copy, breaks the contract that forbids it."""
    for name in ("thunes_tui", "pyproject.toml"):
        source = tree.ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    planted = tmp_path / "thunes_tui" / module
    with planted.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    told = _lint(tmp_path)
    assert told.returncode == 1, told.stdout + told.stderr
    assert any(broken in row and "BROKEN" in row for row in told.stdout.splitlines()) or (
        module == "newcomer.py" and "newcomer" in told.stdout
    ), told.stdout


def test_the_command_line_alone_costs_nothing() -> None:
    """`--help`, a wrong verb and the launcher load neither a screen nor a loop."""
    heavy = {*SCREEN, *EXCHANGE, *LATE, "asyncio", "sqlite3", "psutil", "orjson", "ssl"}
    assert not _imports("thunes_tui.cli", "thunes_tui.launcher") & heavy


def test_the_keeper_is_made_of_the_standard_library() -> None:
    """It outlives everything, so it must not grow."""
    loaded = _imports("thunes_tui.keeper")
    assert not loaded & {*SCREEN, *EXCHANGE, *LATE, "asyncio", "psutil", "orjson", "platformdirs"}


def test_the_server_has_no_screen() -> None:
    """Nor an exchange library or an HTTP server: those run in processes of their own."""
    loaded = _imports("thunes_tui.server.start", "thunes_tui.server.service", "thunes_tui.rehearse")
    assert not loaded & {*SCREEN, *EXCHANGE}


def test_the_pure_core_needs_nothing() -> None:
    """Deciding and reading a runbook load no loop, no screen, no database."""
    loaded = _imports("thunes_tui.drill.decide", "thunes_tui.drill.apply", "thunes_tui.runbook.parse")
    assert not loaded & {
        *SCREEN,
        *EXCHANGE,
        *LATE,
        "asyncio",
        "sqlite3",
        "psutil",
        "orjson",
        "subprocess",
        "socket",
    }


def test_the_console_stays_light_until_its_first_paint() -> None:
    """What only a filter, a setting or a shell needs is loaded when it is needed."""
    panes = [f"thunes_tui.ui.panes.{p.stem}" for p in (tree.PACKAGE / "ui" / "panes").glob("[a-z]*.py")]
    loaded = _imports("thunes_tui.ui.start", "thunes_tui.ui.app", "thunes_tui.connection", *sorted(panes))
    assert not loaded & {*EXCHANGE, *LATE, "sqlite3", "psutil"}
