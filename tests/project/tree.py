"""The project's own files, as the tests of its form look at them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "thunes_tui"
TEMPLATE = PACKAGE / "sandbox" / "project"
"""The bot that the sandbox drills: another program, with its own rules and its own tests."""

type_of_function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> tuple[Path, ...]:
    """Every module of the package, without the template."""
    return tuple(p for p in sorted(PACKAGE.rglob("*.py")) if not p.is_relative_to(TEMPLATE))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name(path: Path) -> str:
    """As a person says it: `thunes_tui/ui/app.py`."""
    return str(path.relative_to(ROOT))


def tracked() -> list[Path]:
    """Every file under version control, and those about to be; all files where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        return [p for p in ROOT.rglob("*") if p.is_file() and not {".venv", ".git"} & set(p.parts)]
    found = (ROOT / part.decode() for part in listed.stdout.split(b"\0") if part)
    return [path for path in found if path.is_file()]


def functions(tree: ast.AST) -> Iterator[type_of_function]:
    """Every function and method, nested ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, type_of_function))


def classes(tree: ast.AST) -> Iterator[ast.ClassDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def length(node: type_of_function | ast.ClassDef) -> int:
    """Lines from its first word to its last, without decorators and docstring."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines
