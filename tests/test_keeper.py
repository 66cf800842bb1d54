"""The drill's shell outlives every server, says what was typed, and goes when the last job has gone."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from thunes_tui import handover, keeper, localsocket, shellrc
from thunes_tui.errors import Unusable
from thunes_tui.marks import Mark, parse_marks

DEADLINE = 10.0

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed here")


class Server:
    """The reading half of a session server: terminal, marks, handover."""

    def __init__(self, socket_path: str) -> None:
        self.taken = handover.take(socket_path)
        self.output = bytearray(self.taken.spool)
        self.marks: list[Mark] = []
        self._rest = b""

    def leave(self) -> None:
        if self.taken.link.fileno() >= 0:
            self.taken.leave()

    def pump(self, seconds: float = 0.02) -> None:
        for descriptor in select.select([self.taken.master, self.taken.marks], [], [], seconds)[0]:
            with contextlib.suppress(OSError):
                data = os.read(descriptor, 1 << 16)
                if descriptor == self.taken.master:
                    self.output += data
                else:
                    found, self._rest = parse_marks(self._rest + data, self.taken.key)
                    self.marks += found

    def until(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.perf_counter() + DEADLINE
        while not condition():
            assert time.perf_counter() < deadline, f"never: {what}\n{self.output.decode(errors='replace')}"
            self.pump()

    def type(self, line: str) -> None:
        os.write(self.taken.master, line.encode() + b"\r")

    def run(self, line: str) -> Mark:
        """Type a line, wait for its end; the mark of the end."""
        seen = len(self.marks)
        self.type(line)
        self.until(lambda: any(mark.kind == "end" for mark in self.marks[seen:]), f"the end of {line!r}")
        return next(mark for mark in self.marks[seen:] if mark.kind == "end")

    def shows(self, text: str) -> None:
        self.until(lambda: text.encode() in self.output, f"{text!r} in the output")


class Drill:
    """A keeper with its folders, and the servers that came and went."""

    def __init__(self, folder: Path, world_pid: int | None = None) -> None:
        self.folder = folder
        self.steps = folder / "steps"
        self.home = folder / "home"
        self.steps.mkdir()
        self.home.mkdir()
        self.path = str(folder / "run" / "keeper.sock")
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "THUNES_STEPS": str(self.steps),
        }
        self.spec = keeper.KeeperSpec(
            self.path, shellrc.rc(), env, str(self.home), cols=100, rows=30, world_pid=world_pid
        )
        self.shell = 0
        self.servers: list[Server] = []

    def start(self) -> Server:
        keeper.start(self.spec)
        server = self.server()
        server.until(lambda: server.marks, "the first prompt")
        return server

    def server(self) -> Server:
        server = Server(self.path)
        self.servers.append(server)
        self.shell = server.taken.pid
        return server

    def end(self) -> None:
        """Close the drill and kill whatever is left of it in its own session."""
        for server in self.servers:
            server.leave()
        with contextlib.suppress(Unusable):
            last = handover.take(self.path)
            last.close_drill()
            for pid in keeper.jobs(self.shell, -1):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            last.leave()
        wait_for(lambda: not Path(self.path).exists(), "the keeper's end")


def wait_for(condition: Callable[[], object], what: str) -> None:
    deadline = time.perf_counter() + DEADLINE
    while not condition():
        assert time.perf_counter() < deadline, f"never: {what}"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except OSError:
        return False


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
    wait_for(lambda: keeper.jobs(drill.shell, -1), "the sleep itself")
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
    assert server.taken.link.recv(100) == b'{"ended": true}\n'
    wait_for(lambda: not Path(drill.path).exists(), "the keeper's end")


def test_a_job_that_inherits_the_descriptor_cannot_forge_a_mark(drill: Drill) -> None:
    server = drill.start()
    fake = r"\n0123456789abcdef0123456789abcdef end 99 0 0\0forged\0/\0"
    assert server.run(f"bash -c 'printf \"{fake}\" >&198; printf junk >&198'").status == 0
    assert server.run("env | grep -c thunes_key").status == 1, "the key must not be in any environment"
    assert not any(mark.seq == 99 for mark in server.marks)
    assert [mark.seq for mark in server.marks if mark.kind == "end"] == [1, 2]


def test_the_shell_and_its_state_survive_a_killed_server(drill: Drill, tmp_path: Path) -> None:
    keeper.start(drill.spec)
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            server = drill.server()
            server.until(lambda: server.marks, "the first prompt")
            server.run("kept=value; sleep 61 & cd /")
            (tmp_path / "ready").touch()
            time.sleep(60)
        os._exit(1)
    wait_for((tmp_path / "ready").exists, "the first server's work")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    server = drill.server()
    assert server.run('[ "$kept:$PWD" = value:/ ]').status == 0
    assert server.run("jobs %1").status == 0
    assert server.marks[-1].jobs == 1


def test_output_without_a_server_is_kept_and_never_blocks_a_job(drill: Drill) -> None:
    server = drill.start()
    server.type("seq 1 400000; echo d''one; touch finished")
    server.shows("\n10\r")
    server.leave()
    wait_for((drill.home / "finished").exists, "the end of a job that nobody reads")
    again = drill.server()
    again.shows("done")
    assert len(again.taken.spool) <= keeper.SPOOL_BYTES
    assert again.taken.lost > 0, "nothing was dropped: the test would prove nothing"
    assert b"400000\r\n" in again.output
    again.until(lambda: any(mark.kind == "end" for mark in again.marks), "the mark that waited in the pipe")


def test_a_closed_drill_waits_for_the_last_job_and_then_ends_the_shell(drill: Drill) -> None:
    server = drill.start()
    server.run("sleep 62 &")
    (job,) = keeper.jobs(drill.shell, -1)
    server.taken.close_drill()
    server.leave()
    deadline = time.perf_counter() + 4 * keeper.LOOK_EVERY
    while time.perf_counter() < deadline:
        assert alive(job)
        assert alive(drill.shell)
        time.sleep(0.05)
    os.kill(job, signal.SIGTERM)
    wait_for(lambda: not alive(drill.shell), "the end of the shell")
    wait_for(lambda: not Path(drill.path).exists(), "the keeper's end")


def test_a_job_outlives_the_shell_and_keeps_the_keeper(drill: Drill) -> None:
    server = drill.start()
    server.run("sleep 63 &")
    (job,) = keeper.jobs(drill.shell, -1)
    server.type("exit")
    server.until(lambda: any(mark.kind == "exit" for mark in server.marks), "the exit")
    wait_for(lambda: not alive(drill.shell), "the end of the shell")
    server.leave()
    assert drill.server().taken.ended
    assert alive(job)
    os.kill(job, signal.SIGKILL)


def test_a_daemon_that_left_the_session_can_still_write(drill: Drill) -> None:
    """`setsid -f` survives a closed terminal, but its next line of output would be an error."""
    if shutil.which("setsid") is None:
        pytest.skip("setsid is not installed here")
    server = drill.start()
    server.run(
        "setsid -f sh -c 'echo $$ > daemon;"
        " while [ ! -e stop ]; do sleep 0.02; done; echo wrote && touch wrote'"
    )
    wait_for(lambda: (drill.home / "daemon").exists() and (drill.home / "daemon").read_text(), "the daemon")
    server.taken.close_drill()
    server.leave()
    wait_for(lambda: not alive(drill.shell), "the end of the shell")
    (drill.home / "stop").touch()
    wait_for((drill.home / "wrote").exists, "the daemon's output")


def test_killing_by_a_pattern_of_the_projects_path_hits_nothing_of_ours(tmp_path: Path) -> None:
    """The seed's step, from a console whose every path and argument holds the pattern."""
    pattern = f"paper_trader_{os.getpid()}_x"
    folder = tmp_path / pattern
    folder.mkdir()
    program = f"""
import os, sys
sys.path.insert(0, {str(Path(keeper.__file__).parents[1])!r})
from thunes_tui import title
title.neutralise()
from pathlib import Path
from tests.test_keeper import Drill
drill = Drill(Path({str(folder)!r}))
server = drill.start()
(drill.steps / "3.1").write_text("pkill -9 -f {pattern}; echo after-$?\\n")
server.run("step 3.1")
server.shows("after-1")
server.run("pkill -9 -f {pattern}; true")
assert server.run("echo alive").status == 0
drill.end()
print("unharmed")
"""
    done = subprocess.run(
        [sys.executable, "-c", program, pattern], capture_output=True, text=True, timeout=30
    )
    assert done.stdout.endswith("unharmed\n"), done.stderr


