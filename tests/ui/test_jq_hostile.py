"""No byte of a hostile record controls the terminal, however a filter or the open record shows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.strip import Strip

from tests import hostile
from tests.rig.tokenise import foreign
from tests.ui.panes import SECRET, Project
from tests.ui.stage import LARGE
from tests.ui.test_panes_hostile import audit_lines
from thunes_tui.clock import system
from thunes_tui.lines.jq.compiled import compile_filter
from thunes_tui.lines.jq.engine import find_engine
from thunes_tui.lines.jq.evaluation import evaluator
from thunes_tui.lines.jq.filtered import FilteredStore
from thunes_tui.lines.line import BEGINNING
from thunes_tui.lines.store import FileStore
from thunes_tui.ui.app import ThunesApp
from thunes_tui.ui.panes.audit import AuditPane
from thunes_tui.ui.widgets.line import strip

FILTERS = (".event, .reason, .key", "{a: (.event + .reason), k: .key}", ".event.x", "select(.n|not)")


def written(app: ThunesApp, strips: list[Strip]) -> bytes:
    return "".join(row.render(app.console) for row in strips).encode()


def trail(folder: Path, every: int) -> FileStore:
    path = folder / "trail.jsonl"
    path.write_bytes(b"\n".join(audit_lines(hostile.lines()[::every])) + b"\n")
    store = FileStore(path)
    store.poll(1 << 26)
    return store


def is_harmless(app: ThunesApp, strips: list[Strip]) -> bool:
    data = written(app, strips)
    return foreign(data) == [] and SECRET.encode() not in data


@pytest.mark.parametrize("text", [*FILTERS, '"\\(.event)" | ascii_downcase'])
async def test_results_and_errors_of_a_filter_are_harmless(
    tmp_path: Path, text: str, rounds: Callable[[int, int], int]
) -> None:
    compiled = compile_filter(text)
    if not compiled.is_fast and find_engine() is None:
        pytest.skip("neither jaq nor jq is installed")
    app = Project(tmp_path).app()
    async with app.run_test(size=LARGE):
        pane = app.panes["audit"]
        assert isinstance(pane, AuditPane)
        pane.sheet.width = LARGE[0]
        store = trail(tmp_path, rounds(7, 1))
        filtered = FilteredStore(store, evaluator(compiled, system()))
        while filtered.step():
            pass
        assert not filtered.failure
        rows, at = 0, BEGINNING
        while lines := filtered.after(at, 200):
            strips = [
                pane.sheet.strip(line.position, row, (" ", "text"), selected=False)
                for line in lines
                for row in pane.sheet.rows_of(line)
            ]
            assert is_harmless(app, strips)
            rows, at = rows + len(strips), lines[-1].position
            pane.sheet.forget()
        assert rows > 300
        store.close()


async def test_every_hostile_record_is_harmless_when_it_is_open(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    app = Project(tmp_path).app()
    async with app.run_test(size=LARGE):
        pane = app.panes["audit"]
        assert isinstance(pane, AuditPane)
        store = trail(tmp_path, rounds(7, 1))
        pane.lens.opened(store)
        at, opened = BEGINNING, 0
        while lines := store.after(at, 200):
            for line in lines:
                assert pane.details.open(line.position)
                rows = pane.details.rows(LARGE[0], 30)
                assert is_harmless(app, [strip(row, LARGE[0], app.desk.paint) for row, _ in rows])
                opened += 1
            at = lines[-1].position
        assert opened > 600
        pane.details.close()
        pane.lens.close()
        store.close()
