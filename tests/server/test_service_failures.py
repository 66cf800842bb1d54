"""What fails inside the server is said on the screen."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from thunes_tui.drill.effects import ResizeShell, RunInShell
from thunes_tui.observations import NotRun, PreflightVerdict
from thunes_tui.server.clients import without_secrets
from thunes_tui.server.service import Service


class Bare(Service):
    """The part of a service that begins effects, with a hub that remembers."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self._told = set()
        self.hub = SimpleNamespace(  # type: ignore[assignment] # remembers what it is told
            observe=self.told.append,
            emit=self.told.append,
            state=SimpleNamespace(preflight=SimpleNamespace(run=3)),
        )
        self._secrets = SimpleNamespace(look=lambda: None)  # type: ignore[assignment] # no file here

        def fail(_effect: object) -> None:
            raise OSError(28, "No space left on device")

        self.effector = fail  # type: ignore[assignment] # the disk is full


@pytest.mark.parametrize(
    ("effect", "told"),
    [
        (RunInShell("1.1", "true", "T1.S1#1"), "NotRun"),
        (RunInShell("position", "true"), "NotRun"),
        (RunInShell("preflight", "true"), "PreflightVerdict"),
        (ResizeShell(80, 24), ""),
    ],
)
def test_an_effect_that_cannot_be_begun_is_told(effect: Any, told: str) -> None:
    service = Bare()
    service._act(effect)
    failed, *rest = service.told
    assert "No space left" in failed.reason
    assert [type(each).__name__ for each in rest] == ([told] if told else [])
    for each in rest:
        if isinstance(each, NotRun):
            assert each.attempt == effect.attempt
        elif isinstance(each, PreflightVerdict):
            assert (each.run, each.by, each.verdict) == (3, "script", "UNKNOWN")


async def test_what_a_callback_of_the_loop_raises_is_told(tmp_path: Path) -> None:
    service = Bare()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(service._callback_failed)
    loop.call_soon((tmp_path / "missing").read_text)
    async with asyncio.timeout(5):
        while not service.told:
            await asyncio.sleep(0)
    assert service.told[0].worker == "event loop"
    assert "FileNotFoundError" in service.told[0].reason


async def test_a_sheet_that_is_not_up_to_date_is_told_after_what_it_missed() -> None:
    service = Bare()
    service._sheet_failed("sheet.md is not up to date: No space left on device")
    assert service.told == []
    await asyncio.sleep(0)
    assert [(each.worker, each.reason) for each in service.told] == [
        ("sheet", "sheet.md is not up to date: No space left on device")
    ]


def test_secrets_are_masked_however_deep_they_lie_in_what_a_client_sends() -> None:
    asked = {"text": "a KEY", "rows": [["KEY"], {"KEY": "KEY", "n": 1}], "n": 1, "none": None}
    assert without_secrets(asked, lambda text: text.replace("KEY", "*")) == {
        "text": "a *",
        "rows": [["*"], {"*": "*", "n": 1}],
        "n": 1,
        "none": None,
    }
