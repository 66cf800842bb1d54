"""What the stand-in's bot can do, in the service's own words: its methods, its refusals, its faults."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from thunes_tui.clock import Clock
from thunes_tui.sandbox.telegram.inbox import Inbox
from thunes_tui.sandbox.telegram.markdown import EntityError, Rendered, render

LONGEST_TEXT = 4096
LONGEST_POLL = 50.0
TOKEN_SHAPE = re.compile(r"\d+:[A-Za-z0-9_-]+")
TRUE_WORDS = ("1", "true", "yes")


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with the service. All off is a healthy one."""

    down: bool = False
    """Connections are cut without an answer."""
    slow_s: float = 0.0
    """Every answer takes this many seconds longer, and a message arrives that much later."""
    flood: int = 0
    """When above 0, every call is refused with 429 and this many seconds to wait."""
    silent: bool = False
    """Connections are taken and nothing ever comes back."""

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Faults:
        """From a request's JSON; raises ValueError for a name or a value that is none."""
        unknown = set(body) - {each.name for each in fields(cls)}
        if unknown:
            names = ", ".join(each.name for each in fields(cls))
            raise ValueError(f"no such fault: {', '.join(sorted(unknown))}; there are {names}")
        down, silent = bool(body.get("down", False)), bool(body.get("silent", False))
        return cls(down, float(body.get("slow_s", 0)), int(body.get("flood", 0)), silent).checked()

    def checked(self) -> Faults:
        if self.slow_s < 0 or self.flood < 0:
            raise ValueError("slow_s and flood are seconds, 0 or more")
        return self


class ApiError(Exception):
    """A refusal in the service's own words."""

    def __init__(self, code: int, description: str, retry_after: int = 0) -> None:
        super().__init__(description)
        self.code, self.description, self.retry_after = code, description, retry_after

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


@dataclass(slots=True)
class Service:
    """The bot, its chat, what was sent and what waits to be fetched."""

    clock: Clock
    token: str
    chat_id: int
    inbox: Inbox
    faults: Faults = field(default_factory=Faults)
    updates: list[dict[str, Any]] = field(default_factory=list)
    said: asyncio.Event = field(default_factory=asyncio.Event)
    polling: int = 0
    """How many getUpdates calls wait for something to be said."""

    @property
    def user(self) -> dict[str, Any]:
        bot_id = int(self.token.partition(":")[0])
        return {
            "id": bot_id,
            "is_bot": True,
            "first_name": "THUNES sandbox",
            "username": "thunes_sandbox_bot",
        }

    @property
    def chat(self) -> dict[str, Any]:
        return {"id": self.chat_id, "type": "private", "first_name": "Operator"}

    def admit(self, token: str) -> None:
        """Let a call with this token in. Raises ApiError, also while a flood is on."""
        if not TOKEN_SHAPE.fullmatch(token):
            raise ApiError(404, "Not Found")
        if token != self.token:
            raise ApiError(401, "Unauthorized")
        if self.faults.flood:
            wait = self.faults.flood
            raise ApiError(429, f"Too Many Requests: retry after {wait}", wait)

    async def call(self, method: str, values: Mapping[str, Any]) -> Any:
        """The result of one method; names are matched as the service does, without regard to case."""
        known: dict[str, Callable[[Mapping[str, Any]], Awaitable[Any]]] = {
            "getme": self.get_me,
            "sendmessage": self.send_message,
            "getupdates": self.get_updates,
        }
        handler = known.get(method.lower())
        if handler is None:
            raise ApiError(404, "Not Found: method not found")
        return await handler(values)

    async def get_me(self, _values: Mapping[str, Any]) -> dict[str, Any]:
        rights = {"can_join_groups": True, "can_read_all_group_messages": False}
        return {**self.user, **rights, "supports_inline_queries": False}

    async def send_message(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Deliver one text to the phone."""
        chat = str(values.get("chat_id", "")).strip()
        if not chat:
            raise ApiError(400, "Bad Request: chat_id is empty")
        if chat != str(self.chat_id):
            raise ApiError(400, "Bad Request: chat not found")
        raw = str(values.get("text", ""))
        shown = _rendered(raw, str(values.get("parse_mode", "")))
        kept = self.inbox.add(
            arrived_us=self.clock.now().t,
            chat_id=self.chat_id,
            text=shown.text,
            raw=raw,
            silent=_truth(values.get("disable_notification", False)),
        )
        message = {"message_id": kept["message_id"], "date": kept["date"], "text": shown.text}
        sent: dict[str, Any] = {**message, "from": self.user, "chat": self.chat}
        if shown.entities:
            sent["entities"] = list(shown.entities)
        return sent

    async def get_updates(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What the phone's owner wrote, from `offset` on; lower ones are confirmed and forgotten."""
        try:
            offset = int(values.get("offset", 0) or 0)
            wait = min(float(values.get("timeout", 0) or 0), LONGEST_POLL)
            limit = int(values.get("limit", 100) or 100)
        except ValueError as error:
            raise ApiError(400, "Bad Request: invalid parameter") from error
        if offset > 0:
            self.updates = [update for update in self.updates if update["update_id"] >= offset]
        if not self.updates and wait > 0:
            await self._wait_for_words(wait)
        return self.updates[:limit]

    async def _wait_for_words(self, seconds: float) -> None:
        self.said.clear()
        self.polling += 1
        try:
            await asyncio.wait_for(self.said.wait(), seconds)
        except TimeoutError:
            pass
        finally:
            self.polling -= 1

    def say(self, text: str) -> None:
        """A text typed on the phone, to be fetched with getUpdates."""
        now = self.clock.now().t
        number = now // 1000
        message = {
            "message_id": number,
            "date": now // 1_000_000,
            "chat": self.chat,
            "from": {"id": self.chat_id, "is_bot": False, "first_name": "Operator"},
            "text": text,
        }
        last = self.updates[-1]["update_id"] if self.updates else 0
        self.updates.append({"update_id": max(number, last + 1), "message": message})
        self.said.set()


def _rendered(raw: str, parse_mode: str) -> Rendered:
    mode = parse_mode.lower()
    if mode not in ("", "markdown"):
        raise ApiError(400, "Bad Request: unsupported parse_mode")
    try:
        shown = render(raw.strip()) if mode else Rendered(raw.strip())
    except EntityError as error:
        raise ApiError(400, f"Bad Request: {error}") from error
    if not shown.text.strip():
        raise ApiError(400, "Bad Request: message text is empty")
    if len(shown.text) > LONGEST_TEXT:
        raise ApiError(400, "Bad Request: message is too long")
    return shown


def _truth(value: Any) -> bool:
    return value is True or str(value).lower() in TRUE_WORDS
