"""Whatever stands in the log, the audit trail and the shell's output, no byte of it controls the terminal."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from textual.strip import Strip

from tests import hostile
from tests.rig.glass import Glass
from tests.rig.tokenise import foreign
from tests.ui.panes import KEYS, SECRET, Project, append
from thunes_tui.events.shell import ShellOutput
from thunes_tui.lines.line import Line as TextLine
from thunes_tui.ui.driver import driver_class
from thunes_tui.ui.panes.stream import Stream
from thunes_tui.ui.widgets.terminal import Grid, Ground

SIZE = (160, 200)
PAGES = 150
CLEARS = (b"\x1bc", b"\x1b[?1049h", b"\x1b[2J")
"""What would take the rows away that are to be looked at."""
LAST = b"\x1b[?1049l\x1b[r\x1b[?6l\x1b[?69l\x1b[999Hthe last of the shell\r\n"


def audit_lines(lines: Sequence[bytes]) -> Iterator[bytes]:
    """As text glued into an event, as an event of its own, and as it is."""
    for number, line in enumerate(lines):
        if number % 3 == 0:
            yield b'{"timestamp": "2025-10-09T10:18:03", "event": "' + line + b'"}'
        elif number % 3 == 1:
            text = line.decode("utf-8", "replace")
            yield json.dumps({"event": text, "reason": text, "key": SECRET}).encode()
        else:
            yield line


# Every line, as what each pane would write for it.


async def test_every_hostile_line_is_harmless_in_the_log_and_in_the_audit_pane(tmp_path: Path) -> None:
    app = Project(tmp_path).app()
    async with app.run_test(size=SIZE):
        given = {"log": hostile.lines(), "audit": list(audit_lines(hostile.lines()))}
        for name, lines in given.items():
            pane = app.panes[name]
            assert isinstance(pane, Stream)
            pane.sheet.width = SIZE[0]
            written = bytearray()
            for offset, line in enumerate([*lines, SECRET.encode()]):
                strips = list(strips_of(pane, TextLine(offset, line)))
                assert strips
                written += "".join(strip.render(app.console) for strip in strips).encode()
            assert foreign(bytes(written)) == []
            assert SECRET.encode() not in written


def strips_of(pane: Stream, line: TextLine) -> Iterator[Strip]:
    for row in pane.sheet.rows_of(line):
        yield pane.sheet.strip(line.position, row, (" ", "text"), selected=False)


async def test_every_hostile_line_is_harmless_in_the_shells_screen(tmp_path: Path) -> None:
    app = Project(tmp_path).app()
    async with app.run_test(size=SIZE):
        ground = Ground(app.desk.paint("text"), app.desk.paint("text"))
        grid = Grid()
        grid.show(b"", *SIZE)
        lines = hostile.lines()
        for at in range(0, len(lines), 100):
            grid.feed(b"".join(line + b"\r\n\x1b\\\x1b[0m" for line in lines[at : at + 100]))
            rows = [grid.strip(y, SIZE[0], ground) for y in range(SIZE[1])]
            assert foreign("".join(row.render(app.console) for row in rows).encode()) == []
        grid.close()


# Some of them (all in the long tier), as they reach a real terminal.


def program(folder: Path, lines: Sequence[bytes]) -> int:
    """The console on files with these lines, and a shell that prints them."""
    project = Project(folder)
    for line in lines:
        if any(clears in line for clears in CLEARS):
            continue
        text = base64.b64encode(line + b"\r\n\x1b\\\x1b[0m").decode("ascii")
        project.stage.play(ShellOutput(0, b64=text))
    project.stage.play(ShellOutput(0, b64=base64.b64encode(LAST).decode("ascii")))
    app = project.app()
    app.driver_class = driver_class()

    async def show() -> None:
        await app.run_async(mouse=False)

    asyncio.run(show())
    return 0


def test_hostile_lines_reach_no_terminal_in_all_three_panes(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    lines = hostile.lines()[:: rounds(10, 1)]
    project = Project(tmp_path)
    append(project.log, *lines, SECRET, "the last of the log")
    append(project.audit, *audit_lines(lines), '{"event": "LAST_OF_THE_AUDIT"}')
    with Glass(lambda: program(tmp_path, lines), size=SIZE, env={"TEXTUAL_ANIMATIONS": "none"}) as glass:
        glass.expect("the last of the shell")
        for name, share in (("log", 0.6), ("audit", 0.6), ("control", 0.05)):
            glass.press(KEYS[name], "z")
            glass.until(lambda name=name: f"▌{name.upper()}" in glass.screen.text()[2], name)  # type: ignore[misc]  # bound now
            shown = len(through(glass))
            assert shown > share * len(lines), f"{name}: {shown} rows"
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
        patience = 0.6 if " 0%" in page[2] or "scrolled back" in page[2] else 10.0
        try:
            glass.until(lambda page=page: glass.screen.text()[2] != page[2], "another page", patience)  # type: ignore[misc]  # bound now
        except AssertionError:
            assert patience < 10, "a key had no effect"
            break  # the beginning
    return seen


def whole(glass: Glass) -> list[str]:
    """The screen once nothing more is being written."""
    size = -1
    while len(glass.raw) != size:
        size = len(glass.raw)
        glass.pump(0.05)
    return glass.screen.text()
