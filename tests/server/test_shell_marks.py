"""The marks' order: an end is told before what came after it, once, also where a server was killed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from thunes_tui.marks import Mark
from thunes_tui.server.shell_marks import NOTE, ShellMarks

KEY = "0" * 32


def mark(kind: str, seq: int, status: str = "-", command: str = "") -> bytes:
    return f"\n{KEY} {kind} {seq} {status} 0\0{command}\0/p\0".encode()


class Rig:
    def __init__(self, folder: Path, running: tuple[int, str] = (0, "")) -> None:
        self.reads, self.writes = os.pipe()
        os.set_blocking(self.reads, False)
        self.told: list[tuple[object, ...]] = []
        self.folder = folder
        self.marks = self.server(running)

    def server(self, running: tuple[int, str]) -> ShellMarks:
        def started(mark: Mark) -> None:
            self.told.append(("start", mark.seq, mark.command))

        def ended(mark: Mark, typed: str) -> None:
            self.told.append(("end", mark.seq, mark.status, typed))

        return ShellMarks(self.reads, KEY, self.folder, running, started, ended)

    def say(self, *marks: bytes) -> None:
        os.write(self.writes, b"".join(marks))
        self.marks.readable()

    async def until(self, count: int) -> list[tuple[object, ...]]:
        async with asyncio.timeout(5):
            while len(self.told) < count:
                await asyncio.sleep(0.002)
        return self.told


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    os.close(made.reads)
    os.close(made.writes)


async def test_type_ahead_starts_after_the_end_before_it(rig: Rig) -> None:
    rig.say(mark("start", 5, command="step 1.1"))
    rig.say(mark("end", 5, "0"), mark("prompt", 5, "0"), mark("start", 6, command="sleep 9"))
    assert rig.told == [("start", 5, "step 1.1"), ("end", 5, 0, "step 1.1"), ("start", 6, "sleep 9")]
    rig.say(mark("end", 6, "3"))
    assert (await rig.until(4))[-1] == ("end", 6, 3, "sleep 9")


async def test_an_end_waits_for_its_last_output_and_its_prompt_does_not_hurry_it(rig: Rig) -> None:
    rig.say(mark("start", 1, command="ls"), mark("end", 1, "2"), mark("prompt", 1, "2"))
    assert rig.told == [("start", 1, "ls")]
    await rig.until(2)
    await asyncio.sleep(0.03)
    assert rig.told[1:] == [("end", 1, 2, "ls")]
    assert not (rig.folder / NOTE).exists()


async def test_a_prompt_ends_what_is_still_said_to_run(tmp_path: Path) -> None:
    rig = Rig(tmp_path, (7, "step 1.2"))
    rig.say(mark("prompt", 7, "130"))
    assert await rig.until(1) == [("end", 7, 130, "step 1.2")]
    rig.say(mark("prompt", 7, "130"))
    await asyncio.sleep(0.03)
    assert len(rig.told) == 1


async def test_the_next_server_tells_the_end_that_a_killed_one_had_read(rig: Rig) -> None:
    rig.say(mark("start", 3, command="step 1.1"), mark("end", 3, "4"), mark("prompt", 3, "4"))
    # Killed here: the pipe is empty and nothing but the start was told.
    killed, rig.marks = rig.marks, rig.server((3, "step 1.1"))
    assert killed._timer is not None
    killed._timer.cancel()
    rig.marks.recall()
    assert (await rig.until(2))[1:] == [("end", 3, 4, "step 1.1")]
    rig.server((0, "")).recall()
    await asyncio.sleep(0.03)
    assert len(rig.told) == 2


@pytest.mark.parametrize("note", ["", "{", "[]", '{"kind": "end"}', '{"seq": 2}'])
async def test_a_bad_note_is_none(rig: Rig, note: str) -> None:
    (rig.folder / NOTE).write_text(note, encoding="utf-8")
    rig.server((2, "x")).recall()
    await asyncio.sleep(0.03)
    assert rig.told == []


async def test_a_line_whose_end_was_never_told_has_ended_when_the_next_begins(rig: Rig) -> None:
    rig.say(mark("start", 5, command="unset PROMPT_COMMAND"))
    rig.say(mark("start", 6, command="true"))
    assert await rig.until(3) == [
        ("start", 5, "unset PROMPT_COMMAND"),
        ("end", 5, None, "unset PROMPT_COMMAND"),
        ("start", 6, "true"),
    ]


async def test_an_end_that_can_say_nothing_more_is_not_read_for_ever(tmp_path: Path) -> None:
    reads, writes = os.pipe()
    os.set_blocking(reads, False)
    told: list[object] = []
    marks = ShellMarks(
        reads, KEY, tmp_path, (0, ""), told.append, lambda mark, _typed: told.append(mark), told.append
    )
    loop = asyncio.get_running_loop()
    loop.add_reader(reads, marks.readable)
    os.write(writes, mark("start", 5, command="exec 198>&-"))
    os.close(writes)
    async with asyncio.timeout(30):
        while len(told) < 3:
            await asyncio.sleep(0.005)
    assert not loop.remove_reader(reads), "nobody waits for it any more"
    assert isinstance(told[1], Mark)
    assert (told[1].seq, told[1].status, told[1].cwd) == (5, None, "/p")
    assert "type exit" in str(told[2])
    marks.close()
    assert told[3] == "", "it is over with the shell"
    os.close(reads)
