"""Whatever was written, the text shown holds no control, and what is cut or dropped is said."""

from __future__ import annotations

import copy
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import hostile
from thunes_tui.mask import Mask
from thunes_tui.text import EMPTY, SafeText, cell_width, clip, joined, safe, shown, tags

FORBIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def assert_harmless(text: SafeText) -> None:
    assert type(text) is SafeText
    bad = [character for character in set(text) if unicodedata.category(character) in FORBIDDEN_CATEGORIES]
    assert not bad, f"{bad!r} in {text[:200]!r}"
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me", "Mc") else 0
        assert marks <= 4
    text.encode()  # no lone surrogate


def test_nothing_of_the_hostile_corpus_comes_through_as_control() -> None:
    corpus = hostile.lines()
    assert len(corpus) >= 5_000
    assert corpus == hostile.lines()
    assert not any(b"\n" in line for line in corpus)
    for line in corpus:
        text = safe(line)
        assert_harmless(text)
        assert_harmless(tags(text))
        assert_harmless(clip(tags(text), 40))
        assert cell_width(clip(tags(text), 40)) <= 40
        assert_harmless(safe(line.decode("utf-8", "surrogateescape")))


def test_a_line_of_ten_megabytes_is_clipped_at_once() -> None:
    line = hostile.huge_line()
    start = time.perf_counter()
    text = safe(line)
    assert time.perf_counter() - start < 0.05
    assert text.endswith(f" …+{len(line) - 4096} bytes")


@given(st.binary(max_size=300))
def test_any_bytes_become_harmless(raw: bytes) -> None:
    assert_harmless(safe(raw))


@given(st.text(st.characters(), max_size=100), st.integers(0, 30))
def test_any_text_becomes_harmless_and_fits(raw: str, width: int) -> None:
    text = safe(raw)
    assert_harmless(text)
    assert safe(text) == text
    clipped = clip(text, width)
    assert_harmless(clipped)
    assert cell_width(clipped) <= width


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=100))
def test_plain_text_stays_as_it_is(raw: str) -> None:
    assert safe(raw) == raw
    assert safe(raw.encode()) == raw


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        (b"bell\x07 back\x08 nul\x00 del\x7f", "bell␇ back␈ nul␀ del␡"),
        (b"a\rb\nc", "a␍b␊c"),
        (b"bad \xff\xfe", r"bad \xff\xfe"),
        ("c1 \u009b2J".encode(), r"c1 \u009b2J"),
        ("rlo \u202egnp.exe", r"rlo \u202egnp.exe"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("line\u2028sep\u2029", r"line\u2028sep\u2029"),
        ("lone \udc80", r"lone \udc80"),
        ("tag \U000e0041", r"tag \U000e0041"),
        ("soft\u00adhyphen \u3164filler", r"soft\u00adhyphen \u3164filler"),
        ("warn ⚠\ufe0f", "warn ⚠"),
        ("élève naïve 漢字", "élève naïve 漢字"),
        ("nb\u00a0sp", "nb\u00a0sp"),
        ("a\tb\t\tc", "a       b               c"),
        ("漢\tb", "漢      b"),
        ("\x1b\tx", "␛       x"),
        ("\u0301x", "◌\u0301x"),
        ("e" + "\u0301" * 10 + "z", "e" + "\u0301" * 4 + "[+6 marks]z"),
    ],
)
def test_what_cannot_be_printed_is_made_visible(raw: bytes | str, text: str) -> None:
    assert safe(raw) == text


def test_clipping_by_bytes_says_how_many_are_missing_and_cuts_no_character() -> None:
    assert safe(b"x" * 100, 10) == "x" * 10 + " …+90 bytes"
    assert safe("é" * 10, 5) == "éé …+16 bytes"
    assert safe("é".encode() * 10, 5) == "éé …+16 bytes"
    assert safe(b"\x80" * 10, 4) == r"\x80 …+9 bytes"
    assert safe("abc", 3) == "abc"


def test_it_is_masked_before_it_is_shown() -> None:
    mask = Mask.of({"API_KEY": "s3cret-value"})
    assert shown(b"\x1b[1mkey s3cret-\x1b[0mvalue", mask) == "␛[1mkey [redacted:API_KEY]␛[0m"


def test_only_this_module_makes_safe_text() -> None:
    with pytest.raises(TypeError, match="SafeText is made by"):
        SafeText("\x1b[2J")
    text = safe("x")
    assert copy.deepcopy(text) is text
    assert type(text + "y") is str


def test_safe_texts_are_joined_safely() -> None:
    assert joined([safe("a"), safe("b")], "\x1b") == "a␛b"
    assert joined([]) == EMPTY


def test_cells_are_counted_as_terminals_do() -> None:
    assert cell_width("abc") == 3
    assert cell_width("漢字") == 4
    assert cell_width("e\u0301") == 1
    assert cell_width("🛑") == 2
    assert cell_width("ｆ") == 2


@pytest.mark.parametrize(
    ("text", "width", "clipped"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("abcdef", 1, "…"),
        ("abcdef", 0, ""),
        ("漢字漢字", 5, "漢字…"),
        ("漢字漢字", 4, "漢…"),
        ("漢字", 4, "漢字"),
        ("e\u0301tude", 3, "e\u0301t…"),
    ],
)
def test_text_is_clipped_by_cells(text: str, width: int, clipped: str) -> None:
    assert clip(safe(text), width) == clipped


def test_emoji_of_doubtful_width_become_tags() -> None:
    assert (
        tags(safe("🛑 KILL-SWITCH ⚠️ ✅ ❌ 🚨 📊 😀"))
        == "[STOP] KILL-SWITCH [!] [OK] [X] [SIREN] [CHART] [U+1F600]"
    )
    assert tags(safe("✓ ✗ ● → plain")) == "✓ ✗ ● → plain"
    assert tags(safe("🇫🇷")) == "[U+1F1EB][U+1F1F7]"


def test_no_character_that_remains_after_tags_is_a_wide_emoji() -> None:
    brackets = (0x2329, 0x232A)  # wide, and no emoji
    for code in {*range(0x2190, 0x2C00), *range(0x1F000, 0x1FB00)}.difference(brackets):
        text = tags(safe(chr(code)))
        if text == chr(code):
            assert cell_width(text) == 1, f"U+{code:X}"


def test_clean_lines_are_cheap() -> None:
    lines = [b"2025-10-09 10:42:15 - src.live.paper_trader - INFO - Heartbeat %d" % n for n in range(20_000)]
    start = time.perf_counter()
    for line in lines:
        safe(line)
    assert len(lines) / (time.perf_counter() - start) > 150_000
