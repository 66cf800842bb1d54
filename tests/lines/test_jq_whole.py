"""A whole file is counted and written out by several processes as by one."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from thunes_tui.clock import system
from thunes_tui.lines.jq import part
from thunes_tui.lines.jq.compiled import Kind, compile_filter
from thunes_tui.lines.jq.part import slices
from thunes_tui.lines.jq.sieve import Counts
from thunes_tui.lines.jq.whole import Whole


def run(whole: Whole, limit_s: float = 30) -> None:
    clock = system()
    start = clock.now()
    while not whole.poll():
        assert clock.now().since(start) < limit_s
        time.sleep(0.002)


@pytest.mark.parametrize("text", ["{event, n}", 'select(.event == "K")', "select(.n > 5) | .n, .event"])
def test_outputs_are_written_in_order(tmp_path: Path, text: str) -> None:
    path, out = tmp_path / "audit.jsonl", tmp_path / "out"
    records = [{"event": "K" if n % 100 == 3 else "OTHER", "n": n, "pad": "x" * 100} for n in range(35_000)]
    lines = [json.dumps(record) for record in records]
    lines[7], lines[30_000] = "[1]", lines[30_000][:30]
    path.write_text("\n".join(lines) + "\n")
    compiled = compile_filter(text)
    with out.open("wb") as file:
        whole = Whole(path, compiled, file.fileno())
        assert len(whole._parts) == 2
        run(whole)
    assert (whole.failure, whole.progress) == ("", 1.0)
    wanted = [line for line in lines if not compiled.needles or compiled.needles[0].decode() in line]
    rows = [(line, row) for line in wanted for row in compiled.evaluate(line.encode())]
    written = out.read_text().splitlines()
    assert [json.loads(one) for one in written] == [
        json.loads(line if row.is_record else row.text) for line, row in rows if row.kind is Kind.OUTPUT
    ]
    kinds = [row.kind for _, row in rows]
    assert whole.counts == Counts(len(kinds), kinds.count(Kind.ERROR), kinds.count(Kind.UNREADABLE))
    counting = Whole(path, compiled)
    run(counting)
    assert counting.counts == whole.counts


def test_a_lost_process_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text('{"a": 1}\n' * 1_000_000)
    whole = Whole(path, compile_filter(".a"))
    whole._parts[0]._process.kill()
    run(whole)
    assert "lost" in whole.failure


def test_every_line_is_in_one_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "SLICE", 7)
    path = tmp_path / "lines"
    lines = [b"x" * (n % 23) for n in range(200)]
    for end in (b"\n", b""):
        path.write_bytes(b"\n".join(lines) + end)
        size = path.stat().st_size
        file = os.open(path, os.O_RDONLY)
        for width in (1, 5, 16, 40, 5000):
            found = b"".join(
                data
                for start in range(0, size, width)
                for data in slices(file, start, min(start + width, size))
            )
            assert found == path.read_bytes()
        os.close(file)
