"""Packed logs: every line of them, damage said, and nothing left on the disk."""

from __future__ import annotations

import gzip
import importlib.util
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lines.naive import index
from tests.lines.test_filtered import ONLY_ERRORS, text_of, walk
from tests.lines.test_search import count, search
from thunes_tui.errors import Unusable
from thunes_tui.lines.compressed import CompressedStore, is_packed
from thunes_tui.lines.filtered import FilteredStore
from thunes_tui.lines.line import END
from thunes_tui.lines.pattern import Pattern
from thunes_tui.lines.reader import BLOCK

HAS_ZSTD = any(importlib.util.find_spec(name) for name in ("compression", "backports"))
MEMBERS = st.lists(
    st.builds(lambda text, times: text * times, st.binary(max_size=30), st.sampled_from([1, 9, 20_000])),
    min_size=1,
    max_size=4,
)


def lines_of(store: CompressedStore) -> list[bytes]:
    return [line.data for line in walk(store, 100)]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MEMBERS, st.sampled_from([1000, BLOCK, 1 << 20]))
def test_shows_all_members_of_a_packed_file(
    tmp_path_factory: pytest.TempPathFactory, members: list[bytes], budget: int
) -> None:
    path = tmp_path_factory.mktemp("packed") / "bot.log.1.gz"
    path.write_bytes(b"".join(gzip.compress(member, 1) for member in members))
    store = CompressedStore(path, path.parent)
    index(store, budget)
    data = b"".join(members)
    lines = data.removesuffix(b"\n").split(b"\n") if data else []
    assert store.size_lines() == len(lines)
    assert [line.data for line in store.last(20)] == [line[:32768] for line in lines[-20:]]
    assert (store.problem, store.share) == ("", 1.0)
    assert list(path.parent.iterdir()) == [path]
    store.close()


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    path = tmp_path / "bot.log.2.gz"
    path.write_bytes(gzip.compress((text_of("INFO", b"x") * 50 + text_of("ERROR", b"y")) * 400))
    return path


def test_shows_the_beginning_before_all_is_unpacked(packed: Path) -> None:
    store = CompressedStore(packed)
    while not store.last(1):
        assert store.step(BLOCK)
    assert store.size_lines() is None
    store.close()


def test_is_searched_and_filtered_as_a_plain_file_is(packed: Path) -> None:
    store = CompressedStore(packed)
    index(store)
    assert count(store, Pattern("ERROR")) == 400
    found = search(store, Pattern("ERROR"), END, forward=False)
    assert found == store.last(1)[0].position
    view = FilteredStore(store, ONLY_ERRORS)
    index(view)
    assert (view.size_lines(), view.hidden) == (400, 20_000)
    store.close()


def test_says_where_a_file_is_damaged_and_shows_what_is_before(packed: Path) -> None:
    whole = packed.read_bytes()
    packed.write_bytes(whole[: len(whole) // 2])
    store = CompressedStore(packed)
    index(store)
    assert store.problem.startswith("bot.log.2.gz ends in the middle, after ")
    assert store.last(1)
    store.close()
    packed.write_bytes(whole[:-8] + bytes(8))
    store = CompressedStore(packed)
    index(store)
    assert store.problem.startswith("bot.log.2.gz is damaged after ")
    store.close()
    packed.write_bytes(whole + b"\0" * 9 + b"rest")
    store = CompressedStore(packed)
    index(store)
    assert store.problem == "bot.log.2.gz has something else behind its end, which is not shown"
    assert store.size_lines() == 400 * 51
    store.close()


def test_a_bomb_fills_no_disk(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"x" * 999 + b"\n") * 400)
    store = CompressedStore(path, cap=100_500)
    index(store)
    assert store.problem == "bomb.gz: only the first 100,500 unpacked bytes are shown"
    assert store.size_lines() == 101
    store.close()


def test_tells_packed_files_from_others(tmp_path: Path, packed: Path) -> None:
    plain = tmp_path / "plain.gz"
    plain.write_bytes(b"not packed\n")
    assert (is_packed(packed), is_packed(plain)) == (True, False)
    with pytest.raises(Unusable, match=r"^plain.gz is neither gzip nor zstd: look at it as it is$"):
        CompressedStore(plain)


def test_zstd_is_read_or_said_to_be_missing(tmp_path: Path) -> None:
    # A frame of one raw block: "hello\nthere\n".
    text = b"hello\nthere\n"
    path = tmp_path / "bot.log.zst"
    path.write_bytes(
        b"\x28\xb5\x2f\xfd\x20" + bytes([len(text)]) + (len(text) << 3 | 1).to_bytes(3, "little") + text
    )
    if not HAS_ZSTD:
        with pytest.raises(Unusable, match="needs zstd: install backports"):
            CompressedStore(path)
        return
    store = CompressedStore(path)
    index(store)
    assert (lines_of(store), store.problem) == ([b"hello", b"there"], "")
    store.close()
