"""Asks for the shell's terminal to have the size of the driver's pane, once that size rests."""

from __future__ import annotations

import asyncio

from thunes_tui import intents
from thunes_tui.ui.desk import Desk

LEAST_COLS, LEAST_ROWS = 80, 24
REST_S = 0.1


class ShellSize:
    """The pane tells it its size; whoever is not the driver asks for nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._pane = (0, 0)
        self._asked = (0, 0)
        self._resting: asyncio.TimerHandle | None = None

    def settle(self, width: int, height: int) -> None:
        """The pane has so many columns and rows now; 0 while it is hidden."""
        size = (width, height)
        if size == self._pane and self._resting is not None:
            return
        self._pane = size
        self.stop()
        if self._wanted() is not None:
            self._resting = asyncio.get_running_loop().call_later(REST_S, self._ask)

    def stop(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
        self._resting = None

    def _wanted(self) -> tuple[int, int] | None:
        """The size that the shell's terminal should get; None when it has it or is not ours to change."""
        shell, (width, height) = self._desk.state.shell, self._pane
        if not (width and height and shell.alive and self._desk.connected) or self._desk.role != "driver":
            self._asked = (0, 0)
            return None
        size = max(LEAST_COLS, width), max(LEAST_ROWS, height)
        return None if size in ((shell.cols, shell.rows), self._asked) else size

    def _ask(self) -> None:
        self._resting = None
        size = self._wanted()
        if size is None or self._desk.refusal(intents.Resize(*size)):
            return
        self._desk.link.ask(intents.Resize(*size))  # not by a person: what is being said to them stays
        self._asked = size
