"""The documents say what the program does."""

from __future__ import annotations

import argparse
import re

from tests.project import tree
from thunes_tui.cli import VERBS
from thunes_tui.command.usage import parser
from thunes_tui.ui.keymap import GLOBAL, key_name

README = (tree.ROOT / "README.md").read_text(encoding="utf-8")
MAP = (tree.ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MAKEFILE = (tree.ROOT / "Makefile").read_text(encoding="utf-8")


def _options(verb: str) -> set[str]:
    """The long options of a verb."""
    (verbs,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    return {
        name for action in verbs.choices[verb]._actions for name in action.option_strings if name[:2] == "--"
    }


def test_the_first_screen_holds_the_two_commands() -> None:
    first = "\n".join(README.splitlines()[:10])
    assert "make run" in first
    assert "make test" in first


def test_every_verb_stands_in_the_readme_and_no_other() -> None:
    """And none that is listed as missing can be run."""
    listed, missing = README.split("## What it does not do yet")
    commands = listed.split("## Commands")[1].split("## Keys")[0]
    rows = re.findall(r"(?m)^\| (.+?) \| ", commands)
    named = {word for row in rows for word in re.findall(r"`(?:thunes-tui )?([a-z]+)", row)} - {"command"}
    assert named == set(VERBS)
    assert not set(re.findall(r"`([a-z]+)`", missing.split("##")[0])) & set(VERBS)


def test_options_in_the_readme_exist() -> None:
    commands = README.split("## Commands")[1].split("## Keys")[0]
    for verb, options in re.findall(r"`thunes-tui ([a-z]+)([^`]*)`", commands):
        assert set(re.findall(r"--[a-z]+", options)) <= _options(verb), verb


def test_every_key_of_the_console_stands_in_the_readme() -> None:
    keys = README.split("## Keys")[1].split("## ")[0].lower()
    for action in GLOBAL:
        if action.name.startswith("pane_") and action.name[-1].isdigit():
            continue  # `1` to `5`
        for key in action.keys:
            assert f"`{key_name(key)}".lower() in keys, f"{action.name}: {key_name(key)}"


def test_every_part_of_the_package_has_its_place_on_the_map() -> None:
    parts = {
        path.stem
        for path in tree.PACKAGE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    missing = {part for part in parts - {"__init__"} if f"`{part}`" not in MAP}
    assert not missing


def test_the_map_names_nothing_that_is_gone() -> None:
    floors = MAP.split("## Floors")[1].split("## Laws")[0]
    cells = re.findall(r"(?m)^\| [^|]*\| ((?:`\w+` ?)+)\|", floors)
    for name in (name for cell in cells for name in re.findall(r"`(\w+)`", cell)):
        assert (tree.PACKAGE / name).exists() or (tree.PACKAGE / f"{name}.py").exists(), name


def test_the_commands_of_make_are_those_of_the_contract() -> None:
    """Scripts and people rely on these names."""
    for name in (
        "install",
        "run",
        "test",
        "check",
        "bench",
        "bench-peers",
        "crash",
        "soak",
        "replay",
        "clean",
        "help",
    ):
        assert re.search(rf"(?m)^{name}:.*## ", MAKEFILE), name
