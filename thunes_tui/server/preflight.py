"""The native pre-flight: the eight sections of the seed's script, looked at by the console itself.

The project's own script runs beside it; both must pass, and where they disagree one of them is wrong.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from thunes_tui.config import Profile
from thunes_tui.drill.model import SECTIONS
from thunes_tui.observations import SectionSensed
from thunes_tui.server import guard, preflight_sections
from thunes_tui.server.environment import Settings, effective
from thunes_tui.server.guard import Worker
from thunes_tui.server.preflight_script import parse_script
from thunes_tui.server.preflight_sections import Found
from thunes_tui.sources.recognise import Recogniser

__all__ = ["NativePreflight", "parse_script"]

SECTION_S = 25.0
"""One section may take so long; the exchange worker's first start is the longest."""
TELEGRAM_S = 5.0
TELEGRAM = "https://api.telegram.org"
CLIP = 300
UNREACHED = "not reached"
"""How the description of a call begins that nobody answered: it tells nothing of the token."""
REACH = "Check the network and TELEGRAM_API_BASE, then run the pre-flight again"


class TextMask(Protocol):
    def text(self, text: str) -> str: ...


class NativePreflight:
    """Looks at the project; changes nothing, sends no message, imports nothing of the bot."""

    def __init__(
        self, project: Path, profile: Profile, environ: Mapping[str, str], mask: TextMask, worker: Worker
    ) -> None:
        """`environ` is what the drill's shell gets; `worker` is made from the same settings."""
        self._project = project
        self._profile = profile
        self._environ = environ
        self._mask = mask
        self._worker = worker

    async def sections(self, run: int) -> AsyncIterator[SectionSensed]:
        """The eight, in the script's order, each once it is known. Where looking fails, the section does."""
        looks = (
            self._environment,
            self._telegram,
            self._exchange,
            self._position_tracker,
            self._risk_manager,
            self._audit_trail,
            self._required_files,
            self._system_resources,
        )
        for number, look in enumerate(looks, start=1):
            try:
                async with asyncio.timeout(SECTION_S):
                    found = await look()
            except TimeoutError:
                found = Found([f"it could not be looked at within {SECTION_S:g} s"])
            except OSError as error:
                found = Found([f"it could not be looked at: {error.strerror}"])
            detail = self._mask.text(found.detail)[:CLIP]
            fix = (found.fix or self._fix(number)) if found.problems else ""
            yield SectionSensed(run, number, SECTIONS[number - 1], "native", found.verdict, detail, fix)

    def _settings(self) -> Settings:
        return effective(self._project, self._profile, self._environ)

    async def _environment(self) -> Found:
        return preflight_sections.environment(self._project, self._profile, self._settings())

    async def _telegram(self) -> Found:
        """The service knows the token and the chat; no message is sent."""
        settings = self._settings()
        found = preflight_sections.telegram_settings(settings)
        if found.problems:
            return found
        base = settings.get("TELEGRAM_API_BASE") or self._profile.world.telegram_url or TELEGRAM
        token, chat = settings.get("TELEGRAM_BOT_TOKEN"), settings.get("TELEGRAM_CHAT_ID")
        answer = await asyncio.to_thread(ask_telegram, base, token, "getMe", {})
        if not answer.get("ok"):
            why = str(answer.get("description", "no answer"))
            silent = why.startswith(UNREACHED)
            found.problems.append(f"Telegram was {why}" if silent else f"Telegram refused the token: {why}")
            found.fix = REACH if silent else ""
            return found
        found.remarks.append(
            f"bot @{answer.get('result', {}).get('username', '?')} answers, chat {chat} is set"
        )
        return found

    async def _exchange(self) -> Found:
        """A signed request; asked only where the address is a testnet's."""
        reasons = guard.settings_reasons(self._settings(), self._profile, "")
        if reasons:
            return Found([f"not asked: {reasons[0]}"])
        answer = await self._worker.ask({"do": "probe"})
        if not answer.get("ok"):
            return Found([str(answer.get("error", "no answer"))])
        if not answer.get("can_trade"):
            return Found(["the keys are valid, but may not trade"])
        return Found(remarks=["the testnet answers, the keys are valid and may trade"])

    async def _position_tracker(self) -> Found:
        path = self._project / self._profile.paths.database
        return await asyncio.to_thread(preflight_sections.position_tracker, path)

    async def _risk_manager(self) -> Found:
        return await asyncio.to_thread(preflight_sections.risk_manager, self._project, self._profile)

    async def _audit_trail(self) -> Found:
        path = self._project / self._profile.paths.audit
        return await asyncio.to_thread(preflight_sections.audit_trail, path)

    async def _required_files(self) -> Found:
        return preflight_sections.required_files(self._project, self._profile)

    async def _system_resources(self) -> Found:
        recogniser = Recogniser(self._project, self._profile.bot.scripts)
        processes = await asyncio.to_thread(lambda: tuple(recogniser.snapshot()))
        bots = tuple(each.pid for each in processes if each.bot)
        return preflight_sections.system_resources(self._project, bots)

    def _fix(self, number: int) -> str:
        """The seed's fix of a section that failed."""
        paths, venue = self._profile.paths, self._profile.venue
        return (
            f"source {paths.activate}; fill in {paths.environment}",
            f"Add TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID to {paths.environment}",
            f"Verify that {venue.key} and {venue.secret} are valid for testnet",
            "Create an open position or plan to skip Test 1; check the database's path and integrity",
            'grep -n "fcntl" src/risk/manager.py; deactivate the kill switch if it is on',
            f"Validate all lines of {paths.audit}; do not deploy until two-level locking is verified",
            "Restore the missing files from git: git status",
            "Free disk and memory; stop all bots but one",
        )[number - 1]


def ask_telegram(base: str, token: str, method: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """One Bot API call; trouble is an answer that is not `ok`, and never holds the token. Blocks."""
    import urllib.error
    import urllib.request

    url = f"{base.rstrip('/')}/bot{token}/{method}"
    if urlsplit(url).scheme not in ("http", "https"):
        return {"ok": False, "description": "TELEGRAM_API_BASE is no address"}
    # A proxy of the box cannot know our loopback.
    own = urlsplit(url).hostname in guard.LOOPBACK
    opener = urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if own else []))
    request = urllib.request.Request(url, json.dumps(values).encode(), {"Content-Type": "application/json"})  # noqa: S310 - scheme checked above
    try:
        with opener.open(request, timeout=TELEGRAM_S) as answer:
            body = answer.read(1 << 16)
    except urllib.error.HTTPError as error:
        with error:
            body = error.read(1 << 16)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return {"ok": False, "description": f"{UNREACHED}: {str(reason).replace(token, '...')}"}
    try:
        found: dict[str, Any] = json.loads(body)
    except ValueError:
        return {"ok": False, "description": "the answer is no JSON"}
    return found
