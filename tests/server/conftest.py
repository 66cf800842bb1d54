"""A world and a session in it for the tests of one file; a file with other wishes has fixtures of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.server.session_rig import Session, opened, private_dirs, sandbox
from thunes_tui.sandbox.place import Place


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """A sandbox with a bot that runs."""
    with private_dirs() as root, sandbox(root, bot=True) as made:
        yield made


@pytest.fixture
async def made(
    request: pytest.FixtureRequest, place: Place, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Session]:
    """A session on the file's own DOCUMENT."""
    async with opened(place, request.module.DOCUMENT, monkeypatch) as begun:
        yield begun
