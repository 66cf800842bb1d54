"""Other sources merged into the log by time, each named, and left out again."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from tests.ui.panes import Project, append, log_line, pane_rows, settled, until
from tests.ui.stage import LARGE, seen, text_of
from thunes_tui.ui.app import ThunesApp


def rows(app: ThunesApp) -> list[str]:
    return [row.strip() for row in pane_rows(app, "log")[1:] if row.strip()]


def printed(folder: Path, *lines: tuple[str, str]) -> None:
    """A journal with what the shell printed at some times."""
    with (folder / "journal.jsonl").open("a") as journal:
        for number, (time, text) in enumerate(lines):
            data = {"by": "server", "offset": 0, "text": text + "\r\n"}
            whole = {"v": 1, "n": number, "t": f"2025-10-09T{time}.000000Z", "k": "shell.output", "d": data}
            journal.write(json.dumps(whole, separators=(",", ":")) + "\n")


async def test_the_shell_and_another_log_are_merged_by_their_clocks(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, *(log_line(n) for n in range(5)))
    append(project.log.with_name("risk.log"), log_line(2, "CRITICAL", "drawdown"))
    printed(tmp_path, ("08:00:01", "\x1b[31mKILL SWITCH\x1b[0m"), ("08:00:03", "Traceback"))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 4")
        await settled(project, app)
        await pilot.press("3", "J")
        await seen(pilot, "[off] shell: what the shell printed")
        await pilot.press("1")
        await seen(pilot, "merged by time: log local +02:00, shell UTC")
        await until(lambda: len(rows(app)) == 7, app, "both")
        await pilot.press("J", "3")
        await until(lambda: len(rows(app)) == 8, app, "all three")
        assert [row.split()[0] for row in rows(app)] == [
            "log",
            "log",
            "shell",
            "log",
            "risk",
            "log",
            "shell",
            "log",
        ]
        assert rows(app)[2] == "shell    10:00:01 KILL SWITCH"
        assert rows(app)[4] == "risk     10:00:02 CRIT  drawdown 2"
        append(project.log.with_name("risk.log"), log_line(9, text="late"))
        await seen(pilot, "risk     10:00:09 INFO  late 9")
        append(project.log, log_line(8))
        await seen(pilot, "log      10:00:08 INFO  heartbeat 8")
        await pilot.press("k", "k", "B")
        await until(lambda: app.desk.message or "CRIT" in _selected(app), app, "the error before")
        assert "drawdown" in _selected(app)
        await pilot.press("J", "1", "J", "3")
        await until(lambda: rows(app)[-1].startswith("10:00:08"), app, "the log alone")


async def test_filters_hide_in_every_source_and_a_bookmark_is_of_the_log(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, *(log_line(n, "ERROR" if n == 3 else "INFO") for n in range(5)))
    append(project.log.with_name("risk.log"), log_line(2, "CRITICAL", "drawdown"), log_line(4, text="calm"))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 4")
        await settled(project, app)
        await pilot.press("3", "J", "3")
        await until(lambda: len(rows(app)) == 7, app, "both")
        await pilot.press("l", "l", "l")
        await seen(pilot, "≥ERROR 5 hidden FOLLOW")
        assert [row.split()[0] for row in rows(app)] == ["risk", "log"]
        before = len(project.stage.link.asked)
        await pilot.press("k", "m")
        asked = project.stage.link.asked[-1]
        assert project.log.read_bytes()[asked.offset :].startswith(log_line(3, "ERROR").encode())  # type: ignore[attr-defined]
        assert len(project.stage.link.asked) == before + 1
        await pilot.press("k", "m")
        await seen(pilot, "there is no line to bookmark")


def _selected(app: ThunesApp) -> str:
    pane = app.panes["log"]
    at = pane.view.selected  # type: ignore[attr-defined]
    line = pane.lens.store.at(at) if at is not None else None  # type: ignore[attr-defined]
    return line.data.decode() if line is not None else ""


async def test_an_earlier_packed_part_of_the_log_is_read_before_it(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, *(log_line(n) for n in range(100, 103)))
    packed = project.log.with_name("paper_trader.log.1.gz")
    packed.write_bytes(gzip.compress("".join(f"{log_line(n)}\n" for n in range(4)).encode()))
    project.log.with_name("paper_trader.log.2.gz").write_bytes(b"no such thing")
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 102")
        await settled(project, app)
        await pilot.press("3", "J")
        await seen(pilot, "paper_trader.log.1.gz: an earlier part of the log")
        row = next(row for row in text_of(app).split("\n") if "log.1.gz" in row)
        key = row[: row.index("[off]")].split()[-1]
        await pilot.press(key)
        await until(lambda: len(rows(app)) == 7, app, "both")
        assert rows(app)[0] == ".1.gz    10:00:00 INFO  heartbeat 0"
        assert rows(app)[4] == "log      10:01:40 INFO  heartbeat 100"
        await pilot.press("J", {"3": "4", "4": "3"}[key])
        await seen(pilot, "is neither gzip nor zstd")
