"""Copying says where the text went, and never more than can be known."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from thunes_tui.text import safe
from thunes_tui.ui.copying import FILE, copy

LINES = [safe("one"), safe("two ⚠ three")]


async def test_outside_tmux_it_is_sent_to_the_terminal_and_kept_in_a_file(tmp_path: Path) -> None:
    sent: list[str] = []
    said = await copy(LINES, sent.append, folder=tmp_path / "state", environment={})
    assert "never says if it took it" in said
    code = sent[0].removeprefix("\x1b]52;c;").removesuffix("\x07")
    assert base64.b64decode(code).decode() == "one\ntwo ⚠ three"
    kept = tmp_path / "state" / FILE
    assert kept.read_text() == "one\ntwo ⚠ three\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert str(kept) in said


async def test_what_is_too_much_for_a_clipboard_goes_to_the_file_alone(tmp_path: Path) -> None:
    sent: list[str] = []
    said = await copy([safe("x" * 1000)] * 100, sent.append, folder=tmp_path, environment={})
    assert not sent
    assert "too much for a terminal's clipboard" in said
    assert (tmp_path / FILE).stat().st_size == 100_100


async def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = await copy(LINES, lambda _: None, folder=tmp_path / "file", environment={})
    assert "in no file" in said


async def test_a_tmux_that_is_gone_is_said(tmp_path: Path) -> None:
    gone = {"TMUX": f"{tmp_path}/no,1,0", "PATH": os.environ["PATH"]}
    sent: list[str] = []
    said = await copy(LINES, sent.append, folder=tmp_path, environment=gone)
    assert "tmux did not take it" in said
    assert not sent


@pytest.mark.skipif(not shutil.which("tmux"), reason="there is no tmux")
def test_in_tmux_it_is_in_its_buffer(tmp_path: Path) -> None:
    socket = tmp_path / "t"
    tmux = ["tmux", "-S", str(socket), "-f", "/dev/null"]
    subprocess.run([*tmux, "new-session", "-d", "sleep 60"], check=True)
    try:
        env = {"TMUX": f"{socket},1,0", "PATH": os.environ["PATH"]}
        said = asyncio.run(copy(LINES, lambda _: None, folder=tmp_path, environment=env))
        shown = subprocess.run([*tmux, "show-buffer"], check=True, capture_output=True, text=True).stdout
    finally:
        subprocess.run([*tmux, "kill-server"], check=True)
    assert "in tmux's buffer" in said
    assert shown == "one\ntwo ⚠ three"
