"""Times in the panes of lines: to a time, and ten seconds around a line in all of them."""

from __future__ import annotations

from pathlib import Path

from tests.ui.panes import Project, append, log_line, pane_rows, settled, until
from tests.ui.stage import LARGE, seen
from thunes_tui.ui.app import ThunesApp


def selected(app: ThunesApp, name: str) -> str:
    """The line that is selected, as it stands in the file."""
    pane = app.panes[name]
    at = pane.view.selected  # type: ignore[attr-defined]  # both are panes of lines
    line = pane.lens.source.at(at) if at is not None else None  # type: ignore[attr-defined]
    return line.data.decode() if line is not None else ""


def two(project: Project) -> None:
    """The log in the box's local time, two hours before UTC; the audit trail in UTC."""
    append(project.log, *(log_line(n) for n in range(2000)))
    append(
        project.audit,
        *(
            f'{{"timestamp": "2025-10-09T08:{n // 60:02}:{n % 60:02}.500000", "event": "E{n}"}}'
            for n in range(0, 2000, 5)
        ),
    )


async def test_a_time_is_gone_to(tmp_path: Path) -> None:
    project = Project(tmp_path)
    two(project)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 1999")
        await settled(project, app)
        await pilot.press("3", "at", *"10:05")
        await seen(pilot, "time, local +02:00")
        await seen(pilot, "→ 10:05:00")
        await pilot.press("enter")
        await until(lambda: selected(app, "log").endswith("heartbeat 300"), app, "the line of 10:05:00")
        await pilot.press("at", *"+90s", "enter")
        await until(lambda: selected(app, "log").endswith("heartbeat 390"), app, "90 s later")
        await pilot.press("at", *"soon", "enter")
        await seen(pilot, "'soon' is no time")
        await pilot.press("ctrl+g", "at", *"23:00", "enter")
        await seen(pilot, "this is the last line")
        await until(lambda: selected(app, "log").endswith("heartbeat 1999"), app, "the last line")


async def test_ten_seconds_around_a_line_in_all_panes_and_back(tmp_path: Path) -> None:
    project = Project(tmp_path)
    two(project)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 1999")
        await settled(project, app)
        await pilot.press("3", "at", *"10:10", "enter")
        await until(lambda: selected(app, "log").endswith("heartbeat 600"), app, "there")
        await pilot.press("A")
        await seen(pilot, "10 s around 10:10:00 local +02:00 in log and audit")
        await until(lambda: '"E600"' in selected(app, "audit"), app, "the audit trail is there too")
        marked = [row for row in pane_rows(app, "audit")[1:] if row.startswith("┃")]
        assert [row.split()[-1] for row in marked] == ["E590", "E595", "E600", "E605"]
        await until(lambda: sum(row.startswith("┃") for row in pane_rows(app, "log")) > 5, app, "marked")
        await pilot.press("A")
        await seen(pilot, "E1995")
        await until(lambda: not any("┃" in row for row in pane_rows(app, "log")), app, "no mark is left")
        assert "FOLLOW" in pane_rows(app, "audit")[0]
        assert "PAUSED" in pane_rows(app, "log")[0]
