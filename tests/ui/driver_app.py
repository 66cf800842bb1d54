"""Small programs on the console's driver, to be run in a pty: they report what reached them."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Static

from thunes_tui.term.backend import paste
from thunes_tui.ui.driver import driver_class
from thunes_tui.ui.keystrokes import Leader, Pasted, for_shell

GAP = 0.005


class Recorder(App[int], inherit_bindings=False):
    """SHELL mode from the start: the keys go to a file as a shell would get them; the leader comes back."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, file: Path, *, app_cursor_keys: bool = False, bracketed: bool = False) -> None:
        super().__init__(driver_class=driver_class())
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._app_cursor_keys = app_cursor_keys
        self._bracketed = bracketed
        self._leader = Leader(("ctrl+right_square_bracket", "f12"))
        self._in_shell = True
        self._commands = 0

    def compose(self) -> ComposeResult:
        yield Static("SHELL ready")

    def on_key(self, event: events.Key) -> None:
        if self._in_shell:
            if self._leader.leaves(event):
                self._in_shell = False
                self.query_one(Static).update("COMMAND ready")
            else:
                self._put(for_shell(event, app_cursor_keys=self._app_cursor_keys))
            return
        if self._leader.is_doubled(event):
            self._in_shell = True
            self._put(for_shell(event, app_cursor_keys=False))
            self.query_one(Static).update("SHELL again")
        elif event.key == "c":
            self._in_shell = True
            self.query_one(Static).update("SHELL again")
        elif event.key == "q":
            self.exit(0)
        else:
            self._commands += 1
            self.query_one(Static).update(f"COMMAND {self._commands} {event.key}")

    def on_paste(self, event: events.Paste) -> None:
        assert isinstance(event, Pasted)
        self._put(paste(event.text, bracketed=self._bracketed) if event.marked else event.raw)

    def _put(self, data: bytes) -> None:
        os.write(self._file, data)


def queued() -> float:
    """Seconds that this thread could have run and had to wait for a busy processor."""
    try:
        return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


class Painter(App[int], inherit_bindings=False):
    """Repaints the whole screen all the time and measures how long the loop is kept from running."""

    def __init__(self, file: Path) -> None:
        super().__init__(driver_class=driver_class())
        self._report = file
        self._worst = 0.0
        self._frames = 0

    def compose(self) -> ComposeResult:
        yield Static("first")

    def on_mount(self) -> None:
        self.set_interval(0.05, self._paint)
        self.run_worker(self._measure(), exit_on_error=True)

    def _paint(self) -> None:
        self._frames += 1
        width, height = self.size
        rows = [
            f"frame {self._frames} ".ljust(width, chr(65 + (self._frames + y) % 26)) for y in range(height)
        ]
        self.query_one(Static).update("\n".join(rows))

    async def _measure(self) -> None:
        last, waited = time.perf_counter(), queued()
        while True:
            await asyncio.sleep(GAP)
            now, waits = time.perf_counter(), queued()
            gap = now - last - (waits - waited) - GAP
            self._worst, last, waited = max(self._worst, gap), now, waits
            driver = self._driver
            dropped = getattr(getattr(driver, "writer", None), "dropped", 0)
            fresh = self._report.with_suffix(".new")
            fresh.write_text(f"{self._worst} {self._frames} {dropped}")
            fresh.replace(self._report)

    def on_key(self, event: events.Key) -> None:
        if event.key == "q":
            self.exit(0)
        elif event.key == "r":
            self._worst = 0.0
