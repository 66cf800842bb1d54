"""Lines into records of the journal and back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thunes_tui.events.box import SourceLines
from thunes_tui.lines.identity import FileId
from thunes_tui.lines.line import SHOWN, Line
from thunes_tui.lines.packing import end_of, pack, unpack
from thunes_tui.lines.reader import Chunk, LineReader
from thunes_tui.plain import to_plain


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "bot.log"


class TestPacking:
    FILE = FileId(1, 2, 3)

    @given(
        lines=st.lists(st.binary(max_size=60).map(lambda b: b.replace(b"\n", b"")), min_size=1),
        repeat=st.sampled_from([1, 300]),
        torn=st.booleans(),
    )
    @settings(max_examples=60, deadline=None)
    def test_gives_back_the_bytes_it_was_given(self, lines: list[bytes], repeat: int, torn: bool) -> None:
        text = lines[0] + b"t" if torn else b"".join(line * repeat + b"\n" for line in lines)
        chunk = Chunk(self.FILE, 1000, text, len(text), torn)
        records = [json.loads(json.dumps(data)) for data in pack("log", chunk)]
        back = [line for data in records for line in unpack(data)]
        if all(not line.clipped_bytes for line in back):
            assert b"".join(line.data + (b"" if line.torn else b"\n") for line in back) == text
        assert all(line.data.startswith(text[line.offset - 1000 :][: len(line.data)]) for line in back)
        assert chunk.lines() == back
        assert sum(data["count"] for data in records) == len(back)
        assert end_of(records[-1]) == chunk.end
        assert all(len(json.dumps(data)) < 60_000 for data in records)

    def test_says_how_much_of_a_long_line_is_missing(self, log: Path) -> None:
        log.write_bytes(b"x" * 3_000_000 + b"\nnext\n")
        reader = LineReader(os.open(log, os.O_RDONLY), self.FILE)
        chunks = reader.read(1 << 23)
        reader.close()
        lines = [line for chunk in chunks for data in pack("log", chunk) for line in unpack(data)]
        assert lines == [
            Line(0, b"x" * SHOWN, 3_000_000 - SHOWN, generation=3),
            Line(3_000_001, b"next", generation=3),
        ]
        assert [line for chunk in chunks for line in chunk.lines()] == lines

    def test_keeps_every_offset_true_when_a_secret_is_masked(self) -> None:
        chunk = Chunk(self.FILE, 10, b"a\nkey=hunter2\nb\n", 16)
        [data] = pack("log", chunk, lambda text: text.replace(b"hunter2", b"[redacted:KEY]"))
        assert b"hunter2" not in json.dumps(data).encode()
        lines = [(line.offset, line.data) for line in unpack(data)]
        assert lines == [(10, b"a"), (12, b"key=[redacted:KEY]"), (24, b"b")]
        assert end_of(data) == chunk.end

    @pytest.mark.parametrize("chunk", [(b"a\nkey=x\n", 8, False), (b"\xff", 1, True), (b"x" * 9, 99, False)])
    def test_survives_the_event_that_carries_it(self, chunk: tuple[bytes, int, bool]) -> None:
        """The journal writes all members, the empty ones too."""
        packed = pack("log", Chunk(self.FILE, 10, *chunk), lambda text: text.replace(b"key=x", b"key=[x]"))
        for data in packed:
            recorded = json.loads(json.dumps(to_plain(SourceLines(**data, end=end_of(data)))))
            assert unpack(recorded) == unpack(data)
            assert end_of(recorded) == end_of(data)

    @pytest.mark.parametrize(
        "data", [{}, {"text": 5, "offset": 0, "file": 0}, {"b64": "%", "offset": 0, "file": 0}]
    )
    def test_makes_no_line_of_what_it_does_not_understand(self, data: dict[str, object]) -> None:
        assert unpack(data) == []

    def test_reads_lines_that_are_joined_without_a_last_newline(self) -> None:
        data = {"source": "log", "file": 0, "offset": 5, "text": "a\nb", "count": 2}
        assert [(line.offset, line.data, line.torn) for line in unpack(data)] == [
            (5, b"a", False),
            (7, b"b", False),
        ]
        assert end_of(data) == 9

    def test_shows_no_beginning_of_a_secret_that_a_cut_goes_through(self, log: Path) -> None:
        """Of a long line the reader keeps the beginning; the mask sees only the secret's first bytes."""
        secret = b"hunter2-and-more-of-it"
        log.write_bytes(b"x" * 100 + secret + b"y" * 3_000_000 + b"\n")
        reader = LineReader(os.open(log, os.O_RDONLY), self.FILE, keep=110)
        [chunk] = reader.read(1 << 23)
        reader.close()
        assert chunk.data.endswith(b"hunter2-an")
        [data] = pack("log", chunk, lambda text: text.replace(secret, b"[redacted]"), longest=len(secret))
        [line] = unpack(data)
        assert b"hunter" not in line.data
        assert set(line.data) == {ord("x")}
        assert len(line.data) + line.clipped_bytes == 3_000_100 + len(secret)
        assert end_of(data) == chunk.end
