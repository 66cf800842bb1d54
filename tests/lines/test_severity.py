"""Going from error to error, against a look at every record."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lines.naive import group, rank_of, record_all
from tests.lines.test_filtered import SCRIPT, script_text, text_of, walk
from thunes_tui.lines.blocks import BlockStore
from thunes_tui.lines.follow import Start
from thunes_tui.lines.line import BEGINNING, END, Position
from thunes_tui.lines.reader import BLOCK
from thunes_tui.lines.search import Count
from thunes_tui.lines.severity import Severity, severity_search
from thunes_tui.lines.store import FileStore


def check(store: BlockStore, least: int) -> None:
    expected = [record[0].position for record in group(walk(store, 500)) if rank_of(record) >= least]
    for forward in (True, False):
        found: list[Position] = []
        at: Position | None = BEGINNING if forward else END
        while at is not None:
            search = severity_search(store, at, least, forward=forward)
            while search.step():
                pass
            at = search.found
            found += [at] if at is not None else []
        assert found == (expected if forward else expected[::-1])
    count = Count(store, Severity(store, least))
    while count.step():
        pass
    assert count.hits == len(expected)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SCRIPT, st.sampled_from([30, 40, 50]))
def test_stops_at_each_error_in_a_file_and_in_its_recording(
    tmp_path_factory: pytest.TempPathFactory, script: list[tuple[str, bytes, int]], least: int
) -> None:
    log = tmp_path_factory.mktemp("severity") / "bot.log"
    log.write_bytes(script_text(script))
    store = FileStore(log, Start.BEGINNING)
    recorded = record_all(store, log.with_name("journal.jsonl"))
    check(store, least)
    check(recorded, least)
    store.close()
    recorded.close()


def test_knows_a_traceback_that_goes_on_behind_the_border_of_a_block(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    head, line = text_of("INFO", b"stopping"), text_of("DEBUG", b"x")
    cut = line * ((BLOCK - len(head) - 1) // len(line))
    padding = b"-" * (BLOCK - len(cut) - len(head) - 1) + b"\n"
    log.write_bytes(cut + head + padding + text_of("trace", b"y") + line * 9)
    assert log.read_bytes()[BLOCK:].startswith(b"Traceback")
    store = FileStore(log, Start.BEGINNING)
    while store.poll() or store.follower.more:
        pass
    search = severity_search(store, END, 40, forward=False)
    while search.step():
        pass
    assert search.found == Position(0, len(cut))
    store.close()
