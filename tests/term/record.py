"""Records real programs at work, and what tmux shows after the same bytes.

    python -m tests.term.record [NAME...]

Needs tmux and the programs; what is missing is left out. The processes that top and htop show are those of a
namespace of their own, the texts are made here.
"""

from __future__ import annotations

import base64
import json
import lzma
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.rig.glass import Glass
from tests.rig.tmux import Tmux

FOLDER = Path(__file__).with_name("recordings")
TERMS = ("xterm-256color", "tmux-256color")
QUIET_S, PATIENCE_S = 0.35, 4.0
ALONE = ("unshare", "--fork", "--pid", "--mount-proc")
SLEEPERS = "sleep 1001 & sleep 1002 & sleep 1003 & exec {}"

PROGRAM = '''\
"""Positions, as a bot keeps them."""

LIMIT = 100.0


def is_allowed(amount: float, switch: bool) -> bool:
    """No BUY while the kill switch is on."""  # 漢字, é, emoji 🚀
    return not switch and amount <= LIMIT


'''
MANUAL = """.TH DRILL 1 2025-10-09 "sandbox" "A manual page of our own"
.SH NAME
drill \\- proves that a bot can be stopped and brought back
.SH DESCRIPTION
.B drill
asks for four tests. Each has
.I steps
and
.I criteria .
.PP
"""
SETTINGS = "PS1='\\[\\e[1;32m\\]drill\\[\\e[0m\\] \\$ '; bind 'set colored-stats on'; HISTFILE=; "


@dataclass(frozen=True)
class Case:
    """A program, and the keys after each of which the screen is compared."""

    name: str
    argv: Sequence[str]
    keys: Sequence[str]
    size: tuple[int, int] = (80, 24)
    needs: str = ""


CASES = (
    Case(
        "vim",
        ("vim", "-u", "NONE", "-i", "NONE", "-N", "--cmd", "set shortmess+=I", "-c", "syntax on", "notes.py"),
        (
            ":set number hlsearch cursorline ruler\r",
            "20\x04",
            "G",
            "gg/LIMIT\r",
            "n",
            "ofresh 漢字 line é\x1b",
            "yy3p",
            ":vsplit\r",
            "\x17l\x06",
            ":split\r:e other.py\r",
            "ione\rtwo\rthree\x1b",
            ":only\r",
            "u",
            "V5jd",
            ":help!\r",
            ":q!\r",
        ),
    ),
    Case(
        "less",
        ("less", "-R", "-M", "coloured.log"),
        (" ", " ", "G", "b", "/number 19\r", "n", "-S\r", "\x1b)", "\x1b(", "g", "q"),
        (100, 30),
    ),
    Case(
        "htop",
        (*ALONE, "sh", "-c", SLEEPERS.format("htop -d 5")),
        ("", "\x1b[B\x1b[B", "t", "\x1b[17~", "\x1b", "\x1bOR", "sleep", "\x1b", "\x1bOQ", "q"),
        (100, 30),
        "htop",
    ),
    Case(
        "top",
        (*ALONE, "sh", "-c", SLEEPERS.format("top -d 0.3")),
        ("", "z", "x", "c", "V", "1", "t", "m", "h", "q", "q"),
        needs="top",
    ),
    Case("man", ("man", "-P", "less", "./drill.1"), (" ", " ", "G", "b", "/four\r", "q")),
    Case(
        "readline",
        ("bash", "--noprofile", "--rcfile", "settings", "-i"),
        (
            "echo one two three\r",
            "\x1b[A\x1b[D\x1b[D\x1b[3~",
            "\x01",
            "\x05\x15",
            "echo a long line that goes over the edge of the screen: 漢字 é 🚀 and more text behind it, far",
            "\x01\x1bf\x1bf\x1bfinserted ",
            "\x0c",
            "\x17\r",
            "\x12one",
            "\r",
            "ls --color=always\r",
            "ec\t\t",
            "\x15printf '\\e[7mreverse\\e[0m\\n'\r",
            "for n in 1 2 3 4 5 6 7 8 9; do printf '\\e[3%dmcolour\\e[m %d\\n' $n $n; done\r",
            "seq 40\r",
            "clear\r",
            "exit\r",
        ),
    ),
)


