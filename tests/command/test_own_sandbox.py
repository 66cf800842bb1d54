"""A rehearsal says that its sandbox is not the one that runs, and what GO means for one test."""

from __future__ import annotations

import pytest

from thunes_tui.command.rehearsal import tell_of_own_sandbox
from thunes_tui.command.usage import parser


def test_it_is_said_beside_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    tell_of_own_sandbox()
    said = capsys.readouterr()
    assert said.out == ""
    assert "a sandbox of its own" in said.err


def test_the_help_says_what_go_means_for_one_test(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["rehearse", "--help"])
    assert "GO then means this one" in " ".join(capsys.readouterr().out.split())
