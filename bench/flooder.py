"""A bot that writes without rest: `python -m bench.flooder PATH RATE SECONDS [LAST_WORDS]`.

It appends so many lines a second, a batch each hundredth of a second, and then one with the last words. Its
answer, once it is done, is one line: how many lines, and when the last words were written (`perf_counter`).
"""

from __future__ import annotations

import sys
import time

TICK_S = 0.01
LINE = b"2025-10-09 10:00:00 - src.live.paper_trader - INFO - flood %d\n"
LAST = "2025-10-09 10:00:00 - src.live.paper_trader - INFO - flood {}\n"


def main(path: str, rate: str, seconds: str, last_words: str = "") -> None:
    sent, began = 0, time.perf_counter()
    with open(path, "ab", buffering=0) as file:
        while (gone := time.perf_counter() - began) < float(seconds):
            due = int(gone * int(rate))
            file.write(b"".join(LINE % number for number in range(sent, due)))
            sent = due
            time.sleep(TICK_S)
        at = time.perf_counter()
        if last_words:
            file.write(LAST.format(last_words).encode())
    print(sent, at, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
