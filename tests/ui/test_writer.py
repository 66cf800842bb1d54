"""The writer in front of the terminal: it makes nobody wait, and always asks for the repaint it owes."""

from __future__ import annotations

import os
import random
import select
import threading
import time

from thunes_tui.ui.writer import LIMIT, FrameWriter, swift_copy


class Pipe:
    """A terminal that reads when it is told to."""

    def __init__(self) -> None:
        self.out, self.into = os.pipe()
        self.drained = threading.Event()
        self.writer = FrameWriter(self.into, self.drained.set)

    def read(self, seconds: float) -> bytes:
        """All that comes until nothing has come for so long."""
        data = b""
        while select.select([self.out], [], [], seconds)[0]:
            data += os.read(self.out, 1 << 16)
        return data

    def close(self) -> None:
        self.writer.stop(1.0)
        os.close(self.into)
        os.close(self.out)


def test_frames_pass_in_order_while_they_are_read() -> None:
    pipe = Pipe()
    for n in range(100):
        pipe.writer.write(f"{n} ", frame=True)
    pipe.writer.stop(1.0)
    assert pipe.read(0) == b"".join(b"%d " % n for n in range(100))
    assert pipe.writer.dropped == 0
    pipe.close()


def test_a_terminal_that_does_not_read_costs_nothing_and_gets_a_repaint_afterwards() -> None:
    pipe = Pipe()
    began = time.perf_counter()
    for _ in range(200):
        pipe.writer.write("x" * 10_000, frame=True)
    pipe.writer.write("\x1b[?1049l", frame=False)
    assert time.perf_counter() - began < 0.5
    assert pipe.writer.dropped > 100
    assert not pipe.drained.is_set()
    data = pipe.read(0.2)
    assert pipe.drained.wait(1.0)
    assert len(data) < 3 * LIMIT
    assert data.endswith(b"\x1b[?1049l"), "control is never dropped"
    pipe.writer.write("again", frame=True)
    assert pipe.read(0.2) == b"again"
    pipe.close()


def test_a_repaint_is_owed_whenever_a_frame_was_dropped_however_the_threads_meet() -> None:
    rng = random.Random(7)
    for _ in range(40):
        pipe = Pipe()
        reader = threading.Thread(target=pipe.read, args=(0.03,))
        reader.start()
        for _ in range(rng.randrange(3, 9)):
            pipe.writer.write("y" * rng.randrange(1, 2 * LIMIT), frame=True)
            if rng.random() < 0.3:
                time.sleep(rng.random() / 2000)
        if pipe.writer.dropped:
            assert pipe.drained.wait(2.0), "nobody would ever paint again"
        reader.join()
        pipe.close()


def test_a_terminal_that_is_gone_ends_the_writing_quietly() -> None:
    pipe = Pipe()
    os.close(pipe.out)
    for _ in range(50):
        pipe.writer.write("z" * 1000, frame=True)
    pipe.writer.stop(1.0)
    os.close(pipe.into)


def test_what_the_terminal_takes_at_once_is_there_at_once_and_the_rest_follows_whole() -> None:
    out, into = os.pipe()
    swift = os.open(f"/proc/self/fd/{into}", os.O_WRONLY | os.O_NONBLOCK)
    writer = FrameWriter(into, lambda: None, swift)
    writer.write("first", frame=True)
    assert select.select([out], [], [], 0)[0], "it came without a change of threads"
    assert os.read(out, 100) == b"first"
    large = "".join(f"{n} " for n in range(40_000))
    writer.write(large, frame=True)
    for _ in range(20):
        writer.write("y" * 20_000, frame=True)
    writer.write("last", frame=False)
    assert writer.dropped > 0
    data = b""
    while select.select([out], [], [], 0.3)[0]:
        data += os.read(out, 1 << 16)
    assert data.startswith(large.encode()), "a frame that was begun is ended"
    assert data.endswith(b"last")
    writer.stop(1.0)
    os.close(into)
    os.close(out)


def test_a_terminal_that_cannot_be_opened_twice_is_written_to_by_the_thread_alone() -> None:
    out, into = os.pipe()
    assert swift_copy(into) is None
    os.close(into)
    os.close(out)


def test_the_end_waits_for_a_deaf_terminal_no_longer_than_it_is_told() -> None:
    pipe = Pipe()
    pipe.writer.write("x" * 500_000, frame=False)
    began = time.perf_counter()
    pipe.writer.stop(0.2)
    assert 0.1 < time.perf_counter() - began < 1.0
    pipe.read(0.1)
    pipe.close()
