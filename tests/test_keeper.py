"""The drill's shell outlives every server, and goes when the last job has gone."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.drillshell import Drill, alive, wait_for
from thunes_tui import keeper, localsocket
from thunes_tui.errors import Unusable

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed here")


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    made = Drill(tmp_path)
    yield made
    made.end()


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
from tests.rig.drillshell import Drill
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


def test_a_keeper_that_no_server_can_find_any_more_ends(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder was deleted: it would hold an idle shell for ever. A job goes on until it has ended."""
    monkeypatch.setattr(keeper, "ALONE_EVERY", 0.1)
    server = drill.start()
    server.run("sleep 64 &")
    (job,) = keeper.jobs(drill.shell, -1)
    Path(drill.path).unlink()
    server.leave()
    time.sleep(4 * keeper.LOOK_EVERY)
    assert alive(job)
    assert alive(drill.shell)
    os.kill(job, signal.SIGTERM)
    wait_for(lambda: not alive(drill.shell), "the end of the shell")


def test_a_shell_begins_without_a_word_whatever_has_become_of_the_steps_folder(drill: Drill) -> None:
    shutil.rmtree(drill.steps)
    server = drill.start()
    assert server.run("step 1.1").status != 0
    first, _, _ = bytes(server.output).partition(b"step 1.1")
    assert b"No such file" not in first