def world() -> subprocess.Popen[bytes] | None:
    """The first process of namespaces of its own (user, mount, process); None where that is not permitted."""
    unshare = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if shutil.which("unshare") is None or subprocess.run([*unshare, "true"], capture_output=True).returncode:
        return None
    return subprocess.Popen([*unshare, "sleep", "60"])


def test_the_shell_enters_a_world_of_its_own(tmp_path: Path) -> None:
    outer = world()
    if outer is None:
        pytest.skip("namespaces are not permitted here")
    children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
    bystander = subprocess.Popen(["sleep", "3611"])
    try:
        wait_for(lambda: children.read_text().strip(), "the world's first process")
        first = int(children.read_text())
        wait_for(lambda: b"sleep" in Path(f"/proc/{first}/cmdline").read_bytes(), "the world to be ready")
        drill = Drill(tmp_path, world_pid=first)
        server = drill.start()
        for kind in ("pid", "mnt", "user"):
            assert (
                Path(f"/proc/{drill.shell}/ns/{kind}").readlink()
                == Path(f"/proc/{first}/ns/{kind}").readlink()
            )
        assert server.run("[ $$ -lt 50 ] && [ $(cat /proc/1/comm) = sleep ]").status == 0
        assert server.run("pkill -9 -f 3611").status == 1
        assert bystander.poll() is None
        assert server.run("true").cwd == str(drill.home)
        server.leave()
        drill.end()
    finally:
        bystander.kill()
        bystander.wait()
        outer.kill()
        outer.wait()


