"""Who may ask: key, signature over the exact bytes that were sent, and the request's own time."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from decimal import Decimal

from thunes_tui.sandbox.exchange import refusal
from thunes_tui.sandbox.exchange.parameters import Parameters

KEY_HEADER = "X-MBX-APIKEY"
_KEY_FORMAT = re.compile(r"[A-Za-z0-9]{64}")
_WINDOW_MS = Decimal(5_000)
_LONGEST_WINDOW_MS = Decimal(60_000)
_AHEAD_MS = 1_000
# A time of sixteen digits is in microseconds.
_MICROSECONDS_FROM = 10**15
_DECIMAL = r"^[0-9]{1,12}(\.[0-9]{1,3})?$"


def signed_bytes(query: str, body: bytes) -> bytes:
    """What a signature covers: query and body as they were sent, joined by nothing, less itself."""
    return _without_signature(query.encode("utf-8", "surrogateescape")) + _without_signature(body)


def _without_signature(raw: bytes) -> bytes:
    return b"&".join(pair for pair in raw.split(b"&") if not pair.startswith(b"signature="))


def secret_of(keys: Mapping[str, str], key: str | None) -> str:
    """The secret that belongs to a key. Raises -2014 for what cannot be a key, -2015 for an unknown one."""
    secret = keys.get(key or "")
    if secret is not None:
        return secret
    if key is None or _KEY_FORMAT.fullmatch(key) is None:
        raise refusal.bad_key_format()
    raise refusal.bad_key()


def check(parameters: Parameters, secret: str, payload: bytes, now_ms: int) -> None:
    """Holds a signed request against its secret and the clock. Raises -1102, -1131, -1021 and -1022."""
    parameters.required("timestamp")
    sent = parameters.whole("timestamp")
    assert sent is not None
    window = Decimal(parameters.optional("recvWindow", _DECIMAL) or _WINDOW_MS)
    signature = parameters.required("signature")
    if window > _LONGEST_WINDOW_MS:
        raise refusal.window_too_large()
    if sent >= _MICROSECONDS_FROM:
        sent //= 1000
    if sent >= now_ms + _AHEAD_MS:
        raise refusal.ahead_of_server()
    if now_ms - sent > window:
        raise refusal.outside_window()
    expected = hmac.new(secret.encode(), payload, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.lower().encode()):
        raise refusal.bad_signature()
