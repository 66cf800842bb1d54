"""Reconciliation: the bot's open positions against those before a crash, and against the exchange."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from thunes_tui.clock import from_iso
from thunes_tui.events.box import PositionsCompared
from thunes_tui.sources.database import OpenPosition, Position, plain
from thunes_tui.text import counted

DUST = Decimal("1e-8")
"""Quantities nearer than this, or than half the symbol's step, are equal: the bot keeps binary floats."""
PRE_CRASH = "pre-crash"
RESET = "testnet reset"
"""Remark of a position whose order went with the account's history."""
WAS_RESET = "the testnet was reset since the position was opened"
LATE_MS = 60_000
"""The bot's clock and the exchange's may differ by so much."""

Row = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The verdict, its cause, and the comparison as rows of symbol, local, other, difference, remark."""

    verdict: str
    cause: str
    compared: PositionsCompared


def with_before(before: Iterable[Position], now: Iterable[Position]) -> Reconciled:
    """The database after a restart against what was last read before the death: exactly the same rows."""
    old, new = {_key(row): row for row in before}, {_key(row): row for row in now}
    rows = []
    for key in sorted(old.keys() | new.keys()):
        was, now_is = old.get(key), new.get(key)
        quantity = (now_is[1] if now_is else "0", was[1] if was else "0")
        rows.append((key[0], *quantity, _difference(*quantity), _remark(was, now_is)))
    equal = old == new
    compared = PositionsCompared(PRE_CRASH, equal, tuple(rows))
    if not rows:
        return Reconciled("VACUOUS", "no position was open before, and none is now", compared)
    if equal:
        return Reconciled("PASS", f"{counted(len(rows), 'open position')}, the same as before", compared)
    return Reconciled("FAIL", _problem(next(row for row in rows if row[4]), PRE_CRASH), compared)


def with_exchange(
    positions: Iterable[OpenPosition], known_orders: frozenset[str], answer: dict[str, Any]
) -> Reconciled:
    """The database against the account's fills, net of commission, and its balances.

    `answer` is the exchange worker's to `positions`. An account without any order from before a position was
    opened was reset, as a testnet is about monthly: that is NOT VERIFIED, not a fault of the bot.
    """
    local = tuple(positions)
    rows, reset = [], 0
    for position, found in zip(local, answer["positions"], strict=True):
        if not found["found"] and _was_reset(position, answer["orders"]):
            reset += 1
            rows.append(
                (
                    position.symbol,
                    position.quantity,
                    "0",
                    _difference(position.quantity, "0"),
                    RESET,
                )
            )
        else:
            rows.append(_compared(position, found))
    rows += _short_balances(local, answer)
    rows += _unknown_orders(local, known_orders, answer["orders"])
    wrong = [row for row in rows if row[4] and row[4] != RESET]
    compared = PositionsCompared("exchange", not wrong and not reset, tuple(rows))
    if wrong:
        return Reconciled("FAIL", _problem(wrong[0], "exchange"), compared)
    if reset:
        return Reconciled("NOT VERIFIED", WAS_RESET, compared)
    if not rows:
        return Reconciled("VACUOUS", "no position is open, so there was nothing to compare", compared)
    return Reconciled(
        "PASS", f"{counted(len(rows), 'open position')} equal at the exchange, net of commission", compared
    )


def _key(row: Position) -> tuple[str, str]:
    return row[0], row[3]


def _remark(was: Position | None, now: Position | None) -> str:
    if was is None:
        return "was not there before"
    if now is None:
        return "is gone"
    if was[1] != now[1]:
        return "quantity differs"
    return f"entry price was {was[2]}, is {now[2]}" if was[2] != now[2] else ""


def _compared(position: OpenPosition, found: dict[str, Any]) -> Row:
    if not found["found"]:
        return (position.symbol, position.quantity, "0", position.quantity, f"no order {position.order_id}")
    difference = _difference(position.quantity, found["quantity"])
    remark = ""
    if found.get("side") != "BUY":
        remark = f"order {position.order_id} is a {found.get('side')}"
    elif abs(_number(difference)) > _tolerance(found):
        remark = "quantity differs"
    return (position.symbol, position.quantity, plain(found["quantity"]), difference, remark)


def _tolerance(found: dict[str, Any]) -> Decimal:
    return max(DUST, _number(str(found.get("step", "")) or "0") / 2 if found.get("step") else DUST)


def _short_balances(local: tuple[OpenPosition, ...], answer: dict[str, Any]) -> list[Row]:
    """Coins that the open positions need and the account does not hold."""
    needed: dict[str, Decimal] = {}
    for position, found in zip(local, answer["positions"], strict=True):
        if found["found"]:
            needed[found["base"]] = needed.get(found["base"], Decimal(0)) + _number(position.quantity)
    rows = []
    for asset, quantity in sorted(needed.items()):
        held = _number(answer["balances"].get(asset, "0"))
        if held + DUST < quantity:
            remark = f"the account holds less {asset} than the open positions need"
            rows.append((asset, plain(quantity), plain(held), plain(quantity - held), remark))
    return rows


def _unknown_orders(
    local: tuple[OpenPosition, ...], known: frozenset[str], orders: list[dict[str, Any]]
) -> list[Row]:
    """Orders filled since the first open position that the bot has no record of: lost in a crash, perhaps."""
    times = [_opened_ms(position) for position in local]
    since = min((time for time in times if time), default=0)
    if not since:
        return []
    return [
        (order["symbol"], "0", plain(order["quantity"]), plain(order["quantity"]),
         f"order {order['order_id']} ({order['side']}) is unknown to the bot")
        for order in orders
        if order["status"] == "FILLED"
        and order["time_ms"] >= since - LATE_MS
        and order["order_id"] not in known
    ]  # fmt: skip


def _was_reset(position: OpenPosition, orders: list[dict[str, Any]]) -> bool:
    opened = _opened_ms(position)
    same = [order["time_ms"] for order in orders if order["symbol"] == position.symbol]
    return not same or (opened > 0 and min(same) > opened + LATE_MS)


def _opened_ms(position: OpenPosition) -> int:
    """When it was opened by the bot's clock; 0 where the database does not say."""
    try:
        return from_iso(position.entry_time) // 1000
    except ValueError:
        return 0


def _difference(one: str, other: str) -> str:
    return plain(_number(one) - _number(other))


def _number(text: object) -> Decimal:
    try:
        return Decimal(str(text) or "0")
    except InvalidOperation:
        return Decimal(0)


def _problem(row: Row, against: str) -> str:
    return f"{row[0]}: {row[4]} (local {row[1]}, {against} {row[2]})"
