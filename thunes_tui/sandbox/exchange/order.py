"""Orders and trades, and how the API writes them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum

from thunes_tui.sandbox.exchange.market import amount

ZERO = Decimal(0)


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"


class Kind(StrEnum):
    LIMIT = "LIMIT"
    LIMIT_MAKER = "LIMIT_MAKER"
    MARKET = "MARKET"


class TimeInForce(StrEnum):
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class Status(StrEnum):
    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands. Times are milliseconds since the epoch."""

    order_id: int
    symbol: str
    client_order_id: str
    side: Side
    kind: Kind
    time_in_force: TimeInForce
    price: Decimal
    quantity: Decimal
    quote_quantity: Decimal
    """What a market order was told to spend or to raise; nought when it was given a quantity."""
    executed: Decimal
    spent: Decimal
    """Quote asset paid or received so far, commission left aside."""
    status: Status
    time: int
    update_time: int
    resting_from: int
    """From here on the walk may meet the order's price; the book needs a moment after a part fill."""

    @property
    def is_open(self) -> bool:
        return self.status in {Status.NEW, Status.PARTIALLY_FILLED}

    @property
    def remaining(self) -> Decimal:
        return self.quantity - self.executed

    def _common(self) -> dict[str, object]:
        return {
            "price": amount(self.price),
            "origQty": amount(self.quantity),
            "executedQty": amount(self.executed),
            "origQuoteOrderQty": amount(self.quote_quantity),
            "cummulativeQuoteQty": amount(self.spent),
            "status": self.status.value,
            "timeInForce": self.time_in_force.value,
            "type": self.kind.value,
            "side": self.side.value,
            "selfTradePreventionMode": "EXPIRE_MAKER",
        }

    def identity(self) -> dict[str, object]:
        return {
            "symbol": self.symbol,
            "orderId": self.order_id,
            "orderListId": -1,
            "clientOrderId": self.client_order_id,
        }

    def queried(self) -> dict[str, object]:
        """The answer of GET order, and a row of openOrders and allOrders."""
        return {
            **self.identity(),
            **self._common(),
            "stopPrice": amount(ZERO),
            "icebergQty": amount(ZERO),
            "time": self.time,
            "updateTime": self.update_time,
            "isWorking": True,
            "workingTime": self.time,
        }

    def placed(self, detail: str, fills: list[Trade]) -> dict[str, object]:
        """The answer of POST order: `ACK`, `RESULT` or `FULL`."""
        answer = {**self.identity(), "transactTime": self.time}
        if detail != "ACK":
            answer |= {**self._common(), "workingTime": self.time}
        if detail == "FULL":
            answer["fills"] = [trade.fill() for trade in fills]
        return answer

    def cancelled(self, client_order_id: str) -> dict[str, object]:
        """The answer of DELETE order; the cancel itself has a client id of its own."""
        return {
            **self.identity(),
            "origClientOrderId": self.client_order_id,
            "clientOrderId": client_order_id,
            "transactTime": self.update_time,
            **self._common(),
        }


@dataclass(frozen=True, slots=True)
class Trade:
    """One fill. The commission is in the asset that was received."""

    trade_id: int
    order_id: int
    symbol: str
    price: Decimal
    quantity: Decimal
    commission: Decimal
    commission_asset: str
    time: int
    is_buyer: bool
    is_maker: bool

    def fill(self) -> dict[str, object]:
        return {
            "price": amount(self.price),
            "qty": amount(self.quantity),
            "commission": amount(self.commission),
            "commissionAsset": self.commission_asset,
            "tradeId": self.trade_id,
        }

    def listed(self) -> dict[str, object]:
        """A row of myTrades."""
        return {
            "symbol": self.symbol,
            "id": self.trade_id,
            "orderId": self.order_id,
            "orderListId": -1,
            "price": amount(self.price),
            "qty": amount(self.quantity),
            "quoteQty": amount(self.price * self.quantity),
            "commission": amount(self.commission),
            "commissionAsset": self.commission_asset,
            "time": self.time,
            "isBuyer": self.is_buyer,
            "isMaker": self.is_maker,
            "isBestMatch": True,
        }


def to_record(item: Order | Trade) -> dict[str, object]:
    """Plain data for the store; decimals as strings, so that no digit is lost."""
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(item).items()}


def order_from(record: dict[str, str]) -> Order:
    """The order that `to_record` wrote."""
    numbers = {n: Decimal(record[n]) for n in ("price", "quantity", "quote_quantity", "executed", "spent")}
    return Order(
        order_id=int(record["order_id"]),
        symbol=record["symbol"],
        client_order_id=record["client_order_id"],
        side=Side(record["side"]),
        kind=Kind(record["kind"]),
        time_in_force=TimeInForce(record["time_in_force"]),
        status=Status(record["status"]),
        time=int(record["time"]),
        update_time=int(record["update_time"]),
        resting_from=int(record["resting_from"]),
        **numbers,
    )


def trade_from(record: dict[str, str]) -> Trade:
    numbers = {n: Decimal(record[n]) for n in ("price", "quantity", "commission")}
    return Trade(
        trade_id=int(record["trade_id"]),
        order_id=int(record["order_id"]),
        symbol=record["symbol"],
        commission_asset=record["commission_asset"],
        time=int(record["time"]),
        is_buyer=bool(record["is_buyer"]),
        is_maker=bool(record["is_maker"]),
        **numbers,
    )
