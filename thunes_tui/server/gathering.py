"""Reads the shell's terminal: a key's echo at once, a flood in large pieces.

The kernel hands a terminal's output over in pieces of 4 kB, and needs a moment for each. Everything behind a
read costs per piece as well as per byte, so what comes fast is gathered first.
"""

from __future__ import annotations

import os
import select

READ = 65_536
FLOOD = 2048
"""Bytes of one read that nobody's key makes: more is on its way."""
MOST = 65_536
"""Bytes that are handed on at once, about; what that takes keeps a key waiting."""
WAITS, WAIT_MS = 6, 1
"""How often, and how long each time, the next piece is waited for."""


def read(descriptor: int) -> bytes | None:
    """What is there; empty for nothing yet, None for the end."""
    try:
        return os.read(descriptor, READ) or None
    except BlockingIOError:
        return b""
    except OSError:
        return None


def gather(descriptor: int) -> bytes | None:
    """The same, and of a flood what follows within some milliseconds."""
    first = read(descriptor)
    if first is None or len(first) < FLOOD:
        return first
    pieces, size, waits = [first], len(first), 0
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while size < MOST:
        data = read(descriptor)
        if data:
            pieces.append(data)
            size += len(data)
        elif data is None or waits == WAITS or not poll.poll(WAIT_MS):
            break  # the end is met again by the next read
        else:
            waits += 1
    return b"".join(pieces)
