"""`make check` tries a test or two again that failed on a busy machine, and hides nothing by it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.project import tree

LATER = """
from pathlib import Path

import pytest

@pytest.mark.parametrize("number", range({failing}))
def test_passes_later(number):
    seen = Path(__file__).with_name(f"seen-{{number}}")
    again = seen.exists()
    seen.touch()
    assert again

def test_never_passes():
    assert {passes}
"""


def stage(folder: Path, **asked: object) -> subprocess.CompletedProcess[str]:
    """The stage of `make check`, on tests of this one's own."""
    (folder / "test_later.py").write_text(LATER.format(**asked), encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return subprocess.run(
        ["make", "-C", str(tree.ROOT), "tests", "PARALLEL=-p no:xdist", f"TESTS={folder}"],
        capture_output=True,
        text=True,
        timeout=120,
    )


NAMED = "!!!! FAILED AT FIRST, AND WAS TRIED TWICE: "


@pytest.mark.parametrize(
    ("failing", "passes", "green", "tried_again"),
    [(0, True, True, 0), (2, True, True, 2), (3, True, False, 0), (1, False, False, 2)],
)
def test_at_most_two_are_tried_again_and_all_of_them_are_named(
    tmp_path: Path, failing: int, passes: bool, green: bool, tried_again: int
) -> None:
    ran = stage(tmp_path, failing=failing, passes=passes)
    assert (ran.returncode == 0) is green, ran.stdout + ran.stderr
    assert ran.stdout.count(NAMED) == tried_again
    assert ("too many for a second try" in ran.stdout) is (failing == 3)


def test_a_run_that_could_not_be_finished_is_not_tried_again(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("raise RuntimeError('no')\n", encoding="utf-8")
    ran = stage(tmp_path, failing=0, passes=True)
    assert ran.returncode != 0
    assert "once more" not in ran.stdout
