"""What every test gets: folders of its own, one locale, and proof that it left no variable behind."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.rig.leftovers import MARK, end_leftovers, watch_over

BASE = Path(tempfile.mkdtemp(prefix="tt-"))
"""Short, since the path of a Unix socket holds 107 bytes."""
FOLDERS = {
    "XDG_STATE_HOME": "state",
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_CACHE_HOME": "cache",
    "XDG_RUNTIME_DIR": "run",
}
SAME_EVERYWHERE = {
    "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "xterm-256color", "PYTHONHASHSEED": "0",
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
}  # fmt: skip
OF_THE_RUNNER = (
    "COLUMNS",
    "LINES",
    "TMUX",
    "TMUX_PANE",
    "NO_COLOR",
    "FORCE_COLOR",
    "COLORTERM",
    "DISPLAY",
    "PYTHONPATH",
)
"""What the terminal of whoever runs the tests would otherwise change about them."""
LEFT_ALONE = frozenset({"PYTEST_CURRENT_TEST", "_"})


def private_folders(root: Path) -> dict[str, str]:
    """The environment that keeps a program's files below `root`; the folders are made, 0700."""
    for name in FOLDERS.values():
        (root / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    return {variable: str(root / name) for variable, name in FOLDERS.items()}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the long tier: as many rounds as `rounds` was told")


def pytest_configure(config: pytest.Config) -> None:
    """Also what fixtures of a whole module start sees the private folders, never the person's own."""
    if config.getoption("--long"):
        os.environ["THUNES_CRASH"] = "1"  # for what is decided while a file is imported
    for name in OF_THE_RUNNER:
        os.environ.pop(name, None)
    os.environ.update({**SAME_EVERYWHERE, **private_folders(BASE / "shared"), MARK: str(BASE)})
    watch_over(str(BASE))


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(BASE, ignore_errors=True)


@pytest.fixture(autouse=True)
def no_variable_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails where a test leaves the environment changed, and mends it for the tests after it."""
    before = {name: value for name, value in os.environ.items() if name not in LEFT_ALONE}
    yield
    after = {name: value for name, value in os.environ.items() if name not in LEFT_ALONE}
    for name in after.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)
    changed = sorted(name for name in after.keys() | before.keys() if after.get(name) != before.get(name))
    assert not changed, f"{request.node.nodeid} leaves variables changed: {', '.join(changed)}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A file is not done before all its processes are gone; one that stays is its failure."""
    yield
    if nextitem is None or nextitem.path != item.path:
        left = end_leftovers(str(BASE))
        assert not left, f"{item.path.name} leaves processes behind:\n" + "\n".join(left)


@pytest.fixture
def private_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """State, settings and sockets of this test alone, all below one short folder."""
    own = Path(tempfile.mkdtemp(prefix="", dir=BASE))
    for variable, folder in private_folders(own).items():
        monkeypatch.setenv(variable, folder)
    yield own
    shutil.rmtree(own, ignore_errors=True)


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """`rounds(5, 200)`: how often to do it in CI, and in the long tier."""
    long: bool = request.config.getoption("--long")
    return lambda in_ci, at_length: at_length if long else in_ci


LONGEST_FIRST = ("tests/e2e", "tests/project", "tests/sandbox", "tests/server")
"""Areas whose files take longest; begun last, one of them would keep one worker busy and the others idle."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only the order of the files changes, never that within a file; files of crash tests are marked so."""
    for item in items:
        if item.path.stem.startswith(("test_crash", "test_survival")):
            item.add_marker(pytest.mark.crash)
    rank = {area: number for number, area in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(area_of(item.nodeid), len(rank)))


def area_of(nodeid: str) -> str:
    """`tests/journal` of `tests/journal/test_writer.py::test_x`; `tests` for a file at the top."""
    return nodeid.partition("::")[0].rpartition("/")[0]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests measured without judging it; minutes each area took, added up over all workers."""
    seconds: defaultdict[str, float] = defaultdict(float)
    tests: Counter[str] = Counter()
    measured: list[tuple[str, object]] = []
    for outcome in ("passed", "failed", "error", "skipped", "xfailed", ""):
        for report in terminalreporter.stats.get(outcome, []):
            if isinstance(report, pytest.TestReport):  # a file that does not import has taken no time
                seconds[area_of(report.nodeid)] += report.duration
                tests[area_of(report.nodeid)] += report.when == "call"
                measured += report.user_properties if report.when == "call" else []
    if not tests:
        return
    for what, value in measured:
        terminalreporter.write_line(f"{what}: {value}")
    terminalreporter.section("minutes by area, all workers together")
    for area, spent in sorted(seconds.items(), key=lambda item: -item[1]):
        terminalreporter.write_line(f"{area:24} {tests[area]:6} tests  {spent / 60:6.2f} min")
