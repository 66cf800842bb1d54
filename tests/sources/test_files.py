"""The log and the audit trail as sources: real files, written, rotated, damaged."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources.follow_rig import running
from thunes_tui.clock import system
from thunes_tui.config import Bot
from thunes_tui.events.base import Event, encode
from thunes_tui.events.box import SourceDown, SourceLines, SourceMarked, SourceOpened, SourceSpan
from thunes_tui.lines.packing import unpack
from thunes_tui.lines.watch import WatchHub
from thunes_tui.mask import Mask
from thunes_tui.observations import AuditSeen, Happened, LogSeen
from thunes_tui.sources import files
from thunes_tui.sources.audit import Audit, wrong_with
from thunes_tui.sources.log import Log, union

SECRET = "kQ8vJm2xT5pLw9ZrB4nYc7Hd"
NOW = system().now().t / 1e6
MASK = Mask.of({"BINANCE_TESTNET_API_SECRET": SECRET})


@pytest.fixture
def hub() -> Iterator[WatchHub]:
    made = WatchHub()
    yield made
    made.close()


def record(event: str, **fields: object) -> bytes:
    return json.dumps({"timestamp": "2025-10-09T10:00:00.000001", "event": event, **fields}).encode() + b"\n"


def line(text: str, level: str = "INFO", at: float | None = None) -> bytes:
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(NOW if at is None else at))
    return f"{stamp} - __main__ - {level} - {text}\n".encode()


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


async def test_records_begin_at_the_end_and_name_their_place(tmp_path: Path, hub: WatchHub) -> None:
    path = tmp_path / "audit.jsonl"
    old = (
        record("TRADE_APPROVED", side="BUY") + record("KILL_SWITCH_ACTIVATED", reason="old") + record("OTHER")
    )
    path.write_bytes(old)
    async with running(Audit(path, "logs/audit.jsonl", MASK, hub)) as got:
        await got.until(lambda: got.of(AuditSeen))
        opened = got.events(SourceOpened)[0]
        assert (opened.source, opened.offset) == ("audit", len(old))
        before = got.of(AuditSeen)[0]
        assert before.replayed
        assert before.fields["reason"] == "old"
        new = record("KILL_SWITCH_DEACTIVATED", reason="drill", key=SECRET)
        append(path, new)
        await got.until(lambda: len(got.of(AuditSeen)) == 2)
    seen = got.of(AuditSeen)[1]
    assert (seen.event, seen.offset, seen.replayed) == ("KILL_SWITCH_DEACTIVATED", len(old), False)
    assert seen.sha256 == hashlib.sha256(new.rstrip(b"\n")).hexdigest()
    assert SECRET not in repr(got.seen)
    assert seen.fields["key"] == "[redacted:BINANCE_TESTNET_API_SECRET]"
    recorded = got.events(SourceLines)
    assert [(each.offset, each.end, each.count) for each in recorded] == [(len(old), len(old) + len(new), 1)]


async def test_a_missing_file_is_waited_for(tmp_path: Path, hub: WatchHub) -> None:
    path = tmp_path / "logs" / "audit.jsonl"
    async with running(Audit(path, "logs/audit.jsonl", MASK, hub)) as got:
        await got.until(lambda: got.events(SourceDown))
        assert got.events(SourceDown)[0].reason == "logs/audit.jsonl does not exist yet; waiting for it"
        path.parent.mkdir()
        path.write_bytes(record("TRADE_APPROVED"))
        await got.until(lambda: got.of(AuditSeen))
        assert got.events(SourceOpened)[0].offset == 0
        assert got.of(AuditSeen)[0].offset == 0


async def test_a_folder_in_its_place_is_said(tmp_path: Path, hub: WatchHub) -> None:
    (tmp_path / "audit.jsonl").mkdir()
    async with running(Audit(tmp_path / "audit.jsonl", "audit.jsonl", MASK, hub)) as got:
        await got.until(lambda: got.events(SourceDown))
        assert "it is a folder" in got.events(SourceDown)[0].reason


async def test_rotation_is_marked_and_nothing_is_lost(tmp_path: Path, hub: WatchHub) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"")
    async with running(Audit(path, "audit.jsonl", MASK, hub)) as got:
        await got.until(lambda: got.events(SourceOpened))
        append(path, record("ONE"))
        inodes = [path.stat().st_ino]
        path.rename(tmp_path / "audit.jsonl.1")
        path.write_bytes(record("TWO"))
        await got.until(lambda: len(got.of(AuditSeen)) == 2)
    assert [each.event for each in got.of(AuditSeen)] == ["ONE", "TWO"]
    inodes.append(path.stat().st_ino)
    assert [each.identity for each in got.of(AuditSeen)] == [(path.stat().st_dev, one) for one in inodes]
    assert [each.what for each in got.events(SourceMarked)] == ["rotated"]
    assert [each.file for each in got.events(SourceLines)] == [0, 1]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"not json", "no JSON"),
        (b'{"event":"A"}{"event":"B"}', "glued records"),
        (b'{"event":"A","x"\0}', "zero bytes"),
        (b"[1]", "no object"),
        (b'{"timestamp":"x"}', "no event"),
        (b"", "an empty line"),
        (b'{"event":"A","x":NaN}', "no JSON"),
        (b'{"event":"\xff"}', "no JSON"),
        (b'{"event_type":"A"}', ""),
        (b'{"event":"A"}', ""),
    ],
)
def test_damage_has_a_class(raw: bytes, problem: str) -> None:
    assert wrong_with(raw) == problem


async def test_a_damaged_line_is_told_with_its_place_and_a_half_written_one_is_not(
    tmp_path: Path, hub: WatchHub
) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"")
    async with running(Audit(path, "audit.jsonl", MASK, hub)) as got:
        await got.until(lambda: got.events(SourceOpened))
        good = record("GOOD")
        append(path, good + b"{broken\n" + good[:10])
        await got.until(lambda: len(got.of(AuditSeen)) == 2)
        append(path, good[10:])
        await got.until(lambda: len(got.of(AuditSeen)) == 3)
    problems = [(each.offset, each.problem) for each in got.of(AuditSeen)]
    assert problems == [(0, ""), (len(good), "no JSON"), (len(good) + 8, "")]


async def test_a_flood_fits_the_journal_and_comes_back_byte_for_byte(tmp_path: Path, hub: WatchHub) -> None:
    path = tmp_path / "paper_trader.log"
    path.write_bytes(b"")
    lines = [line(f"price 🛑 {n} " + "é" * 50) for n in range(3000)] + [
        b"\xff\xfe raw\n",
        b"x" * 20_000 + b"\n",
    ]
    async with running(Log(path, "log", MASK, Bot(), hub=hub)) as got:
        await got.until(lambda: got.events(SourceOpened))
        append(path, b"".join(lines))
        total = sum(map(len, lines))
        await got.until(lambda: got.events(SourceLines) and got.events(SourceLines)[-1].end == total)
    events = got.events(SourceLines)
    assert sum(each.count for each in events) == len(lines)
    assert max(len(json.dumps(encode(each))) for each in events) < 60_000
    back = [each.data for event in events for each in unpack(encode(event))]
    assert back == [each.rstrip(b"\n") for each in lines]


async def test_the_log_hands_on_what_matters_and_nothing_else(tmp_path: Path, hub: WatchHub) -> None:
    path = tmp_path / "paper_trader.log"
    path.write_bytes(b"")
    wanted: list[re.Pattern[str] | None] = [None]
    log = Log(path, "log", MASK, Bot(), lambda: wanted[0], hub=hub)
    async with running(log) as got:
        await got.until(lambda: got.events(SourceOpened))
        append(
            path, line("price 1") + line("Kill-switch active: True") + line("trouble\n  more of it", "ERROR")
        )
        await got.until(lambda: len(got.of(LogSeen)) == 2)
        wanted[0] = re.compile("KILL.SWITCH ACTIVATED")
        append(path, line("price 2") + line("banner\n*** KILL-SWITCH ACTIVATED ***", "INFO"))
        await got.until(lambda: len(got.of(LogSeen)) == 3)
        log.mark_next()
        append(path, line("starting up") + line("price 3"))
        await got.until(lambda: len(got.of(LogSeen)) == 4)
        append(path, line("Bot healthy, heartbeat 1"))
        await got.until(lambda: len(got.of(LogSeen)) == 5)
    assert [each.message for each in got.of(LogSeen)] == [
        "Kill-switch active: True",
        "trouble\n  more of it",
        "banner\n*** KILL-SWITCH ACTIVATED ***",
        "starting up",
        "Bot healthy, heartbeat 1",
    ]
    second = got.of(LogSeen)[1]
    assert (second.level, second.logger) == ("ERROR", "__main__")
    raw = path.read_bytes()
    assert raw[second.offset :].startswith(line("trouble", "ERROR").rstrip(b"\n")[:10])


def test_patterns_with_flags_are_joined_and_wrong_ones_left_out() -> None:
    pattern = union(["(?i)kill.?switch activated", "[wrong", "^Exact"])
    assert pattern is not None
    hits = [text for text in ("KILL SWITCH ACTIVATED", "exact", "x\nExact") if pattern.search(text)]
    assert hits == ["KILL SWITCH ACTIVATED", "x\nExact"]
    assert union(["[wrong"]) is None


async def test_the_first_record_of_a_successor_is_known_even_if_its_birth_is_seen_late(
    tmp_path: Path, hub: WatchHub
) -> None:
    path = tmp_path / "paper_trader.log"
    path.write_bytes(line("last words of the dead"))
    log = Log(path, "log", MASK, Bot(), hub=hub)
    async with running(log) as got:
        await got.until(lambda: got.events(SourceOpened))
        log.bot_gone()
        place = path.stat().st_size
        append(path, line("the successor starts") + line("price 1"))
        await got.until(lambda: got.events(SourceLines))
        assert not got.of(LogSeen)
        log.mark_next()
        await got.until(lambda: got.of(LogSeen))
    assert [(each.offset, each.message) for each in got.of(LogSeen)] == [(place, "the successor starts")]


async def test_only_what_the_running_bot_said_itself_is_replayed(tmp_path: Path, hub: WatchHub) -> None:
    path = tmp_path / "paper_trader.log"
    now = NOW
    path.write_bytes(
        line("Kill-switch active: True", at=now - 500)
        + line("Bot healthy 1", at=now - 100)
        + line("Kill-switch active: False", at=now - 90)
        + line("price", at=now - 80)
    )
    born: list[float | None] = [None]
    async with running(Log(path, "log", MASK, Bot(), born=lambda: born[0])) as got:
        await got.until(lambda: got.events(SourceOpened))
        assert not got.of(LogSeen)
        born[0] = now - 200
        await got.until(lambda: len(got.of(LogSeen)) == 2)
    assert [(each.message, each.replayed) for each in got.of(LogSeen)] == [
        ("Bot healthy 1", True),
        ("Kill-switch active: False", True),
    ]


async def test_beyond_its_share_a_source_is_recorded_as_spans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal of a flooded drill may not fill the disk of the box."""
    monkeypatch.setattr(files, "WHOLE", 1000)
    log = tmp_path / "a.log"
    log.write_bytes(b"")
    source = files.FollowedFile("log", log, "a.log", Mask.of({}), None)
    found: list[Event] = []
    async with asyncio.timeout(10):
        observing = source.observe()
        while not any(isinstance(each, SourceSpan) for each in found):
            with log.open("ab") as file:
                file.write(b"a line of the flood\n" * 30)
            observation = await anext(observing)
            assert isinstance(observation, Happened)
            found += observation.events
        del observing
    kinds = [each.KIND for each in found if each.KIND in ("source.lines", "source.thinned", "source.span")]
    assert kinds.count("source.thinned") == 1
    assert kinds[-2:] == ["source.thinned", "source.span"]
    span = found[-1]
    assert isinstance(span, SourceSpan)
    raw = log.read_bytes()[span.offset : span.offset + span.length]
    assert span.sha256 == hashlib.sha256(raw).hexdigest()
    assert span.count == raw.count(b"\n")
