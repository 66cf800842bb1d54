"""Keys that come into `.env` during a session are masked from then on, for whoever holds the mask."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from thunes_tui.errors import Unusable
from thunes_tui.live_mask import LiveMask
from thunes_tui.mask import MaskStream

OLD, NEW = "oldsecretvalue123", "newsecretvalue456"


def test_a_key_that_is_filled_in_later_is_masked_for_streams_too(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    mask = LiveMask((env,), {"OTHER_TOKEN": "fromtheprocess99"})
    stream, line = MaskStream(mask), mask.line
    assert mask.text(NEW) == NEW
    assert "fromtheprocess99" not in mask.text("a fromtheprocess99 b")
    env.write_text(f"API_KEY={NEW}\n", encoding="utf-8")
    assert mask.renew() == ()
    assert line(NEW.encode()) == b"[redacted:API_KEY]"
    assert NEW.encode() not in stream.feed(b"x " + NEW.encode()[:9]) + stream.feed(NEW.encode()[9:] + b"\n")
    assert mask.longest >= len(NEW)


def test_an_old_key_stays_masked_and_a_short_one_is_told_once(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text(f"API_KEY={OLD}\n", encoding="utf-8")
    mask = LiveMask((env,), {})
    env.write_text(f"API_KEY={NEW}\nAPP_PASSWORD=abc\n", encoding="utf-8")
    assert [warning.partition(" ")[0] for warning in mask.renew()] == ["APP_PASSWORD"]
    assert mask.renew() == ()
    shown = mask.text(f"{OLD} {NEW}")
    assert OLD not in shown
    assert NEW not in shown
    os.utime(env, ns=(1, 1))
    assert mask.renew() == ()


def test_a_file_that_cannot_be_read_takes_nothing_out_of_the_mask(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text(f"API_KEY={OLD}\n", encoding="utf-8")
    mask = LiveMask((env,), {})
    env.unlink()
    env.mkdir()
    with pytest.raises(Unusable, match="could not be masked"):
        mask.renew()
    assert OLD not in mask.text(OLD)
