"""The account's balances: every movement keeps free + locked exact, and nothing goes below nought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from thunes_tui.sandbox.exchange import refusal
from thunes_tui.sandbox.exchange.market import amount

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Balance:
    free: Decimal = ZERO
    locked: Decimal = ZERO


class Ledger:
    """Balances by asset. Copied before a change, so that a change that fails leaves no trace."""

    def __init__(self, balances: Mapping[str, Balance]) -> None:
        self._balances = dict(balances)

    def copy(self) -> Ledger:
        return Ledger(self._balances)

    def balances(self) -> dict[str, Balance]:
        return dict(self._balances)

    def of(self, asset: str) -> Balance:
        return self._balances.get(asset, Balance())

    def receive(self, asset: str, value: Decimal) -> None:
        self._move(asset, value, ZERO)

    def lock(self, asset: str, value: Decimal) -> None:
        """Sets aside what an order may need. Raises -2010 when it is not there."""
        self._move(asset, -value, value)

    def unlock(self, asset: str, value: Decimal) -> None:
        self._move(asset, value, -value)

    def pay_locked(self, asset: str, value: Decimal) -> None:
        self._move(asset, ZERO, -value)

    def rows(self, *, omit_zero: bool = False) -> list[dict[str, object]]:
        """`balances` of the account endpoint."""
        return [
            {"asset": asset, "free": amount(balance.free), "locked": amount(balance.locked)}
            for asset, balance in sorted(self._balances.items())
            if not omit_zero or balance != Balance()
        ]

    def _move(self, asset: str, free: Decimal, locked: Decimal) -> None:
        before = self.of(asset)
        after = Balance(before.free + free, before.locked + locked)
        if after.free < 0 or after.locked < 0:
            raise refusal.insufficient_balance()
        self._balances[asset] = after
