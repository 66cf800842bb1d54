"""What a block would touch stands before a person in words, as far as its text tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thunes_tui.runbook.reach import in_words

CASES = [
    ("pkill -9 -f paper_trader\nsleep 1", "signals every process like paper_trader"),
    ("sudo kill -s TERM 4711", "signals process 4711"),
    ("rm -f positions.db", "removes positions.db"),
    ("cp positions.db.backup positions.db", "writes positions.db"),
    ("mv a b", "removes a; writes b"),
    ("echo x >> log; ls > /dev/null 2>&1", "adds to log"),
    (
        "nohup python bot.py --side BUY > /tmp/o 2>&1 &",
        "writes /tmp/o; leaves running python bot.py --side BUY",
    ),
    ("cd ~/x\nsource .venv/bin/activate\nexport A=1", "goes to ~/x; sources .venv/bin/activate; sets A"),
    ("(cd /tmp && ls)", ""),
    ("systemctl restart thunes", "service systemctl restart thunes"),
    ("ping -c 1 api.telegram.org", "network: ping api.telegram.org"),
    ('sqlite3 positions.db "PRAGMA integrity_check;"', "asks the database positions.db"),
    ("python -c \"\nwith open('/tmp/s.json', 'w') as f: pass\n\"", "writes /tmp/s.json"),
    ('python -c "RiskManager().activate_kill_switch()"', "turns the kill switch ON"),
    ('python -c "risk.deactivate_kill_switch()"', "turns the kill switch OFF"),
    ("python scripts/reconcile.py", "runs scripts/reconcile.py"),
    ("bash scripts/check.sh", "runs scripts/check.sh"),
    ("rm a b c d e", "removes a, b, c and 2 more"),
    ("cat a | grep b", ""),
]


@pytest.mark.parametrize(("block", "wanted"), CASES)
def test_a_block_touches_exactly_this(block: str, wanted: str) -> None:
    assert "; ".join(in_words(block)) == wanted


@given(st.text(max_size=200))
def test_any_text_has_its_words(block: str) -> None:
    assert all(clause.strip() for clause in in_words(block))
