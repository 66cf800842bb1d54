"""The shell's screen, fed from the connection; its emulator is loaded after the console's first paint."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass

from thunes_tui.connection import Folded, Snapshot, Update
from thunes_tui.errors import UserError
from thunes_tui.events.shell import ShellOutput, ShellResized
from thunes_tui.ui.widgets.terminal import Grid


@dataclass(frozen=True, slots=True)
class Screenful:
    """A screen to begin with."""

    screen: bytes
    cols: int
    rows: int


Item = Screenful | ShellOutput | ShellResized


class ShellScreen:
    """Updates in, a grid to draw out."""

    def __init__(self) -> None:
        self.grid = Grid()
        self.problem = ""
        """Why there is no emulator; empty while it loads and when it is there."""
        self._waiting: list[Item] = []
        """What came before the emulator's library was loaded."""

    async def load(self, cols: int, rows: int) -> None:
        """Load the library beside the loop, then show what has come so far."""
        try:
            await asyncio.to_thread(_load_emulator)
            self.grid.show(b"", cols, rows)
        except UserError as error:
            self.problem = str(error)
            return
        waiting, self._waiting = self._waiting, []
        for item in waiting:
            self._put(item)

    def take(self, update: Update) -> bool:
        """True if the update is for the shell's screen and it can be drawn."""
        match update:
            case Folded(event=ShellOutput() | ShellResized() as item):
                return self._got(item)
            case Snapshot(screen=screen, cols=cols, rows=rows):
                self._waiting.clear()
                return self._got(Screenful(screen, cols, rows))
            case _:
                return False

    def _got(self, item: Item) -> bool:
        if self.grid.ready:
            self._put(item)
        elif not self.problem:
            self._waiting.append(item)
        return self.grid.ready

    def _put(self, item: Item) -> None:
        if isinstance(item, Screenful):
            self.grid.show(item.screen, item.cols, item.rows)
        elif isinstance(item, ShellResized):
            self.grid.resize(item.cols, item.rows)
        elif item.text is not None:
            self.grid.feed(item.text.encode("utf-8", "surrogatepass"))
        elif item.b64 is not None:
            self.grid.feed(base64.b64decode(item.b64))


def _load_emulator() -> None:
    from thunes_tui.term import backend

    backend.make(80, 24).close()
