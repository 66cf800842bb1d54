"""The pilot's idea of idle, made ten times finer: its 20 ms a key would be most of these tests' time."""

from __future__ import annotations

import pytest
import textual._wait


@pytest.fixture(autouse=True)
def finer_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textual._wait, "SLEEP_GRANULARITY", 0.002)
    monkeypatch.setattr(textual._wait, "SLEEP_IDLE", 0.001)
