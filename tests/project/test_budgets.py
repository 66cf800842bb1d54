"""Nothing grows beyond what one can read at a sitting."""

from __future__ import annotations

import ast

from tests.project import tree

MODULE, APP, FUNCTION, METHODS = 300, 250, 40, 20


def test_modules_stay_small() -> None:
    """300 lines a module, 250 for the app, the template of the bot included."""
    for path in sorted(tree.PACKAGE.rglob("*.py")):
        most = APP if path == tree.PACKAGE / "ui" / "app.py" else MODULE
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= most, f"{tree.name(path)} has {lines} lines; {most} are allowed"


def test_functions_stay_small() -> None:
    """40 lines a function."""
    over = [
        f"{tree.name(path)}:{node.lineno} {node.name} has {tree.length(node)} lines"
        for path in tree.modules()
        for node in tree.functions(tree.parsed(path))
        if tree.length(node) > FUNCTION
    ]
    assert not over, "\n".join(over)


def test_classes_stay_small() -> None:
    """20 methods a class."""
    over = [
        f"{tree.name(path)}:{node.lineno} {node.name}"
        for path in tree.modules()
        for node in tree.classes(tree.parsed(path))
        if sum(isinstance(child, tree.type_of_function) for child in node.body) > METHODS
    ]
    assert not over, "\n".join(over)


def test_the_measure_itself_counts() -> None:
    """A function of 41 lines is over the budget whatever its docstring, one of 40 is not."""
    body = "\n".join(f"    a{n} = {n}" for n in range(40))
    node = next(tree.functions(ast.parse(f'def long():\n    """What\n    for."""\n{body}\n')))
    assert tree.length(node) == FUNCTION + 1
