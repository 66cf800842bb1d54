"""What must stand in no file of the project."""

from __future__ import annotations

import re

from tests.project import tree

UNFINISHED = re.compile(r"\b(TO_?DO|FIX_?ME|X{3})\b")
MACHINE = re.compile(r"(?<![\w.~/{}-])/(work/[a-z]|ro{2}t/|home/(?!([a-z]|ann|bob|trader)\b)[a-z])")
REGISTRY = re.compile(r"\b(pypi|pythonhosted|npmjs|debian|crates)\.(org|com|io|net)\b")
SEPARATE = ("thunes_tui/sandbox/project/",)
"""Another program's files, whose words are part of what is drilled."""


def _texts() -> list[tuple[str, str]]:
    found = []
    for path in tree.tracked():
        name = tree.name(path)
        if name == tree.name(tree.ROOT / "tests/project/test_words.py"):
            continue
        try:
            found.append((name, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue  # bytes on purpose: hostile samples, recordings
    return found


def _found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{text.count(chr(10), 0, hit.start()) + 1} {hit.group()}"
        for name, text in _texts()
        for hit in pattern.finditer(text)
        if not name.startswith(SEPARATE)
    ]


def test_nothing_is_left_for_later_in_the_code() -> None:
    """What is missing stands in an issue."""
    assert not _found(UNFINISHED)


def test_no_path_of_one_machine() -> None:
    """Nothing depends on, or tells of, where somebody's files lie."""
    assert not _found(MACHINE)


def test_no_package_index_is_named() -> None:
    """Packages come from wherever the box's own pip is told."""
    assert not _found(REGISTRY)
