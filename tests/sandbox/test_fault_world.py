"""Faults and the life of the world: who may be faulted, what ends with it, what its status says."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sandbox.fault_rig import BEAT_S, PATIENCE, Box, command, quick, records, sandbox, until
from thunes_tui import title
from thunes_tui.cli import main
from thunes_tui.clock import boot_id, system
from thunes_tui.errors import Refused, Unusable
from thunes_tui.sandbox import control, namespace, process, report, world
from thunes_tui.sandbox.bot import BOT
from thunes_tui.sandbox.fault import catalogue, orders
from thunes_tui.sandbox.fault.ledger import Ledger
from thunes_tui.sandbox.fault.scene import state
from thunes_tui.sandbox.place import Place, read_world, started, write_world

IN_FILES = ("database-damaged", "audit-garbled", "log-renamed")


@pytest.fixture
def box() -> Iterator[Box]:
    with sandbox() as made:
        yield made


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_from_another_terminal_one_is_made_named_listed_and_ended(box: Box) -> None:
    """The same words as a person types; the record of the sandbox keeps all of it."""
    shown = command(box, "fault", "--help")
    assert shown.returncode == 0
    assert "example: thunes-tui sandbox fault" in shown.stdout
    made = command(box, "fault", "telegram-rate-limited", "--seconds", "9")
    assert (made.returncode, made.stderr) == (0, "")
    assert "thunes-tui sandbox fault clear telegram-rate-limited" in made.stdout
    assert control.ask(box.place, {})["telegram"]["flood"] == 9
    again = command(box, "fault", "telegram-slow")
    assert again.returncode == 1
    assert again.stderr.count("\n") == 1
    assert "telegram-rate-limited is in force" in again.stderr
    status = json.loads(command(box, "status", "--json").stdout)
    assert status["running"] is True
    assert status["bots"] == [pid for pid, _ in box.bots()]
    assert [(each["name"], each["lapsed"]) for each in status["faults"]] == [("telegram-rate-limited", "")]
    assert "fault     telegram-rate-limited since " in command(box, "status").stdout
    listed = json.loads(command(box, "fault", "list", "--json").stdout)
    assert [each["name"] for each in listed] == list(catalogue.KINDS)
    assert [each["name"] for each in listed if each["since"]] == ["telegram-rate-limited"]
    assert "telegram-rate-limited has ended" in command(box, "fault", "clear").stdout
    assert "faults    none" in command(box, "status").stdout
    assert command(box, "fault", "clear", "telegram-rate-limited").returncode == 1
    kept = [json.loads(line) for line in (box.place.faults / "record.jsonl").read_text().splitlines()]
    assert [(line["fault"], line["what"]) for line in kept] == [
        ("telegram-rate-limited", "begun"),
        ("telegram-rate-limited", "ended"),
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("exchange-up",), "no fault is called exchange-up"),
        (("clear", "everything"), "no fault is called everything"),
        (("bot-hung", "--seconds", "3"), "takes no --seconds"),
        (("exchange-slow", "--seconds", "-1"), "above 0"),
        (("exchange-slow", "--seconds", "nan"), "above 0"),
        (("bot-hung", "bot-hung"), "only clear takes a second name"),
        (("bot-hung",), "no sandbox runs: thunes-tui sandbox up"),
        (("bot-hung", "--project", "/"), "unrecognized arguments"),
    ],
)
def test_a_wrong_call_is_one_line_and_touches_nothing(
    arguments: tuple[str, ...],
    words: str,
    private_home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(title, "neutralise", lambda: None)  # the test runner keeps its name
    try:
        code: object = main(["sandbox", "fault", *arguments])
    except SystemExit as error:
        code = error.code
    assert code == 2
    assert words in capsys.readouterr().err
    assert not list(private_home.rglob("faults"))


def test_a_real_checkout_is_never_faulted(box: Box, tmp_path: Path) -> None:
    """Put in the sandbox's place by a link, or file by file: each is refused, and no byte of it moves."""
    real = tmp_path / "THUNES"
    shutil.copytree(box.place.project, real, ignore=shutil.ignore_patterns(".venv", "thunes-tui.toml"))
    script = real / "src" / "live" / "paper_trader.py"
    script.write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    before = snapshot(real)
    bot = subprocess.Popen([sys.executable, "src/live/paper_trader.py"], cwd=real)
    ticks = started(bot.pid)
    assert ticks is not None
    own = box.place.project.with_name("own")
    try:
        box.place.project.rename(own)
        box.place.project.symlink_to(real)
        for name in catalogue.KINDS:
            with pytest.raises(Refused, match="sandbox alone"):
                box.make(name)
        box.place.project.unlink()
        real.rename(box.place.project)  # no link, and yet not the project that the sandbox made
        for name in catalogue.KINDS:
            with pytest.raises(Refused, match="not the sandbox's project"):
                box.make(name)
        box.place.project.rename(real)
        own.rename(box.place.project)
        for path in (box.audit, box.log, box.database):
            path.unlink()
            path.hardlink_to(real / path.relative_to(box.place.project))
        for name in (
            "database-damaged",
            "database-locked",
            "audit-garbled",
            "audit-truncated",
            "log-renamed",
        ):
            with pytest.raises(Refused, match="not the sandbox's alone"):
                box.make(name)
        box.make("bot-hung")
        assert state(bot.pid, ticks) in ("S", "R")
        assert {pid for pid, _ in box.bots()}.isdisjoint({bot.pid})
        assert snapshot(real) == before
        assert box.in_force() == ["bot-hung"]
    finally:
        bot.kill()
        bot.wait()


