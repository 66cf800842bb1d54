"""The shell's size follows the pane's without a word, and takes no word away."""

from __future__ import annotations

from pathlib import Path

from tests.ui.panes import Project, until
from tests.ui.stage import LARGE
from thunes_tui.intents import Resize


async def test_what_is_being_said_stays_while_the_shell_gets_another_size(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("2", "z")
        app.desk.say("something of weight")
        asked = project.stage.link.asked
        await until(lambda: any(isinstance(one, Resize) for one in asked), app, "another size")
        assert app.desk.message == "something of weight"
