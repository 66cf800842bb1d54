"""The sandbox's world: made in one call, its own processes and /tmp, gone without a trace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from thunes_tui.config import load_profile
from thunes_tui.errors import Refused, Unusable
from thunes_tui.sandbox import materialise, namespace, process, world
from thunes_tui.sandbox.place import Place, World, read_world, started
from thunes_tui.server.world import world_pid


@pytest.fixture(scope="module")
def up() -> Iterator[tuple[Place, World]]:
    root = Path(tempfile.mkdtemp(prefix="tw-"))
    place = Place(root / "sandbox")
    made = world.up(place, tied=True)
    yield place, made
    world.remove(place)
    assert not place.root.exists()
    root.rmdir()


def inside(made: World, command: str) -> str:
    """What a shell in the world prints."""
    if made.pid is None:
        pytest.skip("this system allows no namespaces")
    done = subprocess.run(
        ["nsenter", "-t", str(made.pid), "-m", "-p", "bash", "-c", command], capture_output=True, text=True
    )
    return done.stdout


def lives(made: World) -> bool:
    """Asked anew each time: a property that was true once would be taken to be true for ever."""
    return made.alive


@pytest.fixture
def machine_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock of a machine without namespaces, apart from that of other test runs beside this one."""
    monkeypatch.setattr(world, "ALONE", f"{world.ALONE}-{os.getpid()}")


def bots(place: Place) -> list[int]:
    found = []
    for name in (path.name for path in Path("/proc").iterdir() if path.name.isdigit()):
        try:
            argv = Path(f"/proc/{name}/cmdline").read_bytes()
            if b"paper_trader.py" in argv and Path(f"/proc/{name}/cwd").samefile(place.project):
                found.append(int(name))
        except OSError:
            continue
    return found


def test_the_project_lies_as_on_a_trading_box(up: tuple[Place, World]) -> None:
    place, _ = up
    assert place.project == place.home / "LAB" / "projects" / "THUNES"
    for name in ("logs/paper_trader.log", "logs/audit_trail.jsonl", "data/positions.db", ".venv/bin/python",
                 "scripts/disaster_recovery_drill.md", "docs/OPERATIONAL-RUNBOOK.md"):  # fmt: skip
        assert (place.project / name).exists(), name
    assert (place.project / ".env").stat().st_mode & 0o077 == 0
    status = subprocess.run(
        ["git", "status", "--short"], cwd=place.project, capture_output=True, text=True, check=True
    )
    assert status.stdout == ""


def test_the_profile_names_the_world_and_the_phone(up: tuple[Place, World]) -> None:
    place, made = up
    profile = load_profile(place.project)
    assert profile.world.home == str(place.home)
    assert profile.world.inbox == str(place.inbox)
    assert world_pid(place.project, profile) == made.pid


def test_a_second_up_finds_the_first(up: tuple[Place, World]) -> None:
    place, made = up
    assert world.up(place) == made
    assert len(bots(place)) == 1


def test_the_world_sees_its_own_processes_and_its_own_tmp_only(up: tuple[Place, World]) -> None:
    made = up[1]
    outside = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "paper_trader"])
    try:
        listed = inside(made, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '; ls /tmp")
        assert "paper_trader.py" in listed
        assert "time.sleep(60)" not in listed
        with tempfile.NamedTemporaryFile(prefix="outside-") as file:
            assert Path(file.name).name not in inside(made, "ls /tmp")
        inside(made, "touch /tmp/made-inside")
        assert not Path("/tmp/made-inside").exists()
    finally:
        outside.kill()
        outside.wait()


def test_the_seeds_pkill_run_verbatim_inside_reaches_nothing_outside(up: tuple[Place, World]) -> None:
    place, made = up
    if made.pid is None:
        pytest.skip("this system allows no namespaces")
    outside = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "paper_trader"])
    try:
        assert bots(place)
        inside(made, "pkill -9 -f paper_trader")
        for pid in bots(place):
            process.wait_gone(pid, started(pid) or 0)
        assert bots(place) == []
        assert outside.poll() is None
        assert lives(made)
    finally:
        outside.kill()
        outside.wait()


