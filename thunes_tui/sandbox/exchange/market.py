"""A market of the stand-in: its assets, its filters, and how amounts are written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

QUANTUM = Decimal("0.00000001")
"""Every asset is counted in hundred-millionths, as on the venue."""

ORDER_TYPES = ("LIMIT", "LIMIT_MAKER", "MARKET")
MAX_OPEN_ORDERS = 200
MAX_PRICE = Decimal(1_000_000)
# A limit price may stand this far from the market; the venue calls it PERCENT_PRICE_BY_SIDE.
PERCENT_UP = Decimal(5)
PERCENT_DOWN = Decimal("0.2")
MAX_NOTIONAL = Decimal(9_000_000)


def amount(value: Decimal) -> str:
    """`"0.00012000"`: eight places, as every price and quantity of the API is written."""
    return f"{value:.8f}"


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above `value`."""
    return (value / step).quantize(Decimal(1), ROUND_DOWN) * step


def to_quantum(value: Decimal) -> Decimal:
    return value.quantize(QUANTUM, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Market:
    """Filters and character of one market. Prices are in the quote asset, quantities in the base asset."""

    base: str
    quote: str
    centre: Decimal
    """The price around which the walk wanders."""
    tick: Decimal
    step: Decimal
    max_quantity: Decimal
    depth: Decimal
    """What the best level of the book offers; each worse level offers one such portion more."""
    lots_per_minute: int
    """Traded volume of the market, in steps, on average."""
    min_notional: Decimal = Decimal(5)

    @property
    def symbol(self) -> str:
        return self.base + self.quote

    def filters(self) -> list[dict[str, object]]:
        zero = amount(Decimal(0))
        return [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": amount(self.tick),
                "maxPrice": amount(MAX_PRICE),
                "tickSize": amount(self.tick),
            },
            {
                "filterType": "LOT_SIZE",
                "minQty": amount(self.step),
                "maxQty": amount(self.max_quantity),
                "stepSize": amount(self.step),
            },
            {
                "filterType": "MARKET_LOT_SIZE",
                "minQty": zero,
                "maxQty": amount(self.max_quantity),
                "stepSize": zero,
            },
            {
                "filterType": "PERCENT_PRICE_BY_SIDE",
                "bidMultiplierUp": str(PERCENT_UP),
                "bidMultiplierDown": str(PERCENT_DOWN),
                "askMultiplierUp": str(PERCENT_UP),
                "askMultiplierDown": str(PERCENT_DOWN),
                "avgPriceMins": 5,
            },
            {
                "filterType": "NOTIONAL",
                "minNotional": amount(self.min_notional),
                "applyMinToMarket": True,
                "maxNotional": amount(MAX_NOTIONAL),
                "applyMaxToMarket": False,
                "avgPriceMins": 5,
            },
            {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": MAX_OPEN_ORDERS},
        ]

    def description(self) -> dict[str, object]:
        """The market's entry of `exchangeInfo`."""
        return {
            "symbol": self.symbol,
            "status": "TRADING",
            "baseAsset": self.base,
            "baseAssetPrecision": 8,
            "quoteAsset": self.quote,
            "quotePrecision": 8,
            "quoteAssetPrecision": 8,
            "baseCommissionPrecision": 8,
            "quoteCommissionPrecision": 8,
            "orderTypes": list(ORDER_TYPES),
            "icebergAllowed": False,
            "ocoAllowed": False,
            "otoAllowed": False,
            "quoteOrderQtyMarketAllowed": True,
            "allowTrailingStop": False,
            "cancelReplaceAllowed": False,
            "amendAllowed": False,
            "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False,
            "filters": self.filters(),
            "permissions": [],
            "permissionSets": [["SPOT"]],
            "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
            "allowedSelfTradePreventionModes": ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"],
        }


def _market(base: str, centre: str, step: str, max_quantity: str, depth: str, lots_per_minute: int) -> Market:
    return Market(
        base,
        "USDT",
        Decimal(centre),
        Decimal("0.01"),
        Decimal(step),
        Decimal(max_quantity),
        Decimal(depth),
        lots_per_minute,
    )


MARKETS: tuple[Market, ...] = (
    _market("BTC", "112000", "0.00001", "9000", "0.5", 900_000),
    _market("ETH", "4100", "0.0001", "9000", "5", 1_500_000),
    _market("BNB", "1100", "0.001", "90000", "10", 60_000),
    _market("SOL", "210", "0.001", "90000", "50", 900_000),
)
"""The markets of the stand-in; every order of magnitude of price that the bot's formatting has to bear."""
