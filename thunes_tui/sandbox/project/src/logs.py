"""Logging of every process of the bot: to its own console and to the one shared file."""

from __future__ import annotations

import logging
import sys

from src.config import LOG_FILE

FORMAT = "%(asctime)s - %(name)s - %(levelname)s - %(message)s"
TIME = "%Y-%m-%d %H:%M:%S"


def configure(level: str = "INFO") -> None:
    """Send records to stderr and to `logs/paper_trader.log`; a second call changes nothing.

    The file is opened for appending and each record is one write, so lines of several processes never mix.
    """
    root = logging.getLogger()
    if any(getattr(handler, "thunes", False) for handler in root.handlers):
        return
    LOG_FILE.parent.mkdir(parents=True, exist_ok=True)
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    try:
        handlers.append(logging.FileHandler(LOG_FILE, encoding="utf-8"))
    except OSError as error:
        print(f"logging to the console alone: {LOG_FILE.name}: {error}", file=sys.stderr)
    for handler in handlers:
        handler.setFormatter(logging.Formatter(FORMAT, TIME))
        handler.thunes = True  # type: ignore[attr-defined]  # the mark by which a second call knows
        root.addHandler(handler)
    root.setLevel(getattr(logging, level, logging.INFO))
    for noisy in ("ccxt", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
