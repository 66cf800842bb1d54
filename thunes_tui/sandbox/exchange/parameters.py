"""The parameters of one request, read with the venue's own complaints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from urllib.parse import parse_qsl

from thunes_tui.sandbox.exchange import refusal
from thunes_tui.sandbox.exchange.refusal import VenueError

_DECIMAL = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
_WHOLE = r"^[0-9]{1,20}$"
SYMBOL = r"^[A-Z0-9-_.]{1,20}$"
SIGNING = ("timestamp", "recvWindow", "signature")


class Parameters:
    """Names and values of query and body together; each getter raises the fitting `VenueError`."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, str] = {}
        for name, value in pairs:
            if name in self._values:
                raise refusal.duplicated(name)
            self._values[name] = value

    @classmethod
    def of(cls, query: str, body: str) -> Parameters:
        """From the raw query and form body of a request."""
        return cls(pair for part in (query, body) for pair in parse_qsl(part, keep_blank_values=True))

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def allow_only(self, names: Sequence[str]) -> None:
        """Raises -1104 when something was sent that the endpoint does not read."""
        unread = self._values.keys() - set(names) - set(SIGNING)
        if unread:
            sent = len(self._values)
            raise refusal.unread(sent - len(unread), sent)

    def optional(self, name: str, legal: str | None = None) -> str | None:
        value = self._values.get(name)
        if value is None:
            return None
        if not value:
            raise refusal.empty(name)
        if legal is not None and re.fullmatch(legal, value) is None:
            raise refusal.illegal_characters(name, legal)
        return value

    def required(self, name: str, legal: str | None = None) -> str:
        if not self._values.get(name):
            raise refusal.mandatory(name)
        value = self.optional(name, legal)
        assert value is not None
        return value

    def whole(self, name: str) -> int | None:
        value = self.optional(name, _WHOLE)
        return None if value is None else int(value)

    def limit(self, default: int, most: int) -> int:
        """`limit`, cut to what the endpoint gives at most. Raises -1130 for nought."""
        value = self.whole("limit")
        if value is None:
            return default
        if value == 0:
            raise refusal.bad_data("limit")
        return min(value, most)

    def positive(self, name: str, places: int) -> Decimal | None:
        """A decimal above nought with at most `places` digits after the point."""
        value = self.optional(name, _DECIMAL)
        if value is None:
            return None
        number = Decimal(value)
        if len(value.partition(".")[2].rstrip("0")) > places:
            raise refusal.too_precise(name)
        if number == 0:
            raise refusal.invalid("price" if name == "price" else "quantity")
        return number

    def choice(self, name: str, legal: Iterable[str], otherwise: VenueError) -> str:
        """One of a fixed set; absent is -1102, another word is `otherwise`."""
        value = self.required(name)
        if value not in tuple(legal):
            raise otherwise
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.optional(name)
        if value is None:
            return default
        if value.lower() not in {"true", "false"}:
            raise refusal.bad_data(name)
        return value.lower() == "true"
