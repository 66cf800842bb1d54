"""The process in which patterns run that may take for ever. It ends itself when one does.

It is handed a socket as its standard input. Frames both ways: a length in four bytes, then so many bytes. The
first frame is the pattern as JSON, the others are a byte that says what is asked, and a block of lines. The
answer is numbers of four bytes each: where the lines with a hit begin, how many there are, or where each hit
begins and ends.
"""

from __future__ import annotations

import json
import signal
import socket
import sys
from array import array

from thunes_tui.lines.matching import Matcher
from thunes_tui.lines.pattern import Pattern

FRAME = 4
COUNT, LINES, SPANS = b"c", b"l", b"s"


def receive(link: socket.socket) -> bytes | None:
    """The next frame; None when the console is gone."""
    head = _exactly(link, FRAME)
    return _exactly(link, int.from_bytes(head, "big")) if head else None


def frame(data: bytes) -> bytes:
    return len(data).to_bytes(FRAME, "big") + data


def serve(link: socket.socket) -> None:
    """Answer until the console closes its end. A block that takes too long ends the process by a signal."""
    first = receive(link)
    if first is None:
        return
    order = json.loads(first)
    matcher = Matcher(Pattern(order["text"], True, order["ignores_case"]), by_line=order["by_line"])
    # The engine does not come back to Python while it matches, so only the signal's own action is in time.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    while (data := receive(link)) is not None:
        signal.setitimer(signal.ITIMER_REAL, order["limit_s"])
        block = data[1:]
        answer = [matcher.count(block)] if data[:1] == COUNT else _found(matcher, data[:1], block)
        signal.setitimer(signal.ITIMER_REAL, 0)
        link.sendall(frame(array("I", answer).tobytes()))


def _found(matcher: Matcher, what: bytes, block: bytes) -> list[int]:
    return matcher.spans(block) if what == SPANS else matcher.lines(block)


def _exactly(link: socket.socket, size: int) -> bytes | None:
    data = bytearray(size)
    view, have = memoryview(data), 0
    while have < size:
        got = link.recv_into(view[have:])
        if not got:
            return None
        have += got
    return bytes(data)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=sys.stdin.fileno()) as standard_input:
        serve(standard_input)
