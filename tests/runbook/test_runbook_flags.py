"""What a block is known to do before it runs."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thunes_tui.runbook.flags import FLAGS, flags_of
from thunes_tui.runbook.shellwords import commands_of

CASES: list[tuple[str, str]] = [
    ("vi scripts/disaster_recovery_drill.md\n# Navigate to the section", "interactive"),
    ("cat scripts/disaster_recovery_drill.md | less", "interactive"),
    ("read -p 'Sure? ' answer", "interactive"),
    ("python", "interactive"),
    ("sqlite3 positions.db", "interactive"),
    ("git commit", "interactive"),
    ("git commit -m 'done'", ""),
    ("git add a.md\ngit commit -qm 'done'", ""),
    ("python <<EOF\nprint(1)\nEOF", ""),
    ("cat names | while read -r line; do echo $line; done", ""),
    ("tail -f logs/audit_trail.jsonl | jq '.'", "never-ending"),
    ("tail -n 20 -F logs/a.log", "never-ending"),
    ("tail -n 20 logs/filter.log", ""),
    ("timeout 5 tail -f logs/a.log", ""),
    ("watch -n 5 'ps aux | grep python | head -10'", "never-ending"),
    ("while true; do date; sleep 1; done", "never-ending"),
    ("while true; do if pgrep bot; then break; fi; sleep 1; done", ""),
    ("python src/live/paper_trader.py --symbol BTCUSDT --side BUY --amount 100 &\nsleep 10", "background"),
    ("tail -f logs/a.log &", "background"),
    ("a && b || c; d 2>&1 | e", ""),
    ("pkill -9 -f paper_trader", "destructive"),
    ("pkill -n -f paper_trader", "destructive"),
    ("bash -lc 'pkill x'", "destructive"),
    ("bash <<E\npkill x\nE", "destructive"),
    ("su -c 'pkill x' trader", "interactive destructive privileged"),
    ("taskset -c 0 pkill x", "destructive"),
    ("chroot /srv pkill x", "destructive"),
    ("kill -0 42", ""),
    ("kill -9 $(pgrep -f paper_trader)", "destructive"),
    ("echo $(rm -f data/positions.db)", "destructive"),
    ("echo `rm -f data/positions.db`", "destructive"),
    ("cat <<EOF\n$(rm x)\nEOF", "destructive"),
    ("cat <<'EOF'\n$(rm x)\nrm y\nEOF", ""),
    ("find . -name '*.tmp' -exec rm {} \\;", "destructive"),
    ("ls | xargs rm", "destructive"),
    ("bash -c 'rm -rf logs'", "destructive"),
    ("if true; then rm x; fi", "destructive"),
    ("(cd logs && rm old)", "destructive"),
    ("cp positions.db.backup positions.db", "destructive"),
    ("cp positions.db positions.db.backup", ""),
    ("mv data/positions.db /srv/aside", "destructive"),
    ("git reset --hard", "destructive"),
    ("git checkout -- src", "destructive"),
    ("git status", ""),
    ("dd if=/dev/zero of=disk.img", "destructive"),
    ("truncate -s 0 logs/audit_trail.jsonl", "destructive"),
    ("> logs/audit_trail.jsonl", "destructive"),
    ("echo x >> logs/audit_trail.jsonl", ""),
    ("sqlite3 positions.db 'PRAGMA integrity_check;'", ""),
    ("sqlite3 positions.db 'DELETE FROM positions'", "destructive"),
    ("sqlite3 positions.db <<SQL\nDROP TABLE positions;\nSQL", "destructive"),
    ("python -c \"import os; os.remove('positions.db')\"", "destructive"),
    ("python -c \"\nprint('rm -rf /')\nkill = 1\n\"", ""),
    ("echo 'kill -9 1; rm x > a.db'", ""),
    ("# rm -rf /", ""),
    ("ls # rm -rf /", ""),
    ("sudo systemctl status bot", "privileged"),
    ("sudo -u trader kill 5", "destructive privileged"),
    ("ping api.telegram.org", "never-ending network"),
    ("ping -c 3 api.telegram.org", "network"),
    ("curl -s https://example.invalid", "network"),
    ("git push", "network"),
    ("cd ~/LAB/projects/THUNES\nsource .venv/bin/activate", "changes-directory changes-environment"),
    ("(cd logs; ls)", ""),
    ("here=$(cd logs; pwd)", "changes-environment"),
    (". .env", "changes-environment"),
    ("TZ=UTC date", ""),
    ("export TZ=UTC", "changes-environment"),
    ("python -c \"open('/tmp/pre_crash_state.json')\"", "shared-tmp"),
    ("ls data/tmp/x ./tmp/y", ""),
    ('git commit -m "Ready: [YES/NO]"', "placeholder"),
    ("echo started on [DATE]", "placeholder"),
    ("kill -9 <PID>", "destructive placeholder"),
    ("export KEY=your_api_key_here", "changes-environment placeholder"),
    ("ORDER=_____", "changes-environment placeholder"),
    ("grep '[A-Z0-9]' file && echo '[OK]' && [ -f x ]", ""),
    ("grep '[ERROR]' a.log; echo ${names[FIRST]}", ""),
    ("sort <input >output", ""),
]


@pytest.mark.parametrize(("block", "wanted"), CASES)
def test_a_block_has_exactly_these_flags(block: str, wanted: str) -> None:
    assert " ".join(flags_of(block)) == wanted


def test_flags_come_in_one_order_and_all_of_them_can_be_found() -> None:
    seen = {flag for block, _ in CASES for flag in flags_of(block)} | set(flags_of("ls\u202e"))
    assert seen == set(FLAGS)
    assert flags_of("sudo rm /tmp/x <NAME>") == ("destructive", "privileged", "shared-tmp", "placeholder")


HIDDEN = [
    "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u00a0", "\u2003", "\u00ad", "\x1b", "\x07",
    "\u2028", "\U000e0041", "\u3164", "\ufe0e\u2060", "\u0085",
]  # fmt: skip
LOOKALIKE = [
    "rm -rf \u0430bc",
    "p\u0456ng host",
    "\u0441\u0440 file other",
    "l\uff53",
    "\U0001d4ebash",
    "k\u03bfll",
]
HONEST = ["echo 'Größe ✅ 🛑 …'", "echo 漢字", "ls Документы", "grep -E 'é|ü' a.log", "echo '₿ → €'", "a\tb"]


@pytest.mark.parametrize("block", LOOKALIKE)
def test_letters_of_another_alphabet_are_flagged(block: str) -> None:
    assert "hidden-text" in flags_of(block)


@pytest.mark.parametrize("block", HONEST)
def test_honest_text_beyond_ascii_is_not_flagged(block: str) -> None:
    assert "hidden-text" not in flags_of(block)


def test_hidden_characters_are_flagged_wherever_they_stand() -> None:
    rng = random.Random(7)
    for _ in range(2000):
        block = rng.choice(CASES)[0]
        at = rng.randrange(len(block) + 1)
        assert "hidden-text" in flags_of(block[:at] + rng.choice(HIDDEN) + block[at:])


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="ab \n\t'\"`$(){}<>|&;#\\!EOF-=[]~/", max_size=60))
def test_the_shell_reader_takes_any_text(text: str) -> None:
    assert commands_of(text) == commands_of(text)
    assert list(flags_of(text)) == [flag for flag in FLAGS if flag in flags_of(text)]
