"""Whatever stands in the log, the audit trail and the shell's output, no byte of it controls the terminal."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

from tests import hostile
from tests.rig.glass import Glass
from tests.ui.panes import KEYS, SECRET, Project, append
from thunes_tui.events.shell import ShellOutput
from thunes_tui.ui.driver import driver_class

SIZE = (160, 200)
PAGES = 150
CLEARS = (b"\x1bc", b"\x1b[?1049h", b"\x1b[2J")
"""What would take the rows away that are to be looked at."""


def files(project: Project) -> None:
    """Every hostile line in both files, the last line of each harmless."""
    append(project.log, *hostile.lines(), SECRET, "the last of the log")
    events = [
        b'{"timestamp": "2025-10-09T10:18:03", "event": "' + line + b'"}' for line in hostile.lines()[::4]
    ]
    texts = [line.decode("utf-8", "replace") for line in hostile.lines()[2::4]]
    whole = [json.dumps({"event": text, "reason": text, "key": SECRET}) for text in texts]
    append(project.audit, *events, *whole, '{"event": "LAST_OF_THE_AUDIT"}')


def program(folder: Path) -> int:
    """The console on these files, and a shell that prints the same lines."""
    project = Project(folder)
    for line in hostile.lines():
        if any(clears in line for clears in CLEARS):
            continue
        text = base64.b64encode(line + b"\r\n\x1b\\\x1b[0m").decode("ascii")
        project.stage.play(ShellOutput(0, b64=text))
    project.stage.play(ShellOutput(0, "\x1b[?1049l\x1b[r\x1b[?6l\x1b[?69l\x1b[999Hthe last of the shell\r\n"))
    app = project.app()
    app.driver_class = driver_class()

    async def show() -> None:
        await app.run_async(mouse=False)

    asyncio.run(show())
    return 0


def test_the_hostile_corpus_through_all_three_panes(tmp_path: Path) -> None:
    files(Project(tmp_path))
    with Glass(lambda: program(tmp_path), size=SIZE, env={"TEXTUAL_ANIMATIONS": "none"}) as glass:
        glass.expect("the last of the shell")
        for name, rows in (("log", 3000), ("audit", 3000), ("control", 200)):
            glass.press(KEYS[name], "z")
            glass.until(lambda name=name: f"▌{name.upper()}" in glass.screen.text()[2], name)  # type: ignore[misc]  # bound now
            shown = len(through(glass))
            assert shown > rows, f"{name}: {shown} rows"
            glass.press("z")
        raw = bytes(glass.raw)
        assert glass.foreign() == []
        assert SECRET.encode() not in raw
        glass.press("q")
        assert glass.wait() == 0
        assert glass.left_behind() == {}


def through(glass: Glass) -> set[str]:
    """Page back to the beginning; every row that was shown."""
    seen: set[str] = set()
    for _ in range(PAGES):
        page = whole(glass)
        seen |= set(page)
        glass.press("pageup")
        patience = 1.0 if " 0%" in page[2] or "scrolled back" in page[2] else 10.0
        try:
            glass.until(lambda page=page: glass.screen.text() != page, "another page", patience)  # type: ignore[misc]  # bound now
        except AssertionError:
            assert patience < 10, "a key had no effect"
            break  # the beginning
    return seen


def whole(glass: Glass) -> list[str]:
    """The screen once nothing more is being written."""
    size = -1
    while len(glass.raw) != size:
        size = len(glass.raw)
        glass.pump(0.015)
    return glass.screen.text()
