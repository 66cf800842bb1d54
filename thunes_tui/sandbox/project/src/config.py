"""Settings of the bot: the `.env` of the checkout, overridden by the process environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
"""The checkout. Every path of the bot hangs on it, so that all its processes share one state."""

ENV_FILE = ROOT / ".env"
LOG_FILE = ROOT / "logs" / "paper_trader.log"
AUDIT_FILE = ROOT / "logs" / "audit_trail.jsonl"
DATA = ROOT / "data"
DATABASE_FILE = DATA / "positions.db"
RISK_STATE_FILE = DATA / "risk_state.json"

ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")
PLACEHOLDER = re.compile(r"your_.*_here")
TESTNET_HOSTS = ("testnet.binance.vision", "127.0.0.1", "localhost", "::1")


class ConfigError(Exception):
    """A setting is missing or must not be used. One line, for the operator."""


def parse_value(text: str) -> str:
    """The value of an assignment: quotes taken off, a comment behind it dropped."""
    if text[:1] in ("'", '"'):
        end = text.find(text[0], 1)
        if end > 0:
            return text[1:end]
    return re.split(r"(?:^|\s+)#", text, maxsplit=1)[0].strip()


def read_env_file(path: Path) -> dict[str, str]:
    """Names in upper case to values; lines that assign nothing are skipped, a missing file is empty."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    found = {}
    for line in lines:
        match = ASSIGNMENT.match(line)
        if match and not line.lstrip().startswith("#"):
            found[match[1].upper()] = parse_value(match[2])
    return found


def filled(value: str) -> bool:
    """Whether a setting has a value of its own and not the template's placeholder."""
    return bool(value) and not PLACEHOLDER.fullmatch(value)


@dataclass(frozen=True)
class Settings:
    environment: str
    api_key: str
    api_secret: str
    base_url: str
    telegram_token: str
    telegram_chat: str
    telegram_base: str
    heartbeat_seconds: float
    default_symbol: str
    stop_loss_percent: float
    max_loss_per_trade: float
    max_daily_loss: float
    max_positions: int
    cool_down_minutes: float
    log_level: str

    @property
    def telegram_configured(self) -> bool:
        return filled(self.telegram_token) and filled(self.telegram_chat)

    @property
    def keys_configured(self) -> bool:
        return filled(self.api_key) and filled(self.api_secret)

    def require_testnet(self) -> None:
        """Raise ConfigError unless orders can go nowhere but to a testnet."""
        if self.environment != "testnet":
            raise ConfigError(f"ENVIRONMENT is {self.environment!r}; this bot trades on testnet only")
        host = urlsplit(self.base_url).hostname
        if host not in TESTNET_HOSTS:
            raise ConfigError(f"BINANCE_TESTNET_BASE_URL points at {host}, which is no testnet")
        if not self.keys_configured:
            raise ConfigError("BINANCE_TESTNET_API_KEY and BINANCE_TESTNET_API_SECRET must be set in .env")


def number(values: Mapping[str, str], name: str, default: float) -> float:
    text = values.get(name, "")
    try:
        return float(text or default)
    except ValueError:
        raise ConfigError(f"{name} must be a number, not {text!r}") from None


def load(path: Path = ENV_FILE, environment: Mapping[str, str] | None = None) -> Settings:
    """The effective settings. Raises ConfigError for a number that is none."""
    process = os.environ if environment is None else environment
    values = {**read_env_file(path), **{name.upper(): value for name, value in process.items()}}
    return Settings(
        environment=values.get("ENVIRONMENT", "testnet").lower(),
        api_key=values.get("BINANCE_TESTNET_API_KEY", ""),
        api_secret=values.get("BINANCE_TESTNET_API_SECRET", ""),
        base_url=(values.get("BINANCE_TESTNET_BASE_URL") or "https://testnet.binance.vision").rstrip("/"),
        telegram_token=values.get("TELEGRAM_BOT_TOKEN", ""),
        telegram_chat=values.get("TELEGRAM_CHAT_ID", ""),
        telegram_base=(values.get("TELEGRAM_API_BASE") or "https://api.telegram.org").rstrip("/"),
        heartbeat_seconds=max(0.2, number(values, "HEARTBEAT_SECONDS", 5)),
        default_symbol=values.get("DEFAULT_SYMBOL") or "BTCUSDT",
        stop_loss_percent=number(values, "STOP_LOSS_PERCENT", 5),
        max_loss_per_trade=number(values, "MAX_LOSS_PER_TRADE", 5),
        max_daily_loss=number(values, "MAX_DAILY_LOSS", 20),
        max_positions=int(number(values, "MAX_POSITIONS", 3)),
        cool_down_minutes=number(values, "COOL_DOWN_MINUTES", 60),
        log_level=(values.get("LOG_LEVEL") or "INFO").upper(),
    )