def test_down_ends_every_fault_and_up_finds_all_well(box: Box) -> None:
    audit, database = box.audit.read_bytes(), box.database.read_bytes()
    names = ["bot-hung", *IN_FILES, "exchange-down", "telegram-silent"]  # hung, it cannot die of the damage
    for name in names:
        box.make(name)
    assert box.in_force() == names
    bots = box.bots()
    said = report.down(box.place, system())
    assert said.facts == {"running": False, "faults": []}
    assert said.lines[-1] == "the sandbox is down"
    assert [started(pid) for pid, _ in bots] == [None]
    assert (box.audit.read_bytes(), box.database.read_bytes()) == (audit, database)
    assert not list(box.log.parent.glob("*.1"))
    assert report.status(box.place, system()).lines == [report.NOT_UP]
    with pytest.MonkeyPatch.context() as patched:
        quick(patched)
        box.world = world.up(box.place, tied=True)
    box.beats()
    assert box.in_force() == []


def test_the_holder_of_the_lock_ends_with_the_world(box: Box) -> None:
    box.make("database-locked")
    (entry,) = Ledger(box.place.faults, system()).entries()
    process.end(box.world.init, box.world.init_start, signal.SIGKILL)
    process.wait_gone(entry.note["pid"], entry.note["start"])
    with closing(sqlite3.connect(box.database, timeout=0.05)) as base:
        assert base.execute("SELECT count(*) FROM positions").fetchone() == (1,)


def test_half_a_world_is_said_to_be_half_and_up_makes_it_whole(box: Box) -> None:
    """After the exchange died alone: no second bot beside the one that still runs."""
    box.make("audit-garbled")
    process.end(box.world.stand_ins, box.world.stand_ins_start, signal.SIGKILL)
    left = box.bots()
    assert len(left) == 1
    said = report.status(box.place, system())
    assert said.exit_code == 1
    assert "its world is left" in said.lines[0]
    assert [each["name"] for each in said.facts["faults"]] == ["audit-garbled"]
    with pytest.raises(Unusable, match="no sandbox runs"):
        box.make("bot-hung")
    box.world = world.up(box.place, tied=True)
    assert started(left[0][0]) != left[0][1]
    assert len(box.bots()) == 1
    assert records(box)
    assert box.in_force() == []


def test_down_waits_for_a_world_whose_exchange_died_first(box: Box) -> None:
    process.end(box.world.stand_ins, box.world.stand_ins_start, signal.SIGKILL)
    (bot,) = box.bots()
    assert world.down(box.place)
    assert started(bot[0]) is None


