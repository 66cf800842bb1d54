"""A busy bot that times its own writes: `python -m bench.writing_bot LOG AUDIT SECONDS`.

It logs a line through `logging` some hundred times a second, and a few times a second it adds an event to its
audit trail as the bot does: under a lock, in one write, and synced. Its answer is one line of JSON: the
seconds that each log line took, and each event.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import sys
import time

TICK_S = 0.002
EVENT_EVERY = 25
"""Log lines from one event to the next."""
FORMAT = "%(asctime)s - %(name)s - %(levelname)s - %(message)s"


def main(log: str, audit: str, seconds: str) -> None:
    handler = logging.FileHandler(log)
    handler.setFormatter(logging.Formatter(FORMAT, "%Y-%m-%d %H:%M:%S"))
    logger = logging.getLogger("src.live.paper_trader")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    lines: list[float] = []
    events: list[float] = []
    end = time.perf_counter() + float(seconds)
    while (began := time.perf_counter()) < end:
        logger.info("heartbeat BTCUSDT %.2f number %06d", 61000.5, len(lines))
        lines.append(time.perf_counter() - began)
        if len(lines) % EVENT_EVERY == 0:
            events.append(_event(audit, len(events)))
        time.sleep(TICK_S)
    print(json.dumps({"lines": lines, "events": events}), flush=True)


def _event(path: str, number: int) -> float:
    record = {"timestamp": "2025-10-09T10:00:00.000000", "event": "DAILY_PNL", "daily_pnl": number}
    began = time.perf_counter()
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, json.dumps(record).encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