def main(names: Sequence[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for case in CASES:
        if (names and case.name not in names) or shutil.which(case.needs or case.argv[0]) is None:
            print(f"{case.name}: left out")
            continue
        for term in TERMS:
            path = FOLDER / f"{case.name}.{term}.json.xz"
            path.write_bytes(lzma.compress(json.dumps(record(case, term)).encode(), preset=9))
            print(f"{path.name}: {path.stat().st_size} bytes")


def record(case: Case, term: str) -> dict[str, object]:
    """Size and frames: the bytes since the frame before, and what tmux shows after them."""
    with tempfile.TemporaryDirectory(prefix="drill-") as name:
        folder = Path(name)
        prepare(folder)
        pieces = played(case, term, folder)
        frames = []
        for number, piece in enumerate(pieces, 1):
            rows, cursor, alternate = in_tmux(b"".join(pieces[:number]), case.size, folder)
            data = base64.b64encode(piece).decode()
            frames.append({"data": data, "rows": rows, "cursor": cursor, "alternate": alternate})
    return {"cols": case.size[0], "rows": case.size[1], "frames": frames}


def prepare(folder: Path) -> None:
    (folder / "notes.py").write_text(PROGRAM * 12, encoding="utf-8")
    (folder / "settings").write_text(SETTINGS, encoding="utf-8")
    lines = [
        f"\x1b[2m10:{n // 60:02}:{n % 60:02}\x1b[0m - bot - \x1b[3{n % 8}mINFO\x1b[0m - number {n} 漢字 "
        + "\x1b[1;48;5;24mwide\x1b[0m " * (n % 9)
        for n in range(200)
    ]
    (folder / "coloured.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    paragraph = (
        ".PP\nA criterion is ticked with its evidence, or it is not ticked; a test without one is none.\n"
    )
    (folder / "drill.1").write_text(MANUAL + paragraph * 30, encoding="utf-8")
    (folder / "scripts").mkdir()


def played(case: Case, term: str, folder: Path) -> list[bytes]:
    """What the program wrote at its start, and after each of the keys."""
    env = {
        "TERM": term,
        "HOME": str(folder),
        "HTOPRC": str(folder / "htoprc"),
        "LESSHISTFILE": "-",
        "HISTFILE": "",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "MANROFFOPT": "",
        "GROFF_NO_SGR": "",
        "LESS": "",
        "PAGER": "less",
    }
    pieces = []
    with Glass(list(case.argv), size=case.size, env=env, cwd=str(folder)) as glass:
        for keys in (None, *case.keys):
            begin = len(glass.raw)
            if keys:
                glass.write(keys.encode())
            rest(glass)
            pieces.append(bytes(glass.raw[begin:]))
    return pieces


def rest(glass: Glass) -> None:
    """Until nothing has been written for a moment; programs that never rest get their time."""
    end, quiet = time.perf_counter() + PATIENCE_S, time.perf_counter() + QUIET_S
    size = len(glass.raw)
    while time.perf_counter() < min(end, quiet):
        if not glass.pump(0.02):
            return
        if len(glass.raw) != size:
            size, quiet = len(glass.raw), time.perf_counter() + QUIET_S


def in_tmux(data: bytes, size: tuple[int, int], folder: Path) -> tuple[list[str], list[int], bool]:
    """Rows with their escapes, cursor, and whether the alternate screen is on, once it was printed there."""
    stream, done = folder / ".stream", folder / ".done"
    stream.write_bytes(data)
    done.unlink(missing_ok=True)
    shown = f"stty raw -echo; cat {shlex.quote(str(stream))}; touch {shlex.quote(str(done))}; exec sleep 600"
    with Tmux(["sh", "-c", shown], size=size, env={"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}) as tmux:
        while not done.exists():
            time.sleep(0.01)
        before = None
        while (now := tmux.run("capture-pane", "-p", "-e", "-N")) != before:
            before = now
            time.sleep(0.1)
        asked = "#{cursor_x} #{cursor_y} #{alternate_on}"
        x, y, alternate = map(int, tmux.run("display-message", "-p", asked).split())
    return now.split("\n")[: size[1]], [x, y], bool(alternate)


if __name__ == "__main__":
    os.environ.update({"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"})
    if subprocess.run(["tmux", "-V"], capture_output=True).returncode:
        sys.exit("tmux is not installed here: it says what the screens are to be")
    main(sys.argv[1:])
