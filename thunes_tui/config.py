"""The project under drill (`Profile`) and the person's settings (`Settings`), typed, from TOML.

A profile's defaults fit THUNES as it is laid out; `thunes-tui.toml` in the project overrides what differs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from thunes_tui.errors import Unusable

T = TypeVar("T")
PROFILE_NAME = "thunes-tui.toml"


@dataclass(frozen=True, slots=True)
class Paths:
    """Where things lie, relative to the project."""

    log: str = "logs/paper_trader.log"
    audit: str = "logs/audit_trail.jsonl"
    database: str = "data/positions.db"
    environment: str = ".env"
    activate: str = ".venv/bin/activate"
    runbook: str = "scripts/disaster_recovery_drill.md"
    operational: str = "docs/OPERATIONAL-RUNBOOK.md"
    operational_section: str = "kill-switch deactivation"
    preflight: str = "scripts/dr_drill_preflight.sh"
    telegram_check: str = "scripts/verify_telegram.py"
    required: tuple[str, ...] = (
        "src/live/paper_trader.py",
        "src/risk/manager.py",
        "src/models/position.py",
        "scripts/disaster_recovery_drill.md",
        "scripts/dr_drill_preflight.sh",
    )


@dataclass(frozen=True, slots=True)
class Bot:
    """How the bot is recognised and what it says."""

    name: str = "paper_trader"
    """What a person types to confirm a signal to it."""
    scripts: tuple[str, ...] = ("src/live/paper_trader.py", "run_scheduler.py", "src.live.paper_trader")
    """A Python process of the project one of whose arguments ends so is the bot."""
    healthy: str = r"Bot healthy"
    switch_on: str = r"Kill-switch active: True"
    switch_off: str = r"Kill-switch active: False"
    position: str = "python src/live/paper_trader.py --symbol BTCUSDT --side BUY --amount 10"
    """The seed's command that makes a small position."""
    trades: str = r"(?:Opened|Closed) position\b|\b(?:BUY|SELL) order (?:executed|filled)"
    """A record of the log that says so tells of a trade, which the audit trail must know of."""
    audit_s: float = 60.0
    """Seconds around a trade in the log within which the audit trail must grow: an order may take so long."""
    restart: str = "python src/live/paper_trader.py --symbol BTCUSDT --side BUY --amount 100 &"
    """The seed's command that starts the bot again after a hang."""
    alert_failed: str = r"(?i)telegram.*\b(?:failed|not sent|not reached)\b"
    """How it says in its log that an alert could not be sent."""


@dataclass(frozen=True, slots=True)
class Venue:
    """The exchange, and which of its hosts are for testing."""

    library: str = "binance"
    url_key: str = "BINANCE_TESTNET_BASE_URL"
    url_default: str = "https://testnet.binance.vision"
    key: str = "BINANCE_TESTNET_API_KEY"
    secret: str = "BINANCE_TESTNET_API_SECRET"  # noqa: S105 - the name of a variable
    live_keys: tuple[str, ...] = ("BINANCE_API_KEY", "BINANCE_API_SECRET")
    """Where production keys would be; present and real, they stop the drill."""
    environment_key: str = "ENVIRONMENT"
    test_environments: tuple[str, ...] = ("testnet",)
    hosts: tuple[str, ...] = ("testnet.binance.vision",)
    quote: str = "USDT"


@dataclass(frozen=True, slots=True)
class World:
    """A sandbox's world; absent for a real checkout."""

    file: str = ""
    """Names the world's first process, whose namespaces the shell enters; empty for the box itself."""
    home: str = ""
    """HOME of the shell; empty for the person's own."""
    inbox: str = ""
    """The phone: one JSON line a message, with arrival times; empty where a person looks at a real phone."""
    telegram_url: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """The project under drill."""

    name: str = "THUNES"
    paths: Paths = field(default_factory=Paths)
    bot: Bot = field(default_factory=Bot)
    venue: Venue = field(default_factory=Venue)
    world: World = field(default_factory=World)
    clock: str = "utc"
    """Zone of the audit trail's naive timestamps."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may choose for themselves, from `config.toml` in the user's configuration folder."""

    theme: str = "dark"
    leader: str = "ctrl+right_square_bracket"
    mouse: bool = False
    local_time: bool = False


def load_profile(project: Path) -> Profile:
    """The profile of a project folder. Raises Unusable when its file cannot be understood."""
    return _load(project / PROFILE_NAME, Profile)


def load_settings(folder: Path) -> Settings:
    """The person's settings; the defaults when there are none. Raises Unusable for a wrong file."""
    return _load(folder / "config.toml", Settings)


def _load(path: Path, kind: type[T]) -> T:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return kind()
    except OSError as error:
        raise Unusable(f"cannot read {path}: {error.strerror}; mend its permissions") from error
    import msgspec

    try:
        return msgspec.toml.decode(raw, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Unusable(f"{path} is not a valid file of settings: {error}; mend that line") from error
