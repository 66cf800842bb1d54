"""The wheel, in an environment that holds nothing but what the lock says, far away from the source."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.project import tree

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as a release would be, from this checkout."""
    to = tmp_path_factory.mktemp("dist")
    arguments = ["--wheel", "--no-isolation", "--outdir", str(to), str(tree.ROOT)]
    _run([sys.executable, "-m", "build", *arguments], to)
    (built,) = to.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment with the lock and the wheel."""
    place = tmp_path_factory.mktemp("venv")
    _run([sys.executable, "-m", "venv", str(place)], place)
    pip = [str(place / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    _run([*pip, "--require-hashes", "--requirement", str(tree.ROOT / "requirements.lock")], place)
    _run([*pip, "--no-deps", "--no-index", str(wheel)], place)
    return place / "bin"


def _run(command: Sequence[str], cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Without a terminal, and without the path to the source."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=150,
        env={**environment, **more},
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


def test_it_holds_what_is_not_python(wheel: Path) -> None:
    """The bot's template with its dot files, the themes, the recordings; none of the caches."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in (
        (tree.TEMPLATE, "thunes_tui/sandbox/project"),
        (tree.ROOT / "themes", "thunes_tui/themes"),
        (tree.ROOT / "recordings", "thunes_tui/recordings"),
    ):
        tracked = [path for path in tree.tracked() if path.is_relative_to(folder)]
        assert tracked
        missing = [p for p in tracked if f"{inside}/{p.relative_to(folder).as_posix()}" not in names]
        assert not missing, missing
    assert "thunes_tui/sandbox/project/.env.template" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_command_starts(installed: Path, tmp_path: Path) -> None:
    """`thunes-tui --help` names the verbs, and the package comes from the environment."""
    told = _run([str(installed / "thunes-tui"), "--help"], tmp_path).stdout
    assert "rehearse" in told
    origin = _run(
        [str(installed / "python"), "-c", "import thunes_tui; print(thunes_tui.__path__[0])"], tmp_path
    )
    assert Path(origin.stdout.strip()).is_relative_to(installed.parent)


def test_a_short_rehearsal_from_an_empty_folder(installed: Path, tmp_path: Path, private_home: Path) -> None:
    """Test 1 on a real bot: sandbox, server, keeper, bash and exchange library, all from the wheel."""
    empty = tmp_path / "empty"
    empty.mkdir()
    result = tmp_path / "result.json"
    command = [str(installed / "thunes-tui"), "rehearse", "--sandbox", "--test", "1", "--json", str(result)]
    _run(command, empty, HOME=str(private_home))
    found = json.loads(result.read_text(encoding="utf-8"))
    assert [(test["number"], test["verdict"]) for test in found["tests"]] == [(1, "PASS")]
    assert found["rehearsal"] is True
    assert not list(empty.iterdir())