def test_after_a_reboot_no_stranger_with_an_old_pid_is_taken_for_ours(box: Box) -> None:
    """The same numbers, another start or another boot: not running, not signalled, files still mended."""
    box.make("bot-hung")
    box.make("audit-truncated")
    stranger = subprocess.Popen(["sleep", "60"])
    ticks = started(stranger.pid)
    assert ticks is not None
    real = box.world
    try:
        for lost in (
            replace(real, init=stranger.pid, init_start=ticks - 1, stand_ins=stranger.pid, stand_ins_start=0),
            replace(real, init=stranger.pid, init_start=ticks, stand_ins=stranger.pid, stand_ins_start=ticks,
                    boot="another boot"),
        ):  # fmt: skip
            write_world(box.place, lost)
            said = report.status(box.place, system())
            assert said.facts["running"] is False
            assert [each["name"] for each in said.facts["faults"]] == ["audit-truncated"]
        known = box.place.faults / "bot-hung.note"
        note = json.loads(known.read_text())
        pid, true_start = note["note"]["bots"][0]
        assert not process.signalled(pid, true_start - 1, signal.SIGCONT)
        assert state(pid, true_start) == "T"
        known.write_text(
            json.dumps({**note, "note": {"bots": [[stranger.pid, ticks - 1]], "boot": boot_id()}})
        )
        write_world(box.place, real)
        assert (
            "gone"
            in report.status(box.place, system()).lines[-2] + report.status(box.place, system()).lines[-1]
        )
        write_world(box.place, replace(real, boot="another boot"))
        assert not world.down(box.place), "nothing of this boot is ours"
        assert stranger.poll() is None
        assert len(records(box)) == 1, "what lay in files is mended all the same"
    finally:
        write_world(box.place, real)
        stranger.kill()
        stranger.wait()


def test_without_namespaces_the_disk_cannot_be_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OSError("no namespaces on this system")

    monkeypatch.setattr(namespace, "leave", refuse)
    monkeypatch.setattr(world, "ALONE", f"{world.ALONE}-{os.getpid()}")
    with sandbox() as box:
        with pytest.raises(Refused, match="this system allows no namespaces"):
            box.make("disk-full")
        assert box.in_force() == []
        with box.fault("bot-hung"):
            pass
        box.beats()


def test_in_the_world_of_a_person_without_rights_the_disk_fills_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its mounts belong to a user namespace, which is entered first."""
    probe = subprocess.run(["unshare", "--user", "--mount", "true"], capture_output=True)
    if probe.returncode:
        pytest.skip("this system allows no user namespaces")
    monkeypatch.setattr(namespace, "leave", namespace.leave_as_user)
    with sandbox() as box:
        assert (
            Path(f"/proc/{box.world.pid}/ns/user").stat().st_ino != Path("/proc/self/ns/user").stat().st_ino
        )
        with box.fault("disk-full"):
            size = box.size()
            assert namespace.inside(box.world.pid or 0, lambda: os.statvfs(box.log.parent).f_bavail) == 0
            time.sleep(3 * BEAT_S)
            assert box.size() == size
        box.beats()


def test_a_fault_that_fails_on_the_way_leaves_nothing(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is mounted in the world and then something breaks: the world is as it was."""
    if box.world.pid is None:
        pytest.skip("this system allows no namespaces")
    from thunes_tui.sandbox.fault import disk

    def broken(_path: Path) -> None:
        raise OSError("broken on purpose")

    monkeypatch.setattr(disk, "_fill_up", broken)
    with pytest.raises(Unusable, match="broken on purpose"):
        box.make("disk-full")
    assert box.in_force() == []
    assert box.run("ls", "-A", "/tmp").stdout.find(".disk") == -1
    assert "THUNES" not in box.run("cat", "/proc/mounts").stdout
    box.beats()


def test_a_bot_started_on_the_full_disk_is_named_when_it_is_cleared(box: Box) -> None:
    if box.world.pid is None:
        pytest.skip("this system allows no namespaces")
    ((old, ticks),) = box.bots()
    box.make("disk-full")
    process.end(old, ticks, signal.SIGKILL)
    starts = box.log.read_text().count("Starting paper trader")
    python = str(box.place.project / ".venv" / "bin" / "python")
    second = subprocess.Popen(box.inside(python, *BOT), stderr=subprocess.DEVNULL)
    try:
        seen = "grep -c 'Starting paper trader' logs/paper_trader.log"
        until(lambda: box.run("bash", "-c", seen).stdout == f"{starts + 1}\n", "its first line")
        assert box.log.read_text().count("Starting paper trader") == starts
        ((new, _),) = box.bots()
        said = orders.carry_out(box.place, system(), "clear", None, None)
    finally:
        for pid, _ in box.bots():
            os.kill(pid, signal.SIGKILL)
        second.wait(PATIENCE)
    assert f"the bot started meanwhile (pid {new})" in said.lines[0]
    assert box.log.read_text().count("Starting paper trader") == starts + 1


def test_a_sandbox_that_was_never_made_has_no_fault() -> None:
    place = Place(Path(tempfile.gettempdir()) / "never-made" / "sandbox")
    assert read_world(place) is None
    assert catalogue.in_force(place, system()) == []
    assert catalogue.end(place, system()) == []
