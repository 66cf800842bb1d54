"""Bookmarks as evidence, and copies, of lines in a pane."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ui.panes import SECRET, Project, append, log_line, pane_rows, recording, settled, until
from tests.ui.stage import LARGE, seen
from thunes_tui.drill.facts import Bookmark
from thunes_tui.events import box, steps
from thunes_tui.intents import AddBookmark
from thunes_tui.ui.copying import FILE
from thunes_tui.ui.panes.kept import Kept


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(Kept, "COPIES_TO", tmp_path / "state")
    monkeypatch.delenv("TMUX", raising=False)
    return tmp_path / "state" / FILE


async def test_a_bookmark_says_which_line_of_which_file_and_what_it_hashes_to(tmp_path: Path) -> None:
    project = Project(tmp_path)
    raw = [log_line(n, text=f"key {SECRET}") for n in range(40)]
    append(project.log, *raw)
    project.stage.play(box.SourceOpened("log", "logs/paper_trader.log", 2, 0))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "[redacted:API_SECRET] 39")
        await settled(project, app)
        await pilot.press("3", "k", "k", "m")
        asked = project.stage.link.asked[-1]
        assert isinstance(asked, AddBookmark)
        status = project.log.stat()
        assert asked.offset == len("\n".join(raw[:38])) + 1
        assert (asked.source, asked.file, asked.device, asked.inode) == (
            "log",
            2,
            status.st_dev,
            status.st_ino,
        )
        assert asked.length == len(raw[38])
        assert asked.sha256 == hashlib.sha256(raw[38].encode()).hexdigest()
        assert SECRET not in asked.text
        assert "[redacted:API_SECRET] 38" in asked.text
        event = steps.Bookmarked(
            asked.source,
            asked.offset,
            asked.text,
            "T1",
            "T1.S2",
            asked.file,
            0,
            0,
            asked.length,
            asked.sha256,
        )
        project.stage.play(event, by="ann")
        await until(lambda: any("◆" in row for row in pane_rows(app, "log")), app, "marked")
        assert next(row for row in pane_rows(app, "log") if "◆" in row).endswith(" 38")
        await pilot.press("G", "M")
        await seen(pilot, "bookmark 1 of 1, evidence of 1.2")


async def test_a_replay_shows_the_bookmarks(tmp_path: Path) -> None:
    session = tmp_path / "session"
    session.mkdir()
    lines = [log_line(n) + "\n" for n in range(5)]
    last = recording(session, "log", "".join(lines).encode())
    project = Project(tmp_path, role="replay", session=session)
    bookmark = Bookmark("log", 0, len(lines[0]), len(lines[1]) - 1, "", "T1.S1", last)
    project.stage.link.state = replace(project.stage.link.state, head=last, bookmarks=(bookmark,))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 4")
        assert next(row for row in pane_rows(app, "log") if "◆" in row).endswith("heartbeat 1")


async def test_a_line_a_record_and_a_range_are_copied_masked(tmp_path: Path, copied: Path) -> None:
    project = Project(tmp_path)
    append(project.log, *(log_line(n) for n in range(20)))
    append(project.log, log_line(20, "ERROR", f"bad {SECRET}"), "Traceback", "  at \x1b[2J", log_line(21))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 21")
        await settled(project, app)
        await pilot.press("3", "k", "k", "X")
        await seen(pilot, f"1 line in {copied}; sent to the clipboard too")
        assert copied.read_text() == "  at ␛[2J\n"
        await pilot.press("C")
        await seen(pilot, "3 lines in /")
        assert (
            copied.read_text()
            == log_line(20, "ERROR", "bad [redacted:API_SECRET]") + "\nTraceback\n  at ␛[2J\n"
        )
        await pilot.press("g", "V", "j", "j")
        await until(lambda: sum("▐" in row for row in pane_rows(app, "log")) == 3, app, "the range is marked")
        await pilot.press("C")
        await seen(pilot, "3 lines in /")
        assert copied.read_text().split("\n")[:3] == [log_line(n) for n in range(3)]
        assert not any("▐" in row for row in pane_rows(app, "log"))


async def test_a_bookmark_of_a_filtered_log_is_the_line_in_the_file(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, *(log_line(n, text="needle" if n % 10 == 5 else "hay") for n in range(100)))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "hay 99")
        await settled(project, app)
        await pilot.press("3", "i", *"needle", "enter")
        await seen(pilot, "90 hidden FOLLOW")
        await pilot.press("m")
        asked = project.stage.link.asked[-1]
        assert isinstance(asked, AddBookmark)
        assert project.log.read_bytes()[asked.offset :].startswith(log_line(95, text="needle").encode())
