"""The paper trader: opens one position on the testnet and watches over it.

    python src/live/paper_trader.py --symbol BTCUSDT --side BUY --amount 100

runs until it is stopped. Started again it recovers the position it has and buys nothing. `--once` places the
order and ends; `--side SELL` closes the position and ends. It ends with 0, or with 1 when it was refused.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from src import logs
from src.config import ConfigError, Settings, load
from src.models.position import Position, PositionTracker
from src.risk.manager import RiskManager

logger = logging.getLogger(__name__)

GLANCE = 0.2
"""Seconds between looks at the kill switch."""
RETRY = 1.0
"""Seconds between attempts while the exchange is away at the start."""
ONCE_ATTEMPTS = 3


class Refused(Exception):
    """The trader must not or cannot do what it was started for. One line."""


class PaperTrader:
    def __init__(self, settings: Settings, symbol: str, amount: Decimal, *, once: bool) -> None:
        self.settings, self.symbol, self.amount, self.once = settings, symbol, amount, once
        self.tracker = PositionTracker()
        self.risk = RiskManager(self.tracker, settings)
        self.stop = threading.Event()
        self._shown: bool | None = None

    def watch_kill_switch(self) -> None:
        """Say the state of the kill switch at the start and whenever somebody changed it."""
        active = self.risk.kill_switch_active
        if active is not self._shown:
            self._shown = active
            logger.info("Kill-switch active: %s", active)

    def connect(self) -> None:
        """Reach the exchange; retries until it works or is stopped."""
        from src.exchange import Exchange, ExchangeUnreachable
        from src.live.orders import OrderDesk

        self.exchange = Exchange(self.settings)
        self.desk = OrderDesk(self.exchange, self.tracker)
        attempts = 0
        while not self.stop.is_set():
            try:
                self.exchange.connect()
                self.exchange.check_symbol(self.symbol)
                if self.once:
                    with self.desk.lock.held():
                        self.desk.settle()
                return
            except ExchangeUnreachable as error:
                attempts += 1
                logger.error("Exchange unreachable: %s", error)
                if self.once and attempts >= ONCE_ATTEMPTS:
                    raise Refused("the exchange cannot be reached") from error
                self.stop.wait(RETRY)
                self.watch_kill_switch()

    def open(self) -> str:
        """Have a position: the one of before, or a new one. Returns `recovered` or `opened`."""
        with self.desk.lock.held():
            held = self.tracker.get_open_position(self.symbol)
            if held is not None and not self.once:
                logger.info(
                    "Recovered open position %s %s from %s at %.2f",
                    held.symbol,
                    plain(held.quantity),
                    held.entry_time,
                    held.entry_price,
                )
                return "recovered"
            allowed, message = self.risk.validate_trade(self.symbol, float(self.amount), "BUY")
            if not allowed:
                raise Refused(f"BUY {self.symbol} refused: {message}")
            bought = self.desk.buy(self.symbol, self.amount)
        logger.info(
            "Opened position %s %s at %.2f, order %s",
            bought.symbol,
            plain(bought.quantity),
            bought.entry_price,
            bought.order_id,
        )
        return "opened"

    def open_at_last(self) -> str:
        """`open()`; after a lost line again, once it is known what became of the order. Empty if stopped."""
        from src.exchange import ExchangeUnreachable

        while not self.stop.is_set():
            try:
                with self.desk.lock.held():
                    self.desk.settle()
                    return self.open()
            except ExchangeUnreachable as error:
                logger.error("Exchange unreachable: %s", error)
                self.stop.wait(RETRY)
        return ""

    def close(self) -> None:
        """Sell the open position of the symbol, all of it; allowed whatever the kill switch says."""
        with self.desk.lock.held():
            held = self.tracker.get_open_position(self.symbol)
            if held is None:
                raise Refused(f"SELL {self.symbol} refused: no open position")
            allowed, message = self.risk.validate_trade(self.symbol, float(self.amount), "SELL")
            if not allowed:
                raise Refused(f"SELL {self.symbol} refused: {message}")
            sold = self.desk.sell(held)
        logger.info(
            "Closed position %s %s at %.2f, pnl %+.2f, order %s",
            sold.symbol,
            plain(sold.quantity),
            sold.exit_price,
            sold.pnl,
            sold.exit_order_id,
        )
        self.risk.check_daily_loss()

    def watch(self) -> None:
        """Heartbeats until stopped."""
        beat = time.monotonic()
        while not self.stop.is_set():
            self.watch_kill_switch()
            if time.monotonic() >= beat:
                self.heartbeat()
                beat = max(beat + self.settings.heartbeat_seconds, time.monotonic())
            self.stop.wait(min(GLANCE, max(0.0, beat - time.monotonic())))

    def heartbeat(self) -> None:
        """One line: the price, what is held, what it would bring."""
        from src.exchange import ExchangeError

        try:
            price = float(self.exchange.price(self.symbol))
        except ExchangeError as error:
            logger.warning("heartbeat %s exchange unreachable: %s", self.symbol, error)
            return
        held = self.tracker.get_open_position(self.symbol)
        quantity = held.quantity if held else 0.0
        pnl = round((price - held.entry_price) * quantity, 2) + 0.0 if held else 0.0
        logger.info("heartbeat %s %.2f position %.8f pnl %+.2f", self.symbol, price, quantity, pnl)


def plain(quantity: float) -> str:
    """A quantity without an exponent and without zeros behind it."""
    return f"{quantity:.8f}".rstrip("0").rstrip(".")


def amount_of(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount") from None
    if not amount.is_finite() or amount <= 0:
        raise argparse.ArgumentTypeError("the amount must be above 0")
    return amount


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Open a position on the testnet and watch over it.")
    parser.add_argument("--symbol", required=True, type=str.upper, help="for example BTCUSDT")
    parser.add_argument("--side", required=True, type=str.upper, choices=["BUY", "SELL"])
    parser.add_argument(
        "--amount", required=True, type=amount_of, help="USDT to spend; a SELL closes all and records this"
    )
    parser.add_argument("--once", action="store_true", help="place the order and end")
    return parser.parse_args()


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    from src.live.instance import AlreadyRunning, claim

    settings.require_testnet()
    selling = arguments.side == "SELL"
    once = arguments.once or selling
    try:
        _held_until_the_end = None if once else claim(arguments.symbol)
    except AlreadyRunning as error:
        raise Refused(str(error)) from error
    trader = PaperTrader(settings, arguments.symbol, arguments.amount, once=once)

    def stop(number: int, _frame: FrameType | None) -> None:
        logger.info("Stopping on %s", signal.Signals(number).name)
        trader.stop.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    trader.watch_kill_switch()
    trader.connect()
    if trader.stop.is_set():
        return
    if selling:
        trader.close()
        return
    if once:
        trader.open()
        return
    found = trader.open_at_last()
    if found:
        logger.info("Bot healthy: exchange reachable, position %s", found)
    trader.watch()
    held: Position | None = trader.tracker.get_open_position(arguments.symbol)
    logger.info(
        "Stopped; %s", f"position {held.symbol} {plain(held.quantity)} stays open" if held else "no position"
    )


def main() -> int:
    arguments = parse()
    try:
        settings = load()
        logs.configure(settings.log_level)
        logger.info(
            "Starting paper trader: %s %s %s USDT on %s, pid %d",
            arguments.symbol,
            arguments.side,
            arguments.amount,
            settings.environment,
            os.getpid(),
        )
        run(arguments, settings)
    except (ConfigError, Refused) as error:
        logs.configure()
        logger.error("%s", error)
        return 1
    except Exception as error:
        from src.exchange import ExchangeError
        from src.live.orders import OrderFailed

        if not isinstance(error, ExchangeError | OrderFailed):
            logger.exception("The paper trader failed")
        else:
            logger.error("%s %s failed: %s", arguments.side, arguments.symbol, error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
