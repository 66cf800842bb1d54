"""The control pane is a terminal: programs work in it as in any other, and nothing of theirs gets past it."""

from __future__ import annotations

import base64
import json
import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.way import CONSOLE, drilled_sandbox
from tests.hostile import lines
from tests.rig.glass import Glass

LARGE, SMALL = (200, 50), (80, 24)


@dataclass
class Desk:
    """A console in SHELL mode, and where it works."""

    glass: Glass
    project: Path
    state: Path

    def line(self, text: str) -> None:
        self.glass.press(text, "enter")

    def recorded(self) -> str:
        """All journals, their shell output put together."""
        texts = []
        for path in self.state.rglob("journal.jsonl"):
            raw = path.read_text(encoding="ascii")
            records = [json.loads(line) for line in raw.splitlines()]
            texts += [raw, *(printed(record["d"]) for record in records if record["k"] == "shell.output")]
        return "".join(texts)

    def rest(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.glass.pump(left)


def printed(output: dict[str, str | None]) -> str:
    return output["text"] or base64.b64decode(output["b64"] or "").decode(errors="replace")


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with drilled_sandbox(bot=False) as (place, env):
        argv = [*CONSOLE, "drill", "--new", "--project", str(place.project)]
        with Glass(argv, size=LARGE, env=env, cwd="/") as glass:
            glass.expect("TESTNET")
            glass.expect("THUNES #")
            glass.press("c")
            glass.expect("SHELL")
            yield Desk(glass, place.project, Path(env["XDG_STATE_HOME"]))


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed here")


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_an_editor_edits_and_leaves_the_screen_as_it_was(desk: Desk, size: tuple[int, int]) -> None:
    needs("vim")
    glass = desk.glass
    glass.resize(*size)
    desk.line(f"echo be''fore{size[0]}; vim -u NONE -i NONE -N edited.txt")
    glass.expect("~")
    glass.write("ifirst 漢字\rlast\x1b".encode())
    glass.expect("first 漢字")
    glass.write(b"\x1b[Aox\x1b")  # a cursor key, in the form that vim has asked for
    glass.write(b":wq\r")
    glass.expect(f"before{size[0]}")
    written = desk.project / "edited.txt"
    glass.until(lambda: written.exists() and "last" in written.read_text(), "written")
    assert written.read_text().split("\n")[0] == "first 漢字"
    written.unlink()
    glass.gone("~")
    glass.resize(*LARGE)


def test_a_pager_a_database_and_an_interpreter_work(desk: Desk) -> None:
    for program in ("less", "sqlite3", "python3"):
        needs(program)
    glass = desk.glass
    desk.line("seq 500 | less")
    glass.expect("│:")  # its prompt: a key before that would be bash's
    glass.press("G")
    glass.expect("(END)")
    glass.press("q")
    glass.gone("(END)")
    desk.line("sqlite3")
    glass.expect("sqlite>")
    desk.line("select 40 + 2 as answer;")
    glass.expect("42")
    desk.line(".quit")
    desk.line("python3 -q")
    glass.expect(">>>")
    desk.line("'py' + 'thonic'")
    glass.expect("'pythonic'")
    glass.press("ctrl+d")
    desk.line("echo back''again")
    glass.expect("backagain")


def test_a_commit_is_written_in_the_editor(desk: Desk) -> None:
    needs("vim")
    glass = desk.glass
    desk.line(
        "git init -q repo && cd repo && touch f && git add f && clear && "
        "EDITOR='vim -u NONE -i NONE' git -c user.name=a -c user.email=a@b commit; cd .."
    )
    glass.expect("Initial commit")
    glass.write(b"iin the editor\x1b:wq\r")
    glass.expect("(root-commit)")


def test_the_leader_alone_is_taken_and_doubled_it_is_sent(desk: Desk) -> None:
    glass = desk.glass
    desk.line("cat -v; echo ca''ught")
    desk.rest(0.3)
    glass.write(b"\x1b.\x1b.\x1b[99X\x02\x01\x10\x1bx\r")
    glass.expect("^[.^[.^[[99X^B^A^P^[x")
    glass.write(b"\x1d\x1d\r")
    glass.expect("^]")
    glass.press("ctrl+d")
    glass.expect("caught")


def test_what_is_typed_in_the_dark_is_not_recorded(desk: Desk) -> None:
    glass = desk.glass
    desk.line("read -rs dark; echo re''ad")
    desk.rest(0.3)
    desk.line("canary-under-read")
    glass.expect("read")
    desk.line("stty -echo; echo dar''kness")
    glass.expect("darkness")
    desk.line(": canary-without-echo")
    desk.line("stty echo; echo li''ght")
    glass.expect("light")
    desk.line("echo ${#dark} seen-in-the-light")
    glass.expect("17 seen-in-the-light")
    glass.until(lambda: "seen-in-the-light" in desk.recorded(), "recorded")
    assert "canary" not in desk.recorded()


@pytest.mark.crash
def test_nothing_that_a_child_prints_reaches_the_terminal_as_control(
    desk: Desk, rounds: Callable[[int, int], int]
) -> None:
    """OSC, DCS, titles, the clipboard, and random bytes. They did arrive: the journal holds them."""
    glass = desk.glass
    hostile = desk.project / "hostile.bin"
    dice = random.Random(20251009)
    canary = b"\x1b]0;own\x07\x1b]52;c;b3duZWQ=\x07\x1bPq#0~\x1b\\\x1b[5i\x1b[?1000;1003;2004h\x1b[6n\x1b[c"
    hostile.write_bytes(b"".join(lines()) + dice.randbytes(rounds(100_000, 1_000_000)) + b"\x18\r\n" + canary)
    desk.rest(0.5)
    before = glass.state()
    desk.line("clear; cat hostile.bin; printf '\\ec'; stty sane; echo do''ne")
    glass.expect("done")
    glass.press("ctrl+u")
    desk.line("echo ag''ain")
    glass.expect("again")
    assert "]52;c;b3duZWQ=" in desk.recorded(), "nothing arrived: the test would prove nothing"
    assert glass.foreign() == []
    assert {name: value for name, value in glass.state().items() if name != "cursor"} == {
        name: value for name, value in before.items() if name != "cursor"
    }