def test_down_ends_everything_and_up_again_keeps_files_keys_and_ports(tmp_path: Path) -> None:
    place = Place(Path(tempfile.mkdtemp(prefix="tw-")) / "sandbox")
    try:
        first = world.up(place, tied=True)
        env = (place.project / ".env").read_text(encoding="utf-8")
        assert world.down(place)
        assert not lives(first)
        assert bots(place) == []
        assert not world.down(place)
        second = world.up(place, tied=True)
        assert (place.project / ".env").read_text(encoding="utf-8") == env
        assert (second.exchange_port, second.telegram_port) == (first.exchange_port, first.telegram_port)
        log = (place.project / "logs" / "paper_trader.log").read_text(encoding="utf-8")
        assert log.count("Opened position") == 1
        assert "Recovered open position" in log
    finally:
        world.remove(place)
        place.root.parent.rmdir()


def test_a_world_dies_with_the_rehearsal_that_made_it(tmp_path: Path) -> None:
    root = Path(tempfile.mkdtemp(prefix="tw-"))
    code = (
        "import sys, pathlib\nfrom thunes_tui.sandbox import world\n"
        "from thunes_tui.sandbox.place import Place\n"
        "world.up(Place(pathlib.Path(sys.argv[1])), tied=True)\n"
        "print('up', flush=True)\nsys.stdin.read()\n"
    )
    maker = subprocess.Popen(
        [sys.executable, "-c", code, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert maker.stdout is not None
    assert maker.stdin is not None
    assert maker.stdout.readline() == "up\n"
    made = read_world(Place(root))
    assert made is not None
    assert lives(made)
    maker.send_signal(signal.SIGKILL)
    maker.wait()
    maker.stdin.close()
    maker.stdout.close()
    process.wait_gone(made.init, made.init_start)
    process.wait_gone(made.stand_ins, made.stand_ins_start)
    assert not lives(made)
    for pid in bots(Place(root)):  # they die with the world's first process, a moment after its outer one
        process.wait_gone(pid, started(pid) or 0)
    assert bots(Place(root)) == []
    world.remove(Place(root))


def test_without_namespaces_there_is_one_sandbox_on_a_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, machine_of_its_own: None
) -> None:
    def refuse() -> None:
        raise OSError("no namespaces on this system")

    monkeypatch.setattr(namespace, "leave", refuse)
    first, second = Place(tmp_path / "one"), Place(tmp_path / "two")
    try:
        made = world.up(first, tied=True)
        assert made.pid is None
        assert world_pid(first.project, load_profile(first.project)) is None
        with pytest.raises(Unusable, match="another sandbox runs"):
            world.up(second, tied=True)
        reader = subprocess.Popen(
            ["tail", "-f", "src/live/paper_trader.py"], cwd=first.project, stdout=subprocess.DEVNULL
        )
        world.down(first)
        assert bots(first) == [reader.pid], "a reader of the bot's script is no bot"
    finally:
        world.remove(first)
        world.remove(second)
    assert reader.poll() is None
    reader.kill()
    reader.wait()


def test_a_machine_that_is_taken_is_said_in_one_line(machine_of_its_own: None) -> None:
    lock = world.hold_machine()
    try:
        with pytest.raises(Refused, match="take it down first"):
            world.hold_machine()
    finally:
        lock.close()


def test_the_small_pkill_does_what_the_seeds_commands_need(tmp_path: Path) -> None:
    source = Path(materialise.__file__).with_name("procps.py").read_text(encoding="utf-8")
    for name in ("pkill", "pgrep"):
        (tmp_path / name).write_text(f"#!{sys.executable}\n{source}", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    mark = f"decoy{os.getpid()}"
    decoy = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", mark])
    found = subprocess.run([tmp_path / "pgrep", "-f", mark], capture_output=True, text=True)
    assert found.stdout.split() == [str(decoy.pid)]
    assert subprocess.run([tmp_path / "pkill", "-9", "-f", mark]).returncode == 0
    assert decoy.wait(5) == -signal.SIGKILL
    assert subprocess.run([tmp_path / "pkill", "-TERM", "-f", mark]).returncode == 1
