"""What happened while no server ran is recorded when one comes back: nothing lost, nothing doubled."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest

from tests.rig.drillshell import alive, wait_for
from tests.server.session_rig import (
    Player,
    Session,
    private_dirs,
    sandbox,
)
from thunes_tui.sandbox.place import Place

DOCUMENT = (
    "# A drill\n\n## Test 1: One (5 minutes)\n\n**Step 1: Say**\n\n```bash\necho hi\n```\n\n- [ ] It said\n"
)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with private_dirs() as root, sandbox(root, bot=False) as made:
        (made.project / "logs").mkdir(exist_ok=True)
        (made.project / "logs" / "audit_trail.jsonl").write_text(audit(0), encoding="utf-8")
        yield made


def audit(number: int) -> str:
    event = {
        "timestamp": "2025-10-09T10:00:00.000001",
        "event": "TRADE_REJECTED",
        "reason": f"number {number}",
    }
    return json.dumps(event) + "\n"


def append(place: Place, *numbers: int) -> None:
    with (place.project / "logs" / "audit_trail.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(audit(number) for number in numbers)


def recorded(made: Session) -> str:
    return "".join(
        str(r.data.get("text") or "")
        for r in made.journal()
        if r.kind == "source.lines" and r.data["source"] == "audit"
    )


async def test_audit_lines_of_the_gap_are_recorded_once(made: Session, place: Place) -> None:
    player = await Player.join(made)
    await player.until(lambda s: "audit" in s.sources)
    append(place, 1, 2)
    await player.until(lambda s: s.sources["audit"].lines == 2)
    made.kill()
    await player.close()
    append(place, 3, 4, 5)
    made.start()
    again = await Player.join(made)
    await again.until(lambda s: s.sources["audit"].lines == 5)
    append(place, 6)
    await again.until(lambda s: s.sources["audit"].lines == 6)
    assert recorded(made) == "".join(audit(number) for number in range(1, 7))


async def test_a_session_whose_folders_were_deleted_says_so_and_ends_with_its_last_console(
    made: Session,
) -> None:
    player = await Player.join(made)
    state = await player.ready()
    server, shell = made.server_pid, state.shell.pid
    shutil.rmtree(made.folder)
    shutil.rmtree(made.spec.runtime)
    player.link.keys(b"true\n")
    state = await player.until(lambda s: "journal" in s.failures)
    assert "was deleted" in state.failures["journal"]
    assert alive(server)
    await player.close()
    wait_for(lambda: not alive(server), "the end of the server")
    wait_for(lambda: not alive(shell), "the end of a shell that nobody can reach")
