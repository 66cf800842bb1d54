"""No argument of ours is ever seen by `pkill -f`."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("arguments", [["--project", "/home/x/paper_trader-2"], []])
def test_the_title_hides_every_argument_and_is_inherited(arguments: list[str]) -> None:
    program = (
        "import os, sys; from thunes_tui import title; title.neutralise();"
        "read = lambda: open(f'/proc/{os.getpid()}/cmdline', 'rb').read()"
        " + open('/proc/self/comm', 'rb').read();"
        "r, w = os.pipe(); child = os.fork();"
        "child or (os.write(w, read()), os._exit(0));"
        "os.waitpid(child, 0); print(repr((read(), os.read(r, 9999), sys.argv)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    own, inherited, argv = eval(done.stdout)
    assert own == inherited
    assert own.rstrip(b"\n").endswith(b"\0thunes-tui")
    assert own.partition(b"\0")[0] == b"thunes-tui"
    assert own.replace(b"\0", b"").replace(b"\n", b"") == b"thunes-tuithunes-tui"
    assert argv[1:] == arguments, "the program itself still knows them"


def test_a_title_longer_than_its_room_is_clipped() -> None:
    program = (
        "from thunes_tui import title; title.neutralise('x' * 100_000);"
        "print(open('/proc/self/cmdline').read(), open('/proc/self/environ').read().count('MARKED'))"
    )
    env = {**os.environ, "MARKED": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=env
    )
    shown, _, environment = done.stdout.strip().rpartition(" ")
    assert set(shown) <= {"x", "\0"}
    assert environment == "1", "the environment behind the arguments must stay whole"
