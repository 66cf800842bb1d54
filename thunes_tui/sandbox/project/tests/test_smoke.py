"""The risk manager's first rule: the kill switch lets nothing in and everything out."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = """
from src.risk.manager import RiskManager
manager = RiskManager()
assert manager.validate_trade("ETHUSDT", 100.0, "BUY")[0]
manager.activate_kill_switch("smoke test")
assert not RiskManager().validate_trade("ETHUSDT", 100.0, "BUY")[0]
assert RiskManager().validate_trade("ETHUSDT", 100.0, "SELL")[0]
"""


class KillSwitchTest(unittest.TestCase):
    def test_blocks_entries_and_allows_exits(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(ROOT / "src", Path(folder) / "src")
            environment = {"TELEGRAM_BOT_TOKEN": "", "TELEGRAM_CHAT_ID": ""}
            done = subprocess.run(
                [sys.executable, "-c", SCRIPT], cwd=folder, env=environment, capture_output=True, text=True
            )
            self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
