"""Time is read in one module, so that everything else can be replayed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.project import tree

READERS = frozenset({
    *(f"time.{name}" for name in ("time", "monotonic", "perf_counter", "process_time", "clock_gettime")),
    *(f"time.{name}_ns" for name in ("time", "monotonic", "perf_counter", "process_time", "clock_gettime")),
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today",
})  # fmt: skip
READERS_WITHOUT_ARGUMENT = frozenset({"time.localtime", "time.gmtime", "time.ctime"})
"""With one they only convert it."""
ALLOWED = {
    "thunes_tui/clock.py": "it is the clock",
    "thunes_tui/sandbox/procps.py": "a tool of its own once it is copied out; it has no clock to be handed",
}
"""Each with its reason."""
PURE = {"Moment", "EPOCH", "to_iso", "from_iso", "hhmmss"}
"""Of `thunes_tui.clock`: values and their notation, which read nothing."""


def _readings(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of each use of a reader of time, also one imported by its bare name."""
    bare = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module in ("time", "datetime")
        for alias in node.names
    }
    for node in ast.walk(module):
        if (
            isinstance(node, ast.Call)
            and not node.args
            and ast.unparse(node.func) in READERS_WITHOUT_ARGUMENT
        ):
            yield node.lineno, ast.unparse(node.func)
        if isinstance(node, ast.Attribute) or (isinstance(node, ast.Name) and node.id in bare):
            text = ast.unparse(node)
            text = bare.get(text, text)
            if text in READERS:
                yield node.lineno, text


def test_only_the_clock_reads_time() -> None:
    """Everything else is handed a `Clock`."""
    readings = [
        f"{tree.name(path)}:{line} {what}"
        for path in tree.modules()
        if tree.name(path) not in ALLOWED
        for line, what in _readings(tree.parsed(path))
    ]
    assert not readings, "\n".join(readings)


def test_the_pure_core_is_not_even_handed_a_clock() -> None:
    """The drill and the runbook know points in time as values, never where they come from."""
    taken = [
        f"{tree.name(path)}: {alias.name}"
        for path in tree.modules()
        if path.relative_to(tree.PACKAGE).parts[0] in ("drill", "runbook", "events", "intents.py")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module == "thunes_tui.clock"
        for alias in node.names
        if alias.name not in PURE
    ]
    assert not taken, "\n".join(taken)


@pytest.mark.parametrize(
    "text",
    [
        "import time\ntime.time()",
        "from time import monotonic\nmonotonic()",
        "from time import time as t\nread = t",
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.datetime.now()",
        "import time\ntime.localtime()",
    ],
)
def test_no_way_of_writing_it_goes_unseen(text: str) -> None:
    """The rule itself finds every spelling."""
    assert list(_readings(ast.parse(text)))
