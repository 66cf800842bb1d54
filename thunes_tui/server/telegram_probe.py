"""Whether Telegram can be reached, and knows the bot's token: asked where and how the bot itself asks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from thunes_tui.config import Profile
from thunes_tui.server.environment import effective
from thunes_tui.server.preflight import TELEGRAM, UNREACHED, ask_telegram
from thunes_tui.server.preflight_sections import telegram_settings


class TelegramProbe:
    """One project's; it sends no message, and the token stands in no answer."""

    def __init__(self, project: Path, profile: Profile, environ: Mapping[str, str]) -> None:
        self._project = project
        self._profile = profile
        self._environ = environ

    async def reach(self) -> tuple[bool, str]:
        """Whether anything answers at the bot's address, whatever it says, and that in words."""
        reached, _good, words = await self._ask()
        return reached, words

    async def token(self) -> tuple[bool, str]:
        """Whether it answers and takes the token."""
        reached, good, words = await self._ask()
        return reached and good, words

    async def _ask(self) -> tuple[bool, bool, str]:
        settings = effective(self._project, self._profile, self._environ)
        missing = telegram_settings(settings)
        base = settings.get("TELEGRAM_API_BASE") or self._profile.world.telegram_url or TELEGRAM
        host = urlsplit(base).hostname or base
        answer = await asyncio.to_thread(ask_telegram, base, settings.get("TELEGRAM_BOT_TOKEN"), "getMe", {})
        why = str(answer.get("description", "no answer"))
        if not answer.get("ok") and why.startswith(UNREACHED):
            return False, False, f"{host} was {why}"
        if missing.problems:
            return True, False, missing.detail
        if not answer.get("ok"):
            return True, False, f"{host} answers, and refused the token: {why}"
        return True, True, f"{host} answers as @{answer.get('result', {}).get('username', '?')}"
