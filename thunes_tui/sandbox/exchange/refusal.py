"""The venue's refusals: HTTP status, code and message as Binance Spot documents them.

Real clients map them to their own exceptions, some by code and some by the exact words, so the words matter.
"""

from __future__ import annotations

from collections.abc import Mapping


class VenueError(Exception):
    """An answer `{"code": code, "msg": text}` with an HTTP status and perhaps headers of its own."""

    def __init__(
        self, code: int, text: str, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.status = status
        self.headers = dict(headers or {})

    def body(self) -> dict[str, object]:
        return {"code": self.code, "msg": self.text}


def filter_failure(name: str) -> VenueError:
    """A market's filter does not let the order in: `LOT_SIZE`, `PRICE_FILTER`, `NOTIONAL` and the like."""
    return VenueError(-1013, f"Filter failure: {name}")


def invalid(what: str) -> VenueError:
    """A quantity or price that no market could take, such as zero."""
    return VenueError(-1013, f"Invalid {what}.")


def outside_window() -> VenueError:
    return VenueError(-1021, "Timestamp for this request is outside of the recvWindow.")


def ahead_of_server() -> VenueError:
    return VenueError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")


def bad_signature() -> VenueError:
    return VenueError(-1022, "Signature for this request is not valid.")


def illegal_characters(name: str, legal: str) -> VenueError:
    return VenueError(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'.")


def duplicated(name: str) -> VenueError:
    return VenueError(-1101, f"Duplicate values for parameter '{name}'.")


def mandatory(name: str) -> VenueError:
    return VenueError(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def one_of(first: str, second: str) -> VenueError:
    return VenueError(-1102, f"Param '{first}' or '{second}' must be sent, but both were empty/null!")


def unread(read: int, sent: int) -> VenueError:
    return VenueError(
        -1104, f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'."
    )


def empty(name: str) -> VenueError:
    return VenueError(-1105, f"Parameter '{name}' was empty.")


def not_required(name: str) -> VenueError:
    return VenueError(-1106, f"Parameter '{name}' sent when not required.")


def too_precise(name: str) -> VenueError:
    return VenueError(-1111, f"Parameter '{name}' has too much precision.")


def bad_time_in_force() -> VenueError:
    return VenueError(-1115, "Invalid timeInForce.")


def bad_order_type() -> VenueError:
    return VenueError(-1116, "Invalid orderType.")


def bad_side() -> VenueError:
    return VenueError(-1117, "Invalid side.")


def bad_interval() -> VenueError:
    return VenueError(-1120, "Invalid interval.")


def bad_symbol() -> VenueError:
    return VenueError(-1121, "Invalid symbol.")


def too_long_a_span() -> VenueError:
    return VenueError(-1127, "More than 24 hours between startTime and endTime.")


def bad_combination() -> VenueError:
    return VenueError(-1128, "Combination of optional parameters invalid.")


def bad_data(name: str) -> VenueError:
    return VenueError(-1130, f"Data sent for parameter '{name}' is not valid.")


def window_too_large() -> VenueError:
    return VenueError(-1131, "recvWindow must be less than 60000.")


def insufficient_balance() -> VenueError:
    return VenueError(-2010, "Account has insufficient balance for requested action.")


def order_rejected(why: str) -> VenueError:
    return VenueError(-2010, why)


def unknown_order() -> VenueError:
    """Cancel of an order that is not open."""
    return VenueError(-2011, "Unknown order sent.")


def no_such_order() -> VenueError:
    """Query of an order that was never made."""
    return VenueError(-2013, "Order does not exist.")


def bad_key_format() -> VenueError:
    return VenueError(-2014, "API-key format invalid.", 401)


def bad_key() -> VenueError:
    return VenueError(-2015, "Invalid API-key, IP, or permissions for action.", 401)


def no_such_path(path: str, method: str) -> VenueError:
    return VenueError(-5000, f"Path {path}, Method {method} is invalid", 404)


def internal() -> VenueError:
    return VenueError(-1000, "An unknown error occurred while processing the request.", 500)


_ADVICE = "Please use WebSocket Streams for live updates to avoid polling the API."


def too_much_weight(limit: int, retry_after_s: int) -> VenueError:
    text = f"Too much request weight used; current limit is {limit} request weight per 1 MINUTE. {_ADVICE}"
    return VenueError(-1003, text, 429, {"Retry-After": str(retry_after_s)})


def banned(until_ms: int, retry_after_s: int) -> VenueError:
    """The answer to a client that goes on after 429."""
    text = f"Way too much request weight used; IP banned until {until_ms}. {_ADVICE}"
    return VenueError(-1003, text, 418, {"Retry-After": str(retry_after_s)})


def too_many_orders(limit: int, interval: str, retry_after_s: int) -> VenueError:
    text = f"Too many new orders; current limit is {limit} orders per {interval}."
    return VenueError(-1015, text, 429, {"Retry-After": str(retry_after_s)})
