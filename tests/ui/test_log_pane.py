"""The log pane over real files: it follows, never jumps, says what befell the file, and leaks nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.ui.panes import SECRET, Project, append, log_line, pane_rows, recording, until
from tests.ui.stage import LARGE, seen, text_of
from thunes_tui.connection import Snapshot
from thunes_tui.drill.model import DrillState
from thunes_tui.events import box
from thunes_tui.ui.app import ThunesApp
from thunes_tui.ui.panes.log import LogPane


def pane_of(app: ThunesApp) -> LogPane:
    pane = app.panes["log"]
    assert isinstance(pane, LogPane)
    return pane


async def test_it_shows_the_end_with_time_level_and_message_and_follows(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, *(log_line(n) for n in range(100)), log_line(100, "WARNING", "🛑 switch off"))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "10:01:40 WARN  [STOP] switch off 100")
        assert "LOG paper_trader.log" in pane_rows(app, "log")[0]
        assert pane_rows(app, "log")[0].endswith("FOLLOW")
        append(project.log, log_line(101, "CRITICAL", "drawdown"), "  a line that belongs to it")
        await seen(pilot, "10:01:41 CRIT  drawdown 101")
        assert "a line that belongs to it" in pane_rows(app, "log")[-1]


async def test_paused_it_stays_and_counts_what_is_new(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, *(log_line(n) for n in range(100)))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 99")
        await pilot.press("3", "F")
        before = pane_rows(app, "log")[1:]
        append(project.log, *(log_line(n) for n in range(100, 237)))
        await seen(pilot, "PAUSED +137 new")
        assert pane_rows(app, "log")[1:] == before
        await pilot.press("pageup")
        await seen(pilot, "heartbeat 80")
        await pilot.press("g")
        await seen(pilot, "heartbeat 0")
        await pilot.press("G")
        await seen(pilot, "heartbeat 236")


async def test_a_missing_file_a_folder_and_a_rotation_are_said_and_survived(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "logs/paper_trader.log does not exist yet: waiting")
        project.log.mkdir()
        await seen(pilot, "it is a folder")
        project.log.rmdir()
        append(project.log, log_line(1, text="first"))
        await seen(pilot, "first 1")
        assert "waiting" not in "".join(pane_rows(app, "log"))
        project.log.rename(project.log.with_suffix(".log.1"))
        append(project.log, log_line(2, text="second"))
        await seen(pilot, "second 2")
        rows = pane_rows(app, "log")
        marker = next(n for n, row in enumerate(rows) if "rotated: paper_trader.log was renamed" in row)
        assert "first 1" in rows[marker - 1]
        assert "second 2" in rows[marker + 1]
        project.log.write_bytes(b"")
        append(project.log, log_line(3, text="third"))
        await seen(pilot, "third 3")
        assert "lines may be lost" in text_of(app)


async def test_secrets_and_escapes_in_the_file_do_not_show(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(
        project.log, log_line(1, text=f"key {SECRET} \x1b]0;owned\x07 [@click=app.quit]x[/]"), b"\xff\xfe raw"
    )
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("3", "z")
        await seen(pilot, "\\xff\\xfe raw")
        await seen(pilot, "[redacted:API_SECRET] ␛]0;owned␇ [@click=app.quit]x[/] 1")
        assert SECRET not in text_of(app)


async def test_long_lines_are_cut_with_their_length_shifted_or_wrapped(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, log_line(1, text="A" * 50 + "B" * 50 + "漢" * 40_000), log_line(2))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "of 120,")
        assert max(len(row) for row in pane_rows(app, "log")) <= pane_of(app).size.width
        await pilot.press("3", *["right"] * 5)
        await until(lambda: "A" not in pane_rows(app, "log")[1], app, "shifted")
        await pilot.press(*["left"] * 5, "L")
        await until(lambda: pane_rows(app, "log")[1].strip().startswith("漢"), app, "wrapped")
        assert pane_rows(app, "log")[-1].lstrip().startswith("10:00:02")


async def test_search_goes_through_the_file_and_marks_what_it_found(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, *(log_line(n, text="needle" if n in (10, 900) else "hay") for n in range(3000)))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "hay 2999")
        view = pane_of(app).view
        await pilot.press("3", "slash", *"needle", "enter")
        await seen(pilot, "needle 900")
        await pilot.press("N")
        await seen(pilot, "needle 10")
        await pilot.press("n")
        await seen(pilot, "needle 900")
        assert view.selected is not None
        await pilot.press("n")
        await seen(pilot, "no further line with 'needle'")
        await pilot.press("ctrl+g")
        await until(lambda: "needle " not in pane_rows(app, "log")[0], app, "nothing is searched for")


async def test_a_search_is_marked_and_counted_while_it_is_typed_and_as_lines_come(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, *(log_line(n, text="needle" if n % 3 == 0 else "hay") for n in range(3000)))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "hay 2999")
        await pilot.press("3", "slash", *"need")
        await seen(pilot, "1,000 lines   Enter keep")
        pane = pane_of(app)
        assert pane.view.following
        assert pane.sheet.find is not None
        assert pane.sheet.find("a needle") == [(2, 6)]
        await pilot.press(*"les")
        await seen(pilot, "0 lines")
        await pilot.press("backspace", "enter")
        await seen(pilot, "needle 1,000 lines")
        append(project.log, log_line(1, text="needle"), log_line(2))
        await seen(pilot, "needle 1,001 lines")
        await pilot.press("slash", *"other", "ctrl+g")
        await seen(pilot, "needle 1,001 lines")
        await pilot.press("slash", *"/(", "enter")
        await seen(pilot, "( is no regular expression")


async def test_a_pattern_that_would_never_end_is_stopped_and_the_console_goes_on(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, log_line(1, text="b" + "a" * 60 + "!"), *(log_line(n) for n in range(2, 50)))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 49")
        await pilot.press("3", "slash", *"/(a+)+b", "enter")
        await seen(pilot, "takes too long")
        await pilot.press("slash", *"/beat.4\\d+", "enter")
        await seen(pilot, "/beat.4\\d+ 10 lines")
        pane = pane_of(app)
        await until(lambda: pane.sheet.find and pane.sheet.find("heartbeat 49"), app, "marked")
        assert pane.sheet.find is not None
        assert pane.sheet.find("heartbeat 49") == [(5, 12)]


async def test_errors_and_warnings_have_keys(tmp_path: Path) -> None:
    project = Project(tmp_path)
    levels = {50: "ERROR", 60: "WARNING", 70: "CRITICAL"}
    append(project.log, *(log_line(n, levels.get(n, "INFO")) for n in range(400)))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 399")
        await pilot.press("3", "B")
        await seen(pilot, "CRIT  heartbeat 70")
        await pilot.press("Y")
        await seen(pilot, "WARN  heartbeat 60")
        await pilot.press("B", "B")
        await seen(pilot, "ERROR heartbeat 50")


async def test_n_is_a_note_where_nothing_is_searched(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, log_line(1))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 1")
        await pilot.press("3", "n")
        await pilot.pause()
        assert len(app.screen_stack) == 2


async def test_the_gutter_marks_lines_that_stay_unrecorded(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, log_line(1))
    recorded = project.log.stat().st_size
    project.stage.play(box.SourceOpened("log", "logs/paper_trader.log", 0, recorded))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 1")
        append(project.log, log_line(2))
        await seen(pilot, "heartbeat 2")
        pane, now = pane_of(app), app.desk.now()
        assert "○" not in text_of(app)
        pane.tick(now)
        pane.tick(now)
        await seen(pilot, "○10:00:02")
        assert "○10:00:01" not in text_of(app)
        size = project.log.stat().st_size - recorded
        line = log_line(2) + "\n"
        project.stage.play(box.SourceLines("log", 0, recorded, 1, recorded + size, line))
        await until(lambda: app.desk.state.sources["log"].recorded > recorded, app, "recorded")
        pane.tick(now)
        await until(lambda: "○" not in text_of(app), app, "no mark once it is recorded")


async def test_a_line_without_its_end_is_told_and_shown_when_it_is_whole(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, log_line(1))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 1")
        with project.log.open("a") as file:
            file.write(log_line(2))
        pane = pane_of(app)
        await until(lambda: pane.feed.unfinished, app, "the beginning was read")
        pane.tick(app.desk.now())
        pane.tick(app.desk.now())
        await seen(pilot, "bytes of a line without its end")
        append(project.log, "")
        await seen(pilot, "10:00:02 INFO  heartbeat 2")


async def test_a_replay_shows_what_was_recorded_at_that_moment(tmp_path: Path) -> None:
    session = tmp_path / "session"
    session.mkdir()
    first = "".join(log_line(n) + "\n" for n in range(50)).encode()
    last = recording(session, "log", first, (log_line(50, text="after") + "\n").encode())
    project = Project(tmp_path, role="replay", session=session)
    stage = project.stage
    stage.link.state = replace_head(project, 1)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 19")
        assert "heartbeat 20" not in text_of(app)
        stage.link.news.put_nowait(Snapshot(replace_head(project, last), b"", 80, 24))
        await seen(pilot, "after 50")
        assert "a new file began here" in text_of(app)
        stage.link.news.put_nowait(Snapshot(replace_head(project, 0), b"", 80, 24))
        await seen(pilot, "heartbeat 9")
        assert "heartbeat 10" not in text_of(app)


def replace_head(project: Project, head: int) -> DrillState:
    return replace(project.stage.link.state, head=head)
