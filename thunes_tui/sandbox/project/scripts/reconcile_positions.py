"""Compares the positions in the database with what the exchange says the bot did.

The account holds coins that the bot never bought, so its balance alone proves nothing. The rule:

1. Each open position has its order at the exchange, a BUY, and what that order brought (its fills less the
   commission taken in the coin) equals the quantity in the database.
2. Each filled order that carries the bot's name (client order ids with its prefix) is known to the database,
   as the entry or as the exit of a position.
3. The account holds, free and locked together, at least what the open positions of a coin add up to.

Ends with 0 when all three hold, with 1 when one does not, and with 2 when the exchange could not be asked.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from src.config import ConfigError, load
from src.exchange import Exchange, ExchangeError, Fill
from src.live.orders import PREFIX
from src.models.position import Position, PositionTracker

EIGHT = Decimal("0.00000001")


@dataclass
class Row:
    """One symbol on both sides, amounts in coins."""

    symbol: str
    local: str
    exchange: str
    balance: str
    discrepancies: list[str] = field(default_factory=list)


def coins(quantity: float | Decimal) -> Decimal:
    return Decimal(str(quantity)).quantize(EIGHT)


def compare(symbol: str, positions: list[Position], fills: list[Fill], balance: Decimal) -> Row:
    held = [position for position in positions if position.status == "OPEN"]
    by_order = {fill.order_id: fill for fill in fills}
    known = {position.order_id for position in positions} | {position.exit_order_id for position in positions}
    local = sum((coins(position.quantity) for position in held), Decimal(0))
    bought = sum((by_order[each.order_id].net for each in held if each.order_id in by_order), Decimal(0))
    row = Row(symbol, f"{local:.8f}", f"{coins(bought):.8f}", f"{balance:.8f}")
    for position in held:
        fill = by_order.get(position.order_id)
        if fill is None or fill.side != "BUY":
            row.discrepancies.append(
                f"order {position.order_id} of position {position.id} is not at the exchange"
            )
        elif coins(position.quantity) != coins(fill.net):
            row.discrepancies.append(
                f"position {position.id} has {coins(position.quantity)}, its order brought {coins(fill.net)}"
            )
    for fill in fills:
        if fill.order_id not in known:
            row.discrepancies.append(
                f"order {fill.order_id} ({fill.side} {fill.executed}) is not in the database"
            )
    if balance < local:
        row.discrepancies.append(f"the account holds {balance:.8f}, less than the open positions")
    return row


def reconcile() -> list[Row]:
    """Raises ConfigError or ExchangeError when the two sides cannot be compared."""
    settings = load()
    positions = PositionTracker().get_all_positions()
    exchange = Exchange(settings)
    exchange.connect()
    balances = exchange.balances()
    rows = []
    for symbol in sorted({settings.default_symbol, *(position.symbol for position in positions)}):
        mine = [position for position in positions if position.symbol == symbol]
        balance = balances.get(exchange.base_of(symbol), Decimal(0))
        rows.append(compare(symbol, mine, exchange.orders(symbol, PREFIX), balance))
    return rows


def show(rows: list[Row]) -> None:
    print(f"{'Symbol':<12} {'Local':>16} {'Exchange':>16} {'Balance':>18}  Result")
    for row in rows:
        print(
            f"{row.symbol:<12} {row.local:>16} {row.exchange:>16} {row.balance:>18}  "
            f"{'MISMATCH' if row.discrepancies else 'MATCH'}"
        )
        for text in row.discrepancies:
            print(f"  - {text}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare local positions with the exchange.")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    arguments = parser.parse_args()
    try:
        rows = reconcile()
    except (ConfigError, ExchangeError) as error:
        print(
            json.dumps({"ok": None, "error": str(error)})
            if arguments.json
            else f"RECONCILIATION NOT POSSIBLE: {error}"
        )
        return 2
    ok = not any(row.discrepancies for row in rows)
    if arguments.json:
        print(json.dumps({"ok": ok, "rows": [asdict(row) for row in rows]}))
    else:
        show(rows)
        print("RECONCILIATION OK" if ok else "DISCREPANCY")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
