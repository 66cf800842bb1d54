"""A program that logs numbered lines and rotates as fast as it can: `PATH ROTATIONS BACKUPS`."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path


def main(path: Path, rotations: int, backups: int) -> None:
    chance = random.Random(rotations)
    number = rotated = 0

    def line() -> bytes:
        nonlocal number
        number += 1
        return b"%d %s\n" % (number - 1, b"y" * chance.randint(0, 200))

    def reopen() -> int:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    log = reopen()
    while rotated < rotations:
        os.write(log, b"".join(line() for _ in range(chance.randint(0, 40))))
        if chance.random() < 0.3:
            rotated += 1
            for backup in range(backups, 0, -1):
                old = Path(f"{path}.{backup}")
                if old.exists():
                    old.rename(f"{path}.{backup + 1}")
            path.rename(f"{path}.1")
            new = reopen()
            if chance.random() < 0.5:
                # As under logrotate, whose new file is there before the bot is told of it.
                os.write(log, line())
            os.close(log)
            log = new
    os.write(log, b"%d end\n" % number)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
