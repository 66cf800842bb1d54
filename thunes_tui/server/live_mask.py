"""A mask that follows the `.env` file: keys that are filled in during a session are masked from then on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from thunes_tui.errors import Unusable
from thunes_tui.events.box import WorkerFailed
from thunes_tui.events.steps import FindingNoted
from thunes_tui.mask import Mask, secrets_of
from thunes_tui.server.hub import Hub

LOOK_S = 1.0
WORKER = "mask"
"""Name under which trouble with reading the secrets is told."""

Signature = tuple[int, int, int] | None
"""Time of the last change, size and inode; None where there is no file."""


class LiveMask(Mask):
    """Renewed in place, so that whoever holds it, streams too, follows.

    What was a secret once stays masked: an old key may still be printed.
    """

    __slots__ = ("_environ", "_files", "_signatures", "_values")

    def __init__(self, files: tuple[Path, ...], environ: Mapping[str, str]) -> None:
        """Raises Unusable where a file is there and cannot be read."""
        super().__init__({}, ())
        self._files = files
        self._environ = dict(environ)
        self._values: dict[str, str] = {}
        self._signatures: tuple[Signature, ...] | None = None
        self.renew()

    def renew(self) -> tuple[str, ...]:
        """Look whether a file has changed, and if so read it; the warnings that are new.

        Cheap where nothing has. Raises Unusable where a file cannot be read; what is known stays masked.
        """
        signatures = tuple(signature(path) for path in self._files)
        if signatures == self._signatures:
            return ()
        for name, value in secrets_of(self._files, self._environ).items():
            self._keep(name, value)
        self._signatures = signatures
        known = self.warnings
        self._take(Mask.of(self._values))
        return tuple(warning for warning in self.warnings if warning not in known)

    def _keep(self, name: str, value: str) -> None:
        if value in self._values.values():
            return
        stem, label, count = name.partition("~")[0], name, 1
        while label in self._values:
            count += 1
            label = f"{stem}~{count}"
        self._values[label] = value

    def _take(self, made: Mask) -> None:
        """Names first: a thread that masks meanwhile must find the name of whatever it finds."""
        self._names, self._heads, self.longest = made._names, made._heads, made.longest
        self._gate, self._exact, self.warnings = made._gate, made._exact, made.warnings


def signature(path: Path) -> Signature:
    """What changes whenever the file does."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class SecretsWatch:
    """Has the mask look at its files once a second, and whenever `look` is called; trouble is told once."""

    def __init__(self, mask: Mask, hub: Hub) -> None:
        self._mask = mask
        self._hub = hub
        self._problem = ""

    def look(self) -> None:
        """What was filled into the file meanwhile is a secret from now on."""
        if not isinstance(self._mask, LiveMask):
            return
        problem, warnings = "", tuple[str, ...]()
        try:
            warnings = self._mask.renew()
        except Unusable as error:
            problem = str(error)
        if problem != self._problem:
            self._problem = problem
            self._hub.emit(WorkerFailed(WORKER, problem))
        for warning in warnings:
            self._hub.emit(FindingNoted(warning, source="mask"))

    async def watch(self) -> None:
        """Never ends, where the mask can be renewed."""
        while isinstance(self._mask, LiveMask):
            self.look()
            await asyncio.sleep(LOOK_S)
