"""The console with its real panes over real files, for the tests of those panes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.ui.stage import Stage, text_of
from thunes_tui.clock import Clock
from thunes_tui.config import Settings
from thunes_tui.lines.identity import FileId
from thunes_tui.lines.packing import pack
from thunes_tui.lines.reader import Chunk
from thunes_tui.mask import Mask
from thunes_tui.ui.app import ThunesApp
from thunes_tui.ui.panes.audit import AuditPane
from thunes_tui.ui.panes.base import Pane
from thunes_tui.ui.panes.checklist import ChecklistPane
from thunes_tui.ui.panes.control import ControlPane
from thunes_tui.ui.panes.log import LogPane
from thunes_tui.ui.panes.processes import ProcessesPane
from thunes_tui.ui.panes.reading import ReadingPane
from thunes_tui.ui.widgets.replay_bar import ReplayBar

PANES: tuple[type[Pane], ...] = (
    ChecklistPane,
    ControlPane,
    LogPane,
    AuditPane,
    ProcessesPane,
    ReadingPane,
)
KEYS = {"log": "3", "audit": "4", "control": "2"}
SECRET = "sk-Zm9vYmFyYmF6cXV4-0123456789"


class Project:
    """A project's log and audit trail in a folder, and the drill that runs on it."""

    def __init__(self, folder: Path, role: str = "driver", session: Path | None = None) -> None:
        self.folder = folder
        self.log = folder / "logs" / "paper_trader.log"
        self.audit = folder / "logs" / "audit_trail.jsonl"
        self.log.parent.mkdir(exist_ok=True)
        self.secrets = {"API_SECRET": SECRET}
        self.stage = Stage(role, folder=str(session or folder))
        self.stage.opened()
        paths = {"project": str(folder), "log": str(self.log), "audit": str(self.audit)}
        self.stage.link.state = replace(self.stage.link.state, paths=paths)
        self.stage.link.news = asyncio.Queue()  # what was played is in the state

    def app(self) -> ThunesApp:
        clock: Clock = self.stage.time.clock()
        mask = Mask.of(self.secrets)
        return ThunesApp(self.stage.link, clock, Settings(), mask, PANES, ReplayBar)


def append(path: Path, *lines: str | bytes) -> None:
    with path.open("ab") as file:
        for line in lines:
            file.write((line.encode() if isinstance(line, str) else line) + b"\n")


def log_line(number: int, level: str = "INFO", text: str = "heartbeat") -> str:
    time = f"2025-10-09 10:{number // 60 % 60:02}:{number % 60:02}"
    return f"{time} - src.live.paper_trader - {level} - {text} {number}"


async def until(condition: Callable[[], object], app: ThunesApp, what: str) -> None:
    """Wait for a condition; fails with the screen after half a minute."""
    for _ in range(6000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"never: {what}\n{text_of(app)}")


async def settled(project: Project, app: ThunesApp) -> None:
    """Wait until the console has asked for the shell's size, which it does by itself after the start."""
    await until(lambda: project.stage.link.asked, app, "the shell's size was asked for")


def pane_rows(app: ThunesApp, name: str) -> list[str]:
    """What a pane shows, its heading first."""
    region = app.panes[name].content_region
    rows = text_of(app).split("\n")[region.y : region.bottom]
    return [row[region.x : region.right].rstrip() for row in rows]


def recording(folder: Path, source: str, *contents: bytes) -> int:
    """A journal that holds the lines of a source, a record for ten lines; the number of the last record."""
    number = -1
    with (folder / "journal.jsonl").open("w") as journal:
        for generation, content in enumerate(contents):
            lines = content.splitlines(keepends=True)
            offset = 0
            for at in range(0, len(lines), 10):
                data = b"".join(lines[at : at + 10])
                for body in pack(source, Chunk(FileId(1, 1, generation), offset, data, len(data))):
                    number += 1
                    journal.write(json.dumps({"v": 1, "n": number, "k": "source.lines", "d": body}) + "\n")
                offset += len(data)
    return number
