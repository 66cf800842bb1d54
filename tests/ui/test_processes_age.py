"""How long a process runs is counted from its own start, not from when the console came to see it."""

from __future__ import annotations

from tests.ui.stage import LARGE, Stage, seen
from thunes_tui.events import box


async def test_a_bot_that_is_found_late_is_as_old_as_it_is() -> None:
    stage = Stage().opened()
    stage.play(box.ProcessBorn("drill", 8001, 3, "bash", age_s=7200.4))
    app = stage.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "up 2:00:")
