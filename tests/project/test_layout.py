"""Where things lie, and that each says what it is for."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.project import tree

TOP = {
    ".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "bench", "docs",
    "pyproject.toml", "recordings", "requirements-dev.lock", "requirements.lock", "tests",
    "themes", "thunes_tui",
}  # fmt: skip
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "base_utils", "stuff", "tools"}
PLAIN = 20
"""Lines that a name and its types may explain by themselves."""


def test_the_top_folder_holds_what_the_design_names() -> None:
    """A newcomer at the top is a decision, to be made in docs/architecture.md first."""
    assert {path.relative_to(tree.ROOT).parts[0] for path in tree.tracked()} <= TOP


def test_packages_have_no_code_of_their_own() -> None:
    """What a package offers lies in modules with names."""
    for path in tree.modules():
        if path.name == "__init__.py":
            body = [node for node in tree.parsed(path).body if not _is_docstring(node)]
            assert not body, f"{tree.name(path)} holds code"


def test_names_of_modules_say_something() -> None:
    """One noun a module."""
    vague = [tree.name(path) for path in tree.modules() if path.stem in VAGUE]
    assert not vague


def test_everything_public_says_what_it_is_for() -> None:
    """Every module, and every public class with methods or function that is not short."""
    silent: list[str] = []
    for path in tree.modules():
        module = tree.parsed(path)
        if path.name != "__init__.py" and ast.get_docstring(module) is None:
            silent.append(tree.name(path))
        silent += [
            f"{tree.name(path)}:{node.lineno} {node.name}"
            for node in module.body
            if isinstance(node, ast.ClassDef | tree.type_of_function) and _is_silent(node)
        ]
    assert not silent, "\n".join(silent)


def test_every_module_postpones_its_annotations() -> None:
    """`from __future__ import annotations` stands in every module that imports anything."""
    without = [
        tree.name(path)
        for path in tree.modules()
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in tree.parsed(path).body)
        and not _is_future(tree.parsed(path).body)
    ]
    assert not without, without


def test_tests_lie_beside_the_area_they_test() -> None:
    """A folder of tests is named after a part of the package or `bench`, or is a rig, or tests the whole."""
    parts = {path.stem if path.is_file() else path.name for path in tree.PACKAGE.iterdir()}
    whole = {"bench", "rig", "project", "e2e", "soak"}
    folders = {p.name for p in (tree.ROOT / "tests").iterdir() if p.is_dir() and _holds_python(p)}
    assert folders <= parts | whole, folders - parts - whole


def _is_silent(node: ast.ClassDef | tree.type_of_function) -> bool:
    if node.name.startswith("_") or ast.get_docstring(node) is not None:
        return False
    if isinstance(node, ast.ClassDef) and not any(isinstance(n, tree.type_of_function) for n in node.body):
        return False  # the fields of a record say what they are
    return tree.length(node) > PLAIN


def _holds_python(folder: Path) -> bool:
    return any(folder.glob("*.py"))


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_future(body: list[ast.stmt]) -> bool:
    return any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in body)
