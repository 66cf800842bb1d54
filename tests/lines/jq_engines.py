"""The real engines, asked for what a filter gives for each of many records."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

BESIDE = Path(sys.executable).parent / "jaq"
JAQ = str(BESIDE) if BESIDE.exists() else shutil.which("jaq")
JQ = shutil.which("jq")


class Answer(NamedTuple):
    outputs: list[str]
    """JSON, before an error if there is one."""
    failed: bool


def ask(engine: str, text: str, records: list[str]) -> list[Answer] | None:
    """What the engine gives for each record; None if it refuses the filter."""
    wrapped = f'.[0] as $__n | .[1] | (try ((\n{text}\n) | [$__n, "o", .]) catch [$__n, "e"])'
    given = "".join(f"[{number},{record}]\n" for number, record in enumerate(records))
    done = subprocess.run([engine, "-c", wrapped], input=given.encode(), capture_output=True, timeout=20)
    if done.returncode == 3:
        return None
    assert done.returncode == 0, done.stderr.decode()
    answers = [Answer([], failed=False) for _ in records]
    for line in done.stdout.decode().splitlines():
        number = int(line[1 : line.index(",")])
        head = f'[{number},"o",'
        if line.startswith(head):
            answers[number].outputs.append(line[len(head) : -1])
        else:
            answers[number] = answers[number]._replace(failed=True)
    return answers


def plain(text: str) -> Any:
    """JSON whose numbers are doubles, as jq 1.6 has them, and still differ from booleans."""

    def numbered(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: numbered(one) for key, one in value.items()}
        if isinstance(value, list):
            return [numbered(one) for one in value]
        return ("bool", value) if isinstance(value, bool) else value

    return numbered(json.loads(text, parse_int=float))
