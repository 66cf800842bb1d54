"""A recorder that ended and a later one that goes on where it stopped: nothing lost, nothing twice."""

from __future__ import annotations

import json
from pathlib import Path

from tests.sources.follow_rig import Collected, running
from tests.sources.test_files import MASK, append, line, record
from thunes_tui.config import Bot
from thunes_tui.events.box import SourceLines, SourceMarked, SourceOpened
from thunes_tui.lines.identity import Place
from thunes_tui.lines.packing import unpack
from thunes_tui.observations import AuditSeen
from thunes_tui.sources.audit import Audit
from thunes_tui.sources.log import Log


def recorded(got: Collected) -> list[bytes]:
    records = [{"offset": one.offset, "file": one.file, "text": one.text} for one in got.events(SourceLines)]
    return [each.data for one in records for each in unpack(one)]


async def test_a_log_goes_on_where_it_was_left_through_a_rotation(tmp_path: Path) -> None:
    path = tmp_path / "bot.log"
    append(path, line("before the session"))
    first = Log(path, "bot.log", MASK, Bot())
    async with running(first) as got:
        await got.until(lambda: got.events(SourceOpened))
        append(path, line("one"))
        await got.until(lambda: recorded(got))
        await got.until(lambda: first.place is not None and first.place.offset == path.stat().st_size)
    assert first.place is not None
    kept = json.loads(json.dumps(first.place.to_json()))
    append(path, line("two, unseen"))
    path.rename(tmp_path / "bot.log.1")
    append(path, line("three, in the next file"))

    second = Log(path, "bot.log", MASK, Bot())
    second.start = Place.from_json(kept)
    async with running(second) as got:
        await got.until(lambda: len(recorded(got)) == 2)
        opened = got.events(SourceOpened)[0]
        assert (opened.file, opened.offset) == (first.place.generation, first.place.offset)
        assert [each[-11:] for each in recorded(got)] == [b"two, unseen", b"e next file"]
        assert [(one.what, one.possible_loss) for one in got.events(SourceMarked)] == [("rotated", False)]


async def test_a_file_that_is_another_one_now_is_read_from_its_beginning_and_said(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    append(path, record("OLD"))
    first = Audit(path, "audit.jsonl", MASK)
    async with running(first) as got:
        await got.until(lambda: first.place is not None)
    path.write_bytes(record("NEW", reason="the trail was overwritten in between") * 2)
    second = Audit(path, "audit.jsonl", MASK)
    second.start = first.place
    async with running(second) as got:
        await got.until(lambda: len(got.of(AuditSeen)) == 2)
        assert got.events(SourceMarked)[0].possible_loss
        assert {seen.event for seen in got.of(AuditSeen)} == {"NEW"}


def test_what_is_no_place_is_none() -> None:
    good = Place(1, 2, 0, 5, 5, "ab").to_json()
    assert Place.from_json(good) == Place(1, 2, 0, 5, 5, "ab")
    wrong: list[object] = [None, [], {}, {**good, "more": 1}]
    wrong += [{**good, "offset": -1}, {**good, "offset": True}, {**good, "fingerprint": 1}]
    assert [Place.from_json(bad) for bad in wrong] == [None] * len(wrong)
