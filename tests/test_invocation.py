"""The line that says how to come back names a command that works where it is read."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from thunes_tui.invocation import invocation


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout after `make run`: the program lies in its environment, and nowhere on PATH."""
    script = tmp_path / "checkout" / ".venv" / "bin" / "thunes-tui"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script.with_name("python")))
    return script


def test_from_the_checkout_it_is_the_program_in_its_environment(installed: Path, tmp_path: Path) -> None:
    assert invocation("/nowhere", tmp_path / "checkout") == ".venv/bin/thunes-tui"


def test_from_elsewhere_it_is_the_whole_path(installed: Path) -> None:
    assert invocation("/nowhere", Path("/")).endswith("checkout/.venv/bin/thunes-tui")


def test_where_path_leads_to_it_the_name_is_enough(installed: Path) -> None:
    assert invocation(str(installed.parent), Path("/")) == "thunes-tui"


def test_another_one_on_path_is_not_meant(installed: Path, tmp_path: Path) -> None:
    other = tmp_path / "thunes-tui"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    assert invocation(str(tmp_path), tmp_path / "checkout") == ".venv/bin/thunes-tui"


def test_without_an_installed_program_python_runs_it(installed: Path) -> None:
    installed.unlink()
    assert invocation("/nowhere", Path("/")) == f"{sys.executable} -m thunes_tui"
