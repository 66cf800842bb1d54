"""What the shell printed, as lines with the times of their records."""

from __future__ import annotations

import json
from pathlib import Path

from thunes_tui.lines.shell_lines import STAMP, ShellLines


def record(number: int, text: str, second: int) -> str:
    time = f"2025-10-09T10:42:{second:02}.000000Z"
    data = {"by": "server", "offset": 0, "text": text}
    whole = {"v": 1, "n": number, "e": 0, "t": time, "m": 0, "k": "shell.output", "d": data, "p": "", "h": ""}
    return json.dumps(whole, separators=(",", ":")) + "\n"


def test_lines_have_the_time_of_the_record_that_ends_them_and_no_control(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    journal.write_text(
        record(0, "one\r\ntw", 1) + record(1, "\x1b[31mo\x1b[0m\r\n10%\r99%\r\n\x1b]0;title\x07", 2)
    )
    store = ShellLines(journal)
    assert store.poll(0)
    assert [line.data for line in store.last(9)] == [b"2025-10-09T10:42:01.000000Z one"]
    assert not store.poll(0)
    assert store.poll(1)
    assert [line.data[STAMP:] for line in store.last(9)] == [b"one", b"two", b"99%"]
    assert store.last(1)[0].data.startswith(b"2025-10-09T10:42:02")
    with journal.open("a") as file:
        file.write(record(2, "three\n", 3) + "{torn")
    assert store.poll(5)
    assert store.last(1)[0].data.endswith(b" three")
    store.close()
