"""Is the phone reachable? Asks the bot for its name and sends one message. Ends with 0 when both worked."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from src.alerts.telegram import TelegramAlert, TelegramError


def main() -> int:
    telegram = TelegramAlert()
    if not telegram.settings.telegram_configured:
        print("❌ Telegram is not configured: add TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID to .env")
        return 1
    try:
        print(f"✅ Bot @{telegram.call('getMe')['username']} answers")
        started = time.monotonic()
        number = telegram.send("✅ *Telegram verification*: this message reached you, so alerts will.")
    except TelegramError as error:
        print(f"❌ Telegram: {error}")
        return 1
    print(f"✅ Message {number} delivered in {time.monotonic() - started:.2f} s, look at the phone")
    return 0


if __name__ == "__main__":
    sys.exit(main())
