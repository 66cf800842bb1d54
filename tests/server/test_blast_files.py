"""The files that a step takes away or writes over: read from its text, and found with who has them open."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.server.checkout_rig import SCRIPT, make_checkout, make_database, started
from thunes_tui.config import Profile
from thunes_tui.server import blast
from thunes_tui.server.touched import Touch, touches

HOLDS = (
    "import sqlite3\nc = sqlite3.connect('data/positions.db')\nc.execute('select 1 from sqlite_master')\n"
    "log = open('logs/paper_trader.log', 'a')\nkept = open('data/positions.db')\n"
    "print('up', flush=True)\nimport time\ntime.sleep(120)\n"
)


def read(text: str) -> list[tuple[str, str]]:
    """Path and what becomes of it."""
    return [(touch.path, touch.what) for touch in touches(text, lambda _path: None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rm positions.db", [("positions.db", "removed")]),
        ("sudo rm -rf -- data 'two words'", [("data", "removed"), ("two words", "removed")]),
        ("cp positions.db.backup positions.db", [("positions.db", "written over")]),
        ("cp -t data a.db b.db", [("data", "written over"), ("data", "written over")]),
        ("mv data/positions.db /tmp/x", [("/tmp/x", "written over"), ("data/positions.db", "moved away")]),
        ("echo '' > logs/audit_trail.jsonl", [("logs/audit_trail.jsonl", "emptied")]),
        (": >| a 2>&1", [("a", "emptied")]),
        ("truncate -s 0 a", [("a", "emptied")]),
        ("date | tee a", [("a", "written over")]),
        ("sed -i s/a/b/ .env", [(".env", "changed")]),
        ("sqlite3 data/positions.db 'DELETE FROM positions'", [("data/positions.db", "changed")]),
        ("DB=a/b.db; rm -f $DB ${DB}-wal", [("a/b.db", "removed"), ("a/b.db-wal", "removed")]),
        ("T=$(mktemp); date > $T; rm $T", []),
        ("rm $(mktemp)", []),
        ("cp a.db a.db.backup && date >> log 2>/dev/null", [("a.db.backup", "written over")]),
        ("tail -f log | tee -a other", []),
        ("sqlite3 data/positions.db 'SELECT 1'", []),
        ("cat <<'E' >/dev/null\nrm x\nE", []),
        ("echo 'rm positions.db'", []),
        ("cp -n a b", []),
    ],
)  # fmt: skip
def test_the_text_tells_what_it_takes_away(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "rm $FILE",
        "A=1; A=2; rm $A",
        "mv $(ls) /tmp",
        "cp x `cat name`",
        "find . -delete",
        "find . -name '*.db' -exec rm {} +",
        "python -c 'import os; os.remove(\"x\")'",
        "python - <<'E'\nimport shutil\nshutil.rmtree('data')\nE",
    ],
)
def test_what_cannot_be_told_is_said(text: str) -> None:
    assert "unresolved" in {what for _, what in read(text)}


def test_the_folder_that_it_has_gone_to_counts() -> None:
    assert touches("cd ~/p && cd data; rm positions.db", lambda _path: None) == (
        Touch("positions.db", "removed", "~/p/data"),
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout whose bot has its log and its database open, beside an operator's tail."""
    made = make_checkout(tmp_path / "p")
    make_database(made / "data/positions.db")
    (made / "data/positions.db.backup").write_bytes((made / "data/positions.db").read_bytes())
    for name in ("logs/paper_trader.log", "logs/audit_trail.jsonl", "logs/old.log"):
        (made / name).write_text("")
    (made / SCRIPT).write_text(HOLDS)
    return made


async def look(project: Path, text: str, cwd: str = "") -> blast.Blast:
    return await blast.look(text, project, Profile(), None, {os.getpid()}, cwd=cwd)


async def test_a_restore_over_the_open_database_names_who_has_it_open(project: Path) -> None:
    async with started(project) as bot:
        for text, cwd in (
            ("cp data/positions.db.backup data/positions.db", ""),
            ("cd data; cp positions.db.backup positions.db", ""),
            ("cp positions.db.backup positions.db", str(project / "data")),
            (f"cp x/positions.db {project}/data", ""),
        ):
            found = await look(project, text, cwd)
            (file,) = found.files
            assert (file.path, file.what, file.kind) == ("data/positions.db", "written over", "the database")
            assert any(holder.startswith(f"{bot.pid} ") for holder in file.holders)
            assert (found.confirm, found.outside) == ("positions.db", ())


async def test_removing_the_data_names_every_file_that_matters(project: Path) -> None:
    log = project / "logs/paper_trader.log"
    tail = await asyncio.create_subprocess_exec("tail", "-f", str(log), stdout=asyncio.subprocess.DEVNULL)
    try:
        async with started(project) as bot:
            found = await look(project, "rm -rf data logs/*")
    finally:
        tail.kill()
        await tail.wait()
    kinds = {file.path: file.kind for file in found.files}
    assert kinds == {
        "data/positions.db": "the database",
        "data/positions.db.backup": "",
        "logs/paper_trader.log": "the log",
        "logs/audit_trail.jsonl": "the audit trail",
        "logs/old.log": "",
    }
    holders = next(file.holders for file in found.files if file.kind == "the log")
    assert {int(holder.split()[0]) for holder in holders} == {bot.pid, tail.pid}
    assert next(line for line in found.lines if "old.log" in line) == "logs/old.log is removed"


async def test_a_script_of_the_project_is_looked_into(project: Path) -> None:
    (project / "clean.sh").write_text("rm -f logs/audit_trail.jsonl\n")
    assert [file.kind for file in (await look(project, "bash clean.sh")).files] == ["the audit trail"]


async def test_what_takes_away_nothing_that_matters_asks_nobody(project: Path, tmp_path: Path) -> None:
    passing = tmp_path / "drill"
    passing.write_text("")
    for text in (
        "cp data/positions.db data/positions.db.new",
        "date > report.txt",
        "rm -f nothing-there",
        f"rm {passing}",
        "echo x >> logs/paper_trader.log",
        "date > data/positions.db.backup",
    ):
        assert await look(project, text) == blast.Blast(), text


async def test_what_lies_outside_is_outside(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thunes_tui.server.reached.PASSING", ())
    other = tmp_path / "mine.txt"
    other.write_text("")
    found = await look(project, f"rm {other}")
    assert found.outside == (f"{other} is removed",)
    assert found.confirm == "mine.txt"
