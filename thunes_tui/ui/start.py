"""Starts the console on a session's socket. Everything that Textual reads at its import is set before it."""

from __future__ import annotations

import asyncio
import gc
import os
from pathlib import Path

from thunes_tui.clock import Clock
from thunes_tui.config import Settings

TEXTUAL = {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0", "TEXTUAL_FPS": "240"}
"""Nothing moves by itself. Frames are limited by `widgets.pace` and not by Textual as well: two throttles in
series would double the lag."""
FULL_SIZE_WINS = ("COLUMNS", "LINES")
"""Exported, these would win over the terminal's real size."""


def start(socket: Path, name: str, want: str, settings: Settings, clock: Clock) -> int:
    """Show the session until the person leaves; the command's exit status.

    `want` is `driver`, `witness`, `any` or `replay`. Raises UserError when nobody answers at the socket, and
    whatever made the console fail, for the launcher to say in one line.
    """
    for variable in FULL_SIZE_WINS:
        os.environ.pop(variable, None)
    os.environ.update({key: value for key, value in TEXTUAL.items() if key not in os.environ})
    return asyncio.run(_show(socket, name, want, settings, clock))


async def _show(socket: Path, name: str, want: str, settings: Settings, clock: Clock) -> int:
    from thunes_tui.connection import Connection
    from thunes_tui.live_mask import LiveMask
    from thunes_tui.ui.app import ThunesApp
    from thunes_tui.ui.driver import ConsoleDriver
    from thunes_tui.ui.panes.audit import AuditPane
    from thunes_tui.ui.panes.checklist import ChecklistPane
    from thunes_tui.ui.panes.control import ControlPane
    from thunes_tui.ui.panes.log import LogPane
    from thunes_tui.ui.panes.processes import ProcessesPane
    from thunes_tui.ui.panes.reading import ReadingPane
    from thunes_tui.ui.widgets.replay_bar import ReplayBar

    link = await Connection.open(socket, name, want)
    try:
        mask = LiveMask(tuple(map(Path, link.hello.env_files)), os.environ)
        panes = (ChecklistPane, ControlPane, LogPane, AuditPane, ProcessesPane, ReadingPane)
        app = ThunesApp(link, clock, settings, mask, panes, ReplayBar, ConsoleDriver)
        gc.freeze()  # what was imported stays: to look through it for garbage costs a tenth of a frame's time
        status = await app.run_async(mouse=settings.mouse)
        app.raise_failure()
        return status or 0
    finally:
        await link.close()
