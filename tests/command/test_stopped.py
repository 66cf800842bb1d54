"""What `stop` says of a session that it has ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from thunes_tui.command.listing import stopped
from thunes_tui.server.choose import Running


def test_only_a_drill_is_something_to_go_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert stopped(Running("watch-7f3a", "/p", "watch")) == "watch watch-7f3a has stopped"
    assert "to go on: " in stopped(Running("20251009-085320-7f3a", "/p", "drill"))
