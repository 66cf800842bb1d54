"""What the shell prints, on its way to record and screen: masked, recorded, then shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from thunes_tui.events.shell import ShellOutput
from thunes_tui.mask import Mask
from thunes_tui.observations import Happened, Observation
from thunes_tui.server.printed import Printed
from thunes_tui.server.thinning import Thinning
from thunes_tui.term.backend import TermBackend

HOLD_S = 0.03
"""A held-back tail of output shorter than a secret's beginning is let go after this time."""
QUIET_S = 1.0
"""A flood is over when nothing has been printed for this time, and at the end of its command."""


class Showing:
    """One shell's output. `unrecorded` hears of what is shown and in no record, or was before its record."""

    def __init__(
        self,
        mask: Mask,
        offset: int,
        emulator: TermBackend,
        observe: Callable[[Observation], None],
        unrecorded: Callable[[], None],
    ) -> None:
        self.out = Printed(mask, offset)
        self._emulator = emulator
        self._observe = observe
        self._unrecorded = unrecorded
        self._thinning = Thinning()
        self._release: asyncio.TimerHandle | None = None
        self._quiet: asyncio.TimerHandle | None = None

    def printed(self, data: bytes) -> None:
        """The shell's terminal gave these bytes."""
        self._show(self.out.feed(data))
        if self._release is not None:
            self._release.cancel()
        self._release = asyncio.get_running_loop().call_later(HOLD_S, self._idle)

    def finish(self) -> None:
        """All that was printed so far is shown and told of."""
        self._show(self.out.flush())
        self._flood_over()

    def close(self) -> None:
        """Nothing more comes."""
        for timer in (self._release, self._quiet):
            if timer is not None:
                timer.cancel()

    def _idle(self) -> None:
        self._release = None
        self._show(self.out.idle())

    def _show(self, records: list[tuple[ShellOutput, bytes]]) -> None:
        """Written before it shows: the record first, the emulator and the screens after; but for a flood."""
        for event, data in records:
            for told in self._thinning.take(event, data):
                self._observe(Happened((told,)))
            self._emulator.feed(data)
        if self._thinning.is_flooded:
            self._unrecorded()
            if self._quiet is not None:
                self._quiet.cancel()
            self._quiet = asyncio.get_running_loop().call_later(QUIET_S, self._flood_over)

    def _flood_over(self) -> None:
        """What of its end is recorded now was shown already: everybody is to be shown anew how it looks."""
        for told in self._thinning.end():
            self._observe(Happened((told,)))
            self._unrecorded()
