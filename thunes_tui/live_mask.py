"""A mask that follows the `.env` file: keys that are filled in during a session are masked from then on.

The server and each console look at the file themselves: no secret travels between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from thunes_tui.mask import Mask, secrets_of

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
