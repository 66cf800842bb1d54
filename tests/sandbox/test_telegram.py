"""The phone's stand-in, driven by python-telegram-bot as it comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from telegram import Bot
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TimedOut

from thunes_tui.clock import system
from thunes_tui.sandbox.telegram.markdown import EntityError, render
from thunes_tui.sandbox.telegram.server import Server, serve
from thunes_tui.sandbox.telegram.service import Faults

TOKEN = "123456789:sandbox-token_of-no-worth"
CHAT = 424242
KILL = (
    "🛑 *KILL-SWITCH ACTIVATED* 🛑\n\nDaily Loss: `0.00` USDT\n\n"
    "⚠️ *All trading halted. Manual intervention required.*\nReason: DRILL: Manual activation test"
)


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Server]:
    server = await serve(tmp_path, system(), token=TOKEN, chat_id=CHAT)
    yield server
    await server.close()


@asynccontextmanager
async def client(server: Server, token: str = TOKEN) -> AsyncIterator[Bot]:
    """A real client that never asked getMe, as the bot under drill uses it."""
    bot = Bot(token, base_url=f"{server.url}/bot")
    try:
        yield bot
    finally:
        await bot.request.shutdown()


async def post(server: Server, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as session, session.post(server.url + path, json=body) as answer:
        return answer.status, await answer.json()


async def test_a_real_client_sends_without_get_me_and_the_phone_shows_it(
    phone: Server, tmp_path: Path
) -> None:
    before = system().now().t
    async with client(phone) as bot:
        sent = await bot.send_message(CHAT, KILL, parse_mode="Markdown", disable_notification=False)
    assert sent.message_id == 1
    assert sent.chat.id == CHAT
    assert sent.text is not None
    assert sent.text.startswith("🛑 KILL-SWITCH ACTIVATED 🛑")
    assert sent.parse_entities()[sent.entities[0]] == "KILL-SWITCH ACTIVATED"
    kept = [json.loads(line) for line in (tmp_path / "inbox.jsonl").read_text().splitlines()]
    assert [line["message_id"] for line in kept] == [1]
    assert kept[0]["chat_id"] == CHAT
    assert kept[0]["text"] == sent.text
    assert kept[0]["raw"] == KILL
    assert before <= kept[0]["arrived_us"] <= system().now().t
    assert kept[0]["date"] == kept[0]["arrived_us"] // 1_000_000


async def test_initialize_and_get_updates_work_for_a_real_client(phone: Server) -> None:
    async with Bot(TOKEN, base_url=f"{phone.url}/bot") as bot:
        assert bot.username == "thunes_sandbox_bot"
        assert await bot.get_updates() == ()
        await post(phone, "/_sandbox/say", text="/status")
        update = (await bot.get_updates())[0]
        assert update.message is not None
        assert update.message.text == "/status"
        assert await bot.get_updates(offset=update.update_id + 1) == ()


async def test_a_long_poll_ends_when_something_is_said(phone: Server) -> None:
    async with Bot(TOKEN, base_url=f"{phone.url}/bot") as bot, asyncio.timeout(5):
        waiting = asyncio.ensure_future(bot.get_updates(timeout=20))
        while not phone.service.polling:
            await asyncio.sleep(0.01)
        await post(phone, "/_sandbox/say", text="here")
        got = await waiting
        assert [update.message.text for update in got if update.message] == ["here"]


async def test_errors_map_to_the_clients_own(phone: Server) -> None:
    async with client(phone) as bot:
        with pytest.raises(BadRequest, match=r"[Cc]an't find end of the entity starting at byte offset 5"):
            await bot.send_message(CHAT, "🛑 *open", parse_mode="Markdown")
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(CHAT + 1, "hello")
        with pytest.raises(BadRequest, match="Message text is empty"):
            await bot.send_message(CHAT, "  ")
        with pytest.raises(BadRequest, match="Message is too long"):
            await bot.send_message(CHAT, "x" * 4097)
    async with client(phone, "123456789:another") as stranger:
        with pytest.raises(InvalidToken):
            await stranger.send_message(CHAT, "hello")
    assert phone.service.inbox.messages == []


async def test_faults_flood_slow_and_down(phone: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    async with client(phone) as bot:
        assert (await post(phone, "/_sandbox/faults", flood=7))[0] == 200
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(CHAT, "hello")
        assert caught.value.retry_after == timedelta(seconds=7)
        await post(phone, "/_sandbox/faults", flood=0, slow_s=0.4)
        with pytest.raises(TimedOut):
            await bot.send_message(CHAT, "late", read_timeout=0.1)
        await post(phone, "/_sandbox/faults", slow_s=0, down=True)
        with pytest.raises(NetworkError):
            await bot.send_message(CHAT, "lost")
        await post(phone, "/_sandbox/faults", down=False)
        assert (await bot.send_message(CHAT, "back")).text == "back"
        assert phone.service.faults == Faults()


async def test_a_fault_that_is_none_is_refused(phone: Server) -> None:
    status, body = await post(phone, "/_sandbox/faults", dwon=True)
    assert status == 400
    assert "no such fault: dwon" in body["error"]
    assert (await post(phone, "/_sandbox/faults", slow_s=-1))[0] == 400
    assert phone.service.faults == Faults()


async def test_error_bodies_are_the_services_own(phone: Server) -> None:
    status, body = await post(phone, "/botnonsense/getMe")
    assert (status, body) == (404, {"ok": False, "error_code": 404, "description": "Not Found"})
    status, body = await post(phone, "/bot1:wrong/getMe")
    assert (status, body) == (401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
    status, body = await post(phone, f"/bot{TOKEN}/deleteEverything")
    assert (status, body["error_code"]) == (404, 404)
    await post(phone, "/_sandbox/faults", flood=5)
    status, body = await post(phone, f"/bot{TOKEN}/sendMessage", chat_id=CHAT, text="x")
    assert status == 429
    assert body["parameters"] == {"retry_after": 5}


async def test_json_and_form_and_query_are_all_read(phone: Server) -> None:
    assert (await post(phone, f"/bot{TOKEN}/sendMessage", chat_id=CHAT, text="json"))[0] == 200
    async with aiohttp.ClientSession() as session:
        url = f"{phone.url}/bot{TOKEN}/sendMessage"
        form = {"chat_id": str(CHAT), "text": "form", "disable_notification": "true"}
        async with session.post(url, data=form) as answer:
            assert answer.status == 200
        async with session.get(url, params={"chat_id": str(CHAT), "text": "query"}) as answer:
            assert answer.status == 200
        async with session.get(f"{phone.url}/_sandbox/inbox") as answer:
            inbox = await answer.json()
    assert [(kept["text"], kept["silent"]) for kept in inbox] == [
        ("json", False),
        ("form", True),
        ("query", False),
    ]


async def test_the_inbox_goes_on_after_a_restart_and_a_torn_line_is_cut(tmp_path: Path) -> None:
    first = await serve(tmp_path, system(), token=TOKEN, chat_id=CHAT)
    await post(first, f"/bot{TOKEN}/sendMessage", chat_id=CHAT, text="one")
    await first.close()
    with (tmp_path / "inbox.jsonl").open("ab") as inbox:
        inbox.write(b'{"message_id": 2, "te')
    second = await serve(tmp_path, system(), token=TOKEN, chat_id=CHAT)
    _, body = await post(second, f"/bot{TOKEN}/sendMessage", chat_id=CHAT, text="two")
    await second.close()
    assert body["result"]["message_id"] == 2
    lines = (tmp_path / "inbox.jsonl").read_text().splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["one", "two"]


async def test_a_port_in_use_is_an_os_error(phone: Server, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="address already in use"):
        await serve(tmp_path / "other", system(), port=phone.port, token=TOKEN, chat_id=CHAT)


@pytest.mark.parametrize(
    ("source", "text", "kinds"),
    [
        ("plain", "plain", []),
        ("a *b* _c_ `d`", "a b c d", ["bold", "italic", "code"]),
        (r"snake\_case \* \[x]", "snake_case * [x]", []),
        ("**bold**", "bold", []),
        ("[THUNES](https://example.test/x)", "THUNES", ["text_link"]),
        ("```python\nx = 1\n```", "x = 1\n", ["pre"]),
    ],
)
def test_legacy_markdown(source: str, text: str, kinds: list[str]) -> None:
    shown = render(source)
    assert shown.text == text
    assert [entity["type"] for entity in shown.entities] == kinds


@pytest.mark.parametrize("source", ["*a", "_a", "`a", "[a", "[a](b", "```a", "snake_case"])
def test_an_unclosed_mark_is_an_error(source: str) -> None:
    with pytest.raises(EntityError, match="byte offset"):
        render(source)


def test_offsets_of_entities_are_utf_16() -> None:
    assert render("🛑 *x*").entities[0]["offset"] == 3
