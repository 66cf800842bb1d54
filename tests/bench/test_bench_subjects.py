"""`python -m bench` names what it measures, and never fails for what is not on the machine."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from bench import hits, jqfilters
from bench.__main__ import main
from bench.figures import table
from bench.files import LAST_WORDS, LEFT, LONE, BigFiles
from bench.place import Bench
from bench.subjects import SUBJECTS, Subject, chosen

PEERS = ("grep", "jq", "less", "tmux", "tl", "lnav")
real_which = shutil.which


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any of the peers."""
    monkeypatch.setattr(shutil, "which", lambda name: None if name in PEERS else real_which(name))


def test_every_subject_can_be_named_and_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in listed] == [subject.name for subject in SUBJECTS]
    assert all(callable(importlib.import_module(f"bench.{one.module}").measure) for one in SUBJECTS)
    assert [one.name for one in chosen("jq")] == ["jq"]
    assert chosen("") == list(SUBJECTS)


def test_what_can_not_be_meant_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--only", "nothing of the kind"], ["--megabytes", "0"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
    assert "--list" in capsys.readouterr().err


def test_what_could_not_be_measured_is_a_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(_bench: Bench) -> None:
        raise AssertionError("never seen: TESTNET\nthe screen")

    monkeypatch.setattr(hits, "measure", fail)
    (row,) = Subject("hits", "hits", "").measure(Bench(tmp_path, None, 1))
    assert row.ours is None
    assert row.note == "could not be measured: never seen: TESTNET"


@pytest.mark.usefixtures("bare")
def test_without_peers_ours_is_measured_all_the_same(tmp_path: Path) -> None:
    made = Bench(tmp_path, None, 4)
    rows = [*hits.measure(made), *jqfilters.measure(made)]
    assert all(row.ours is not None for row in rows)
    assert {name for row in rows for name, peer in row.peers.items() if peer is None} == {
        "grep -c -F", "grep -c -E", "grep -c -P", "jq",
    }  # fmt: skip
    assert sum(line.endswith("not here") for line in table(rows)) == sum(bool(row.peers) for row in rows)


@pytest.mark.skipif(not real_which("grep"), reason="grep is not here")
def test_both_count_the_same(tmp_path: Path) -> None:
    counts = [row for row in hits.measure(Bench(tmp_path, None, 2)) if row.peers]
    assert len(counts) == len(hits.CASES)
    assert all(row.ratios() for row in counts)


def test_a_short_disk_makes_a_smaller_file_and_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(0, 0, LEFT + 5_000_000))
    files = BigFiles(tmp_path, 1000)
    assert files.log.stat().st_size < 8_000_000
    assert files.note == "the disk is short: on 5 MB and not on 1,000 MB"


def test_the_big_log_has_its_lines(tmp_path: Path) -> None:
    files = BigFiles(tmp_path, 80)
    data = files.log.read_bytes()
    assert data.count(LONE.encode()) == 1
    assert 60e6 < len(data) - data.index(LONE.encode()) < 70e6
    assert data.endswith(f"{LAST_WORDS}\n".encode())


def test_a_file_with_holes_takes_little_of_the_disk(tmp_path: Path) -> None:
    path = BigFiles(tmp_path, 1).with_holes(300)
    assert path.stat().st_size == 300_000_000
    assert path.stat().st_blocks * 512 < 10_000_000
