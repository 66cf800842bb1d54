"""Alerts to the operator's phone, through the Telegram Bot API."""

from __future__ import annotations

import json
import logging
import time
import urllib.error
import urllib.request
from typing import Any

from src.config import Settings, load

logger = logging.getLogger(__name__)

TIMEOUT = 5.0
"""Seconds for one request; an alert that takes longer has missed its purpose."""
LONGEST_FLOOD_WAIT = 5.0
SPECIAL = "_*`["


class TelegramError(Exception):
    """An alert was not delivered: the service's own words, or why it was not reached."""

    def __init__(self, text: str, code: int = 0, retry_after: float = 0) -> None:
        super().__init__(text)
        self.code, self.retry_after = code, retry_after


def escape(text: str) -> str:
    """Text of others inside a legacy Markdown message: its marks shown, not obeyed."""
    return "".join("\\" + letter if letter in SPECIAL else letter for letter in text)


def kill_switch_text(reason: str, daily_pnl: float, daily_loss_limit: float, utilization: float) -> str:
    """The alert of an activation. `daily_loss_limit` is negative, `utilization` in percent."""
    return (
        "🛑 *KILL-SWITCH ACTIVATED* 🛑\n\n"
        f"Daily Loss: `{daily_pnl:.2f}` USDT\n"
        f"Limit: `{daily_loss_limit:.2f}` USDT\n"
        f"Utilization: `{utilization:.1f}%`\n\n"
        "⚠️ *All trading halted. Manual intervention required.*\n"
        f"Reason: {escape(reason)}"
    )


class TelegramAlert:
    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or load()
        loopback = self.settings.telegram_base.startswith(("http://127.", "http://localhost"))
        handlers = [urllib.request.ProxyHandler({})] if loopback else []
        self._opener = urllib.request.build_opener(*handlers)

    def call(self, method: str, **values: Any) -> Any:
        """The result of one Bot API method. Raises TelegramError."""
        url = f"{self.settings.telegram_base}/bot{self.settings.telegram_token}/{method}"
        body = json.dumps(values).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                return json.load(answer)["result"]
        except urllib.error.HTTPError as error:
            raise refusal(error) from None
        except (OSError, ValueError, KeyError) as error:
            raise TelegramError(f"not reached: {getattr(error, 'reason', error)}") from None

    def send(self, text: str, *, silent: bool = False) -> int:
        """Deliver one message in legacy Markdown and return its id. Raises TelegramError.

        A short flood wait is sat out once; a text whose Markdown is refused goes out plain, for an alert
        that looks odd is better than none.
        """
        values = {"chat_id": self.settings.telegram_chat, "text": text, "disable_notification": silent}
        try:
            return int(self.call("sendMessage", **values, parse_mode="Markdown")["message_id"])
        except TelegramError as error:
            if error.code == 429 and error.retry_after <= LONGEST_FLOOD_WAIT:
                time.sleep(error.retry_after)
            elif error.code != 400 or "can't parse entities" not in str(error):
                raise
        return int(self.call("sendMessage", **values)["message_id"])

    def alert(self, text: str) -> bool:
        """Deliver `text`, or log why not: a silent phone must never stop what raised the alert."""
        if not self.settings.telegram_configured:
            logger.warning("Telegram is not configured, alert not sent")
            return False
        started = time.monotonic()
        try:
            self.send(text)
        except TelegramError as error:
            logger.error("Telegram alert failed after %.2f s: %s", time.monotonic() - started, error)
            return False
        logger.info("Telegram alert delivered in %.2f s", time.monotonic() - started)
        return True


def refusal(error: urllib.error.HTTPError) -> TelegramError:
    try:
        body = json.load(error)
        wait = float(body.get("parameters", {}).get("retry_after", 0))
        return TelegramError(str(body["description"]), error.code, wait)
    except (ValueError, KeyError, AttributeError):
        return TelegramError(f"HTTP {error.code}", error.code)
