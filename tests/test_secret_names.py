"""Secrets are found by the names of their variables, in the environment and in .env files."""

from __future__ import annotations

from pathlib import Path

import pytest

from thunes_tui.errors import Unusable
from thunes_tui.mask import Mask, secrets_of
from thunes_tui.secret_names import is_secret_name


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("BINANCE_API_KEY", True),
        ("BINANCE_TESTNET_SECRET_KEY", True),
        ("TELEGRAM_BOT_TOKEN", True),
        ("DB_PASSWORD", True),
        ("db_pass", True),
        ("APIKEY", True),
        ("GPG_PASSPHRASE", True),
        ("AWS_CREDENTIALS", True),
        ("PRIVATE_KEY_PATH", False),
        ("BASE_URL", False),
        ("TELEGRAM_CHAT_ID", False),
        ("PWD", False),
        ("KEYBOARD", False),
        ("TOKENIZERS_PARALLELISM", False),
        ("SSH_AUTH_SOCK", False),
        ("PATH", False),
    ],
)
def test_secrets_are_chosen_by_name(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


def test_env_files_are_read_as_the_bot_reads_them(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text(
        '# comment KEY=nothing\nexport A_KEY=plain-value-1 # why\nB_SECRET="quoted value"\n'
        "C_TOKEN='single # value'\nD_KEY=your_api_key_here\nE_KEY=\nBASE_URL=https://x\nF_KEY = with#hash\n"
        "G_PASSWORD=${OTHER}\nH_KEY=xxxxxxxxxx\n"
    )
    found = secrets_of(
        [env, tmp_path / "missing"], {"A_KEY": "from-process", "HOME": "/root", "Z_TOKEN": "zz"}
    )
    assert found == {
        "A_KEY": "from-process",
        "A_KEY~2": "plain-value-1",
        "B_SECRET": "quoted value",
        "C_TOKEN": "single # value",
        "F_KEY": "with#hash",
        "Z_TOKEN": "zz",
    }
    assert Mask.of(found).text("plain-value-1") == "[redacted:A_KEY]"


def test_an_env_file_that_cannot_be_read_is_no_silent_hole(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"cannot read .* its secrets could not be masked"):
        secrets_of([tmp_path], {})
