"""Any keys in any order, over hostile records that grow and rotate: nothing fails, nothing gets through."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from tests import hostile
from tests.rig.tokenise import foreign
from tests.ui.panes import SECRET, Project, append
from tests.ui.stage import LARGE, SMALL
from tests.ui.test_panes_hostile import audit_lines
from thunes_tui.ui.app import ThunesApp
from thunes_tui.ui.panes.audit import AuditPane

KEYS = (
    *("j", "k", "g", "G", "enter", "left", "right", "h", "l", "pageup", "pagedown", "i", "x", "u", "b", "B"),
    *(
        "less_than_sign",
        "greater_than_sign",
        "L",
        "F",
        "A",
        "m",
        "n",
        "N",
        "z",
        "slash",
        "vertical_line",
        "P",
    ),
    *("vertical_line", "enter"),
)
FILTERS = (
    "select(.event)",
    ".event,.reason",
    "{event,reason}",
    ".[]?",
    "(.",
    '.reason|test("x")',
    "[.[]?]|length",
)
TYPED = ("enter", "ctrl+g", "tab", "up", "down", "backspace", "left", "e", "full_stop")
SIZES = (LARGE, SMALL, (100, 30), (60, 15), (40, 10))
PRESSED = 100


async def press_any(pilot: Pilot[int], pane: AuditPane, pick: random.Random) -> None:
    if len(pilot.app.screen_stack) > 1:
        await pilot.press(pick.choice(("ctrl+g", "k", "a")))
    elif pane.jq.line is not None:
        if pick.random() < 0.4:
            pane.jq.line.entry.clear()
            pane.takes_text(pick.choice(FILTERS))
        await pilot.press(pick.choice(TYPED))
    else:
        await pilot.press(pick.choice(("a", "enter", "ctrl+g") if pane.asking is not None else KEYS))


async def one_round(folder: Path, pick: random.Random) -> None:
    project = Project(folder)
    project.stage.testing()
    lines = list(audit_lines(hostile.lines()[pick.randrange(17) :: 17]))
    append(project.audit, *lines)
    app: ThunesApp = project.app()
    failures: list[str] = []
    say = app.desk.say

    def listened(text: str, *, alarming: bool = False) -> None:
        failures.extend([text] if "failed" in text else [])
        say(text, alarming=alarming)

    app.desk.say = listened  # type: ignore[method-assign]  # to hear of workers that fail
    async with app.run_test(size=pick.choice(SIZES)) as pilot:
        pane = app.panes["audit"]
        assert isinstance(pane, AuditPane)
        await pilot.press("4")
        for _ in range(PRESSED):
            await press_any(pilot, pane, pick)
            chance = pick.random()
            if chance < 0.1:
                append(project.audit, pick.choice(lines), json.dumps({"event": "NEW", "n": chance}))
            elif chance < 0.13:
                project.audit.rename(project.audit.with_suffix(".1"))
                append(project.audit, *lines[:50])
            elif chance < 0.17:
                await pilot.resize_terminal(*pick.choice(SIZES))
        strips = app.screen._compositor.render_strips()
        data = "".join(strip.render(app.console) for strip in strips).encode()
        assert foreign(data) == []
        assert SECRET.encode() not in data
    assert failures == []


async def test_any_keys_over_any_records(tmp_path: Path, rounds: Callable[[int, int], int]) -> None:
    for seed in range(rounds(1, 60)):
        folder = tmp_path / str(seed)
        folder.mkdir()
        await one_round(folder, random.Random(seed))
