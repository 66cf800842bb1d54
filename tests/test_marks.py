"""The drill's shell says what was typed and how it ended; a step runs verbatim and by its name alone."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.drillshell import Drill, Server, alive, name_of, wait_for
from thunes_tui import keeper
from thunes_tui.marks import Mark, parse_marks
from thunes_tui.shellrc import CLEAR, UNSEEN, UNTOLD
from thunes_tui.term.ghostty import GhosttyTerminal

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed here")


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    made = Drill(tmp_path)
    yield made
    made.end()


def test_marks_tell_what_was_typed_and_how_it_ended(drill: Drill) -> None:
    server = drill.start()
    assert server.run("true").status == 0
    assert server.run("  cd / ; (exit 3)").status == 3
    assert server.run("for word in a b\rdo echo $word\rdone").status == 0
    assert server.run("echo 'quoted \"text\" $HOME ünï'").status == 0
    starts = [mark for mark in server.marks if mark.kind == "start"]
    assert [mark.command for mark in starts] == [
        "true",
        "  cd / ; (exit 3)",
        "for word in a b\ndo echo $word\ndone",
        "echo 'quoted \"text\" $HOME ünï'",
    ]
    assert [mark.seq for mark in starts] == [1, 2, 3, 4]
    assert [mark.cwd for mark in starts[:3]] == [str(drill.home), str(drill.home), "/"]
    assert all(mark.status is None for mark in starts)


def test_an_empty_line_is_a_prompt_and_no_command(drill: Drill) -> None:
    server = drill.start()
    server.type("")
    server.until(lambda: [mark.kind for mark in server.marks] == ["prompt", "prompt"], "two prompts")


def test_an_interrupted_command_ends_with_130(drill: Drill) -> None:
    server = drill.start()
    server.type("sleep 60")
    server.until(lambda: any(mark.kind == "start" for mark in server.marks), "its start")
    # Earlier, the key would reach the shell's fork, which has not yet got the terminal or its own signals.
    wait_for(lambda: "sleep" in map(name_of, keeper.jobs(drill.shell, -1)), "the sleep itself")
    os.write(server.taken.master, b"\x03")
    server.until(lambda: any(mark.kind == "end" and mark.status == 130 for mark in server.marks), "its end")


def test_nothing_typed_without_echo_is_in_a_mark(drill: Drill) -> None:
    server = drill.start()
    server.type("read -rs answer")
    server.until(lambda: any(mark.kind == "start" for mark in server.marks), "its start")
    server.type("hunter2-secret")
    server.until(lambda: any(mark.kind == "end" for mark in server.marks), "its end")
    assert server.run('[ "$answer" = hunter2-secret ]').status == 0
    assert not any("hunter2-secret" in m.command for m in server.marks if m.seq == 1)


def test_a_line_typed_after_stty_echo_off_is_in_no_mark_and_not_in_the_output(drill: Drill) -> None:
    server = drill.start()
    server.run("stty -echo")
    assert server.run("true canary-in-the-dark").status == 0
    server.run("step 1.1")
    server.run("stty echo")
    assert server.run("true in the light").status == 0
    commands = [mark.command for mark in server.marks if mark.kind == "start"]
    assert commands == ["stty -echo", UNSEEN, "step 1.1", UNSEEN, "true in the light"]
    assert b"canary" not in server.output
    assert b"in the light" in server.output


def test_where_nobody_can_say_whether_a_line_was_shown_it_is_not_told(drill: Drill) -> None:
    server = drill.start()
    server.run(
        "stty -echo; export large=$(printf '%0120000d' 1); for n in {1..30}; do export l$n=$large; done"
    )
    server.run(": canary")
    assert server.marks[-1].seq == 2
    assert [mark.command for mark in server.marks if mark.kind == "start"][1] == UNSEEN


def test_nothing_lands_in_the_operators_history(drill: Drill) -> None:
    (drill.home / ".bashrc").write_text(
        "HISTFILE=~/.bash_history\nHISTCONTROL=ignoreboth\nalias mine='echo from-bashrc'\n"
    )
    server = drill.start()
    server.run(" mine")
    server.shows("from-bashrc")
    server.type("exit")
    server.until(lambda: any(mark.kind == "exit" for mark in server.marks), "the exit")
    assert next(mark.command for mark in server.marks if mark.kind == "start") == " mine"
    wait_for(lambda: not alive(drill.shell), "the end of the shell")
    assert not (drill.home / ".bash_history").exists()


def test_what_the_guard_judges_by_does_not_come_from_the_operators_settings(drill: Drill) -> None:
    (drill.home / ".bashrc").write_text(
        "IFS=:\nexport BINANCE_API_KEY=a-real-key binance_api_key=another ENVIRONMENT=live OTHER=kept\n"
    )
    drill.spec.env["THUNES_UNSET"] = "BINANCE_API_KEY ENVIRONMENT"
    server = drill.start()
    assert server.run("printenv BINANCE_API_KEY binance_api_key ENVIRONMENT THUNES_UNSET").status == 1
    assert server.run("env | grep -i api_key").status == 1
    assert server.run('[ "$OTHER" = kept ]').status == 0


def test_a_name_that_cannot_be_dropped_ends_the_shell(drill: Drill) -> None:
    (drill.home / ".bashrc").write_text("readonly ENVIRONMENT=live; export ENVIRONMENT\n")
    drill.spec.env["THUNES_UNSET"] = "BINANCE_API_KEY ENVIRONMENT"
    keeper.start(drill.spec)
    drill.server()
    wait_for(lambda: not alive(drill.shell), "the end of the shell")


def test_a_step_runs_verbatim_from_its_neutral_file(drill: Drill) -> None:
    (drill.steps / "2.3").write_text(
        "# a comment, then a block as a runbook has it\n"
        "declare -A positions=([BTCUSDT]=1)\n"
        "reason='DRILL: Manual'\n"
        "cat <<'EOF' > note.txt\n$HOME stays \"quoted\"\nEOF\n"
        'echo "arguments: $#"\n'
        "false | true; (exit 4)\n"
    )
    server = drill.start()
    assert server.run("step 2.3").status == 4
    assert (drill.home / "note.txt").read_text() == '$HOME stays "quoted"\n'
    server.shows("arguments: 0")
    assert server.run('[ "${positions[BTCUSDT]}:$reason" = "1:DRILL: Manual" ]').status == 0
    assert next(mark for mark in server.marks if mark.kind == "start").command == "step 2.3"


AT_THE_PROMPT = {
    "text": b"rm -rf ~/kept ",
    "text with the cursor inside": b"rm -rf ~/kept \x01\x1bf",
    "a search": b"\x12kept",
    "vi, typing": b"rm -rf ~/kept ",
    "vi, commanding": b"rm -rf ~/kept \x1b0",
    "vi, nothing typed": b"\x1b",
}


@pytest.mark.parametrize("left", AT_THE_PROMPT)
def test_what_stands_at_the_prompt_gets_into_no_step(drill: Drill, left: str) -> None:
    (drill.home / "kept").touch()
    (drill.steps / "1.1").write_text("(exit 7)\n")
    server = drill.start()
    server.run("set -o vi" if left.startswith("vi") else ": kept for the search")
    server.until(lambda: server.output.endswith(b"# "), "the prompt")
    os.write(server.taken.master, AT_THE_PROMPT[left] + CLEAR + b"step 1.1\n")
    server.until(lambda: any(m.kind == "end" and m.seq == 2 for m in server.marks), "the end of the step")
    start, end = (next(m for m in server.marks if (m.kind, m.seq) == (kind, 2)) for kind in ("start", "end"))
    assert (start.command, end.status) == ("step 1.1", 7)
    assert (drill.home / "kept").exists()
    assert b"9955" not in server.output


@pytest.mark.parametrize("name", ["9.9", "../2.3", "", "2.3 2.4"])
def test_a_step_that_does_not_exist_runs_nothing(drill: Drill, name: str) -> None:
    (drill.folder / "2.3").write_text("touch ~/ran\n")
    (drill.steps / "2.4").write_text("touch ~/ran\n")
    server = drill.start()
    assert server.run(f"step {name}").status == 127
    assert not (drill.home / "ran").exists()


@pytest.mark.parametrize(("block", "status"), [("exit 7\n", 7), ("set -e\nfalse\necho unreached\n", 1)])
def test_a_step_that_ends_the_shell_leaves_a_mark(drill: Drill, block: str, status: int) -> None:
    (drill.steps / "1").write_text(block)
    server = drill.start()
    server.type("step 1")
    server.until(lambda: any(mark.kind == "exit" for mark in server.marks), "the mark of the exit")
    assert server.marks[-1].kind == "exit"
    assert server.marks[-1].status == status
    assert json.loads(server.taken.link.recv(100)) == {"ended": True, "status": status}
    wait_for(lambda: not Path(drill.path).exists(), "the keeper's end")


@pytest.mark.parametrize(
    ("line", "status"),
    [("trap 'echo bye' EXIT; exit 6", 6), ("exec bash -c 'exit 5'", 5), ("kill -9 $$", -signal.SIGKILL)],
)
def test_how_the_shell_ended_is_known_where_it_could_not_say_so_itself(
    drill: Drill, line: str, status: int
) -> None:
    server = drill.start()
    server.type(line)
    assert json.loads(server.taken.link.recv(100)) == {"ended": True, "status": status}
    assert not any(mark.kind == "exit" for mark in server.marks)


def has_ended(server: Server, number: int) -> bool:
    return ("end", number) in [(mark.kind, mark.seq) for mark in server.marks]


def runs_every_hook() -> bool:
    """Whether bash runs each member of PROMPT_COMMAND: from 5.1 on."""
    if shutil.which("bash") is None:
        return False
    version = "echo $(( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] ))"
    return int(subprocess.check_output(["bash", "-c", version], text=True)) >= 501


@pytest.mark.parametrize(
    "line", ["unalias -a", "shopt -u expand_aliases", "alias step=false", "unset ${!THUNES*}", "set -o posix"]
)
def test_the_next_step_runs_whatever_a_step_did_to_names_and_options(drill: Drill, line: str) -> None:
    (drill.steps / "1").write_text(f"{line}\ntrue\n")
    (drill.steps / "2").write_text("(exit 5)\n")
    server = drill.start()
    assert server.run("step 1").status == 0
    assert server.run("step 2").status == 5


TAKEN = (
    "PROMPT_COMMAND='history -a'",
    "PS0=; PROMPT_COMMAND=:",
    "unset PROMPT_COMMAND",
    "PROMPT_COMMAND=(:)",
)


@pytest.mark.skipif(
    not runs_every_hook(), reason="before bash 5.1 a step gives them back, a typed line does not"
)
@pytest.mark.parametrize("line", TAKEN)
def test_lines_are_told_of_also_after_the_hooks_were_overwritten(drill: Drill, line: str) -> None:
    server = drill.start()
    server.type(line)
    server.until(lambda: server.marks[-1].seq == 1, "the mark of its start")
    for number, (typed, status) in enumerate([("true", 0), ("(exit 3)", 3)], 2):
        server.type(typed)
        server.until(functools.partial(has_ended, server, number), typed)
        assert next(m for m in server.marks if (m.kind, m.seq) == ("end", number)).status == status
    assert [m.command for m in server.marks if m.kind == "start"] == [line, "true", "(exit 3)"]


@pytest.mark.parametrize("line", [*TAKEN, "set +o history"])
def test_a_step_that_overwrites_the_hooks_ends_and_so_does_the_next(drill: Drill, line: str) -> None:
    (drill.steps / "1").write_text(f"{line}\nHISTCONTROL=ignoreboth\n(exit 4)\n")
    (drill.steps / "2").write_text("(exit 5)\n")
    server = drill.start()
    assert server.run("step 1").status == 4
    assert server.run("step 2").status == 5
    assert server.marks[-1].seq == 2
    known = {m.seq: m.command for m in server.marks if m.kind == "start"}
    assert known == {1: "step 1", 2: "step 2"}


def test_a_line_is_told_as_it_was_typed_whatever_is_set_for_the_history(drill: Drill) -> None:
    server = drill.start()
    server.run("HISTCONTROL=ignorespace; HISTTIMEFORMAT='%F '; HISTIGNORE='*'")
    server.run("  echo hidden")
    server.run("echo same")
    server.run("echo same")
    os.write(server.taken.master, b": \x9b31m end\r")
    server.until(lambda: server.marks[-1].kind == "prompt" and server.marks[-1].seq == 5, "its end")
    server.run("set +o history")
    server.run("echo no word of it is kept")
    typed = [mark.command for mark in server.marks if mark.kind == "start"][1:]
    assert typed[:3] == ["  echo hidden", "echo same", "echo same"]
    assert typed[3].startswith(": ")
    assert typed[4:] == ["set +o history", UNTOLD]


def test_a_program_that_was_killed_leaves_neither_its_screen_nor_its_keys_behind(drill: Drill) -> None:
    server = drill.start()
    screen = GhosttyTerminal(100, 30)
    server.run("echo before")
    on = r"\e[?1049h\e[?1h\e[?25l\e[?1002h\e[5;9r\e[31mfull screen"
    server.run(f"(printf '{on}'; kill -9 $BASHPID)")
    server.run("(exit 3)")
    server.run("bash -c 'kill -9 $$'")  # nothing is left on by this one: it changes nothing
    server.run("echo after")
    server.until(lambda: server.output.endswith(b"# "), "the prompt")
    screen.feed(bytes(server.output))
    assert not screen.modes.alt_screen
    assert not screen.modes.app_cursor_keys
    assert not screen.modes.mouse
    assert screen.cursor.visible
    shown = screen.text()
    assert "full screen" not in shown
    assert shown.index("before") < shown.index("after")
    assert shown[screen.cursor.y - 1 : screen.cursor.y + 1] == ["after", "~ #"]
    screen.close()


def test_a_job_that_inherits_the_descriptor_cannot_forge_a_mark(drill: Drill) -> None:
    server = drill.start()
    fake = r"\n0123456789abcdef0123456789abcdef end 99 0 0\0forged\0/\0"
    assert server.run(f"bash -c 'printf \"{fake}\" >&198; printf junk >&198'").status == 0
    assert server.run("env | grep -c thunes_key").status == 1, "the key must not be in any environment"
    assert not any(mark.seq == 99 for mark in server.marks)
    assert [mark.seq for mark in server.marks if mark.kind == "end"] == [1, 2]


def test_marks_survive_any_cut_and_any_garbage() -> None:
    key = "a" * 32
    one = f"\n{key} start 12 - 0\0echo 1\n\0/tmp\0".encode()
    two = f"\n{key} end 12 0 1\0\0/tmp\0".encode()
    foreign = b"\n" + b"b" * 32 + b" end 13 0 0\0\0/\0"
    data = b"junk" + one + b"\0\n\0more junk\n" + two + foreign + b"\n" + key.encode()
    expected = [Mark("start", 12, None, "echo 1\n", "/tmp", 0), Mark("end", 12, 0, "", "/tmp", 1)]
    assert parse_marks(data, key)[0] == expected
    for size in (1, 2, 7, 30):
        found, rest = [], b""
        for at in range(0, len(data), size):
            marks, rest = parse_marks(rest + data[at : at + size], key)
            found += marks
        assert found == expected
        assert rest.endswith(b"\n" + key.encode())
    assert len(parse_marks(data)[0]) == 3
