"""What is measured, by name; each by a module of its own, imported when it is wanted."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass

from bench.figures import Row
from bench.place import Bench


@dataclass(frozen=True, slots=True)
class Subject:
    name: str
    module: str
    about: str

    def measure(self, bench: Bench) -> list[Row]:
        """Its rows. Where it fails, one row that says so: the others are measured all the same."""
        work: Callable[[Bench], list[Row]] = importlib.import_module(f"bench.{self.module}").measure
        try:
            return work(bench)
        except (AssertionError, OSError, ValueError) as error:
            said, _, screen = str(error).partition("\n")
            said = said or type(error).__name__
            print(f"{self.name}: {said}\n{screen}", file=sys.stderr)
            return [Row(self.name, None, note=f"could not be measured: {said}")]


SUBJECTS = (
    Subject("key to echo", "echo", "a key typed in the shell until it is seen"),
    Subject("append to glass", "append", "a line written to the log until it is seen"),
    Subject("idle", "idle", "processor and bytes of an open console while nothing happens"),
    Subject("masking", "masking", "what looking for secrets costs"),
    Subject("flood", "flood", "20,000 lines a second: lag, processor, bytes, keys meanwhile"),
    Subject("big log", "biglog", "a log of 1 GB opened at its end, and indexed"),
    Subject("hits", "hits", "searching the big log, counting in it, and giving up"),
    Subject("jq", "jqfilters", "filters over a million audit records"),
    Subject("endless", "endless", "a filter and a pattern that never end"),
    Subject("growth", "growth", "memory and time a line from 10 MB to 10 GB"),
    Subject("echo in a flood", "shell_echo", "a key typed in the shell while the log is flooded"),
    Subject("cat in the shell", "shell_cat", "a coloured log of 20 MB printed, keys and Ctrl-C meanwhile"),
    Subject("emulator", "emulator", "screens of recorded programs that look as in tmux"),
    Subject("writer", "writer", "what a console costs the bot that writes"),
)


def chosen(word: str) -> list[Subject]:
    """Those whose name holds the word."""
    return [subject for subject in SUBJECTS if word in subject.name]