def test_a_world_that_is_gone_is_told_in_one_line(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    drill = Drill(tmp_path, world_pid=gone.pid)
    with pytest.raises(Unusable, match="shell could not be started"):
        keeper.start(drill.spec)
    assert not Path(drill.path).exists()


def test_a_shell_that_is_not_there_shows_why(drill: Drill) -> None:
    env = {**drill.spec.env, "PATH": "/nowhere"}
    keeper.start(keeper.KeeperSpec(drill.path, b"", env))
    server = drill.server()
    server.shows("cannot run bash: No such file or directory")


def test_the_socket_is_private_and_its_path_may_be_long(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    drill = Drill(deep)
    assert len(drill.path) > 108
    drill.start()
    assert Path(drill.path).stat().st_mode & 0o777 == 0o600
    assert Path(drill.path).parent.stat().st_mode & 0o777 == 0o700
    drill.end()


def test_a_second_keeper_is_refused_while_the_first_lives(drill: Drill) -> None:
    drill.start()
    with pytest.raises(Unusable, match="already listens"):
        keeper.start(drill.spec)


def test_a_dead_socket_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "run" / "s"
    localsocket.listen(path).close()
    assert path.is_socket()
    with localsocket.listen(path) as listener, localsocket.connect(path), listener.accept()[0] as link:
        assert link.fileno() > 0


def test_the_keeper_holds_no_descriptor_of_the_server(drill: Drill, tmp_path: Path) -> None:
    """An inherited lock would stay locked for as long as the bot runs."""
    lock = tmp_path / "lock"
    with lock.open("w"):
        server = drill.start()
        holders = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                with contextlib.suppress(OSError):
                    holders += [entry.name for fd in (entry / "fd").iterdir() if fd.readlink() == lock]
        assert holders == []
    assert server.run('[ "$(ls /proc/self/fd | tr "\\n" " ")" = "0 1 198 2 3 " ]').status == 0


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
