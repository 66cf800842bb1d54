"""Makes the project under drill: a git checkout under a HOME of its own, laid out as on a trading box."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import string
import subprocess
import sys
import venv
from importlib import resources
from pathlib import Path

from thunes_tui.errors import Unusable
from thunes_tui.sandbox.place import Place

ALPHABET = string.ascii_letters + string.digits
TOOLS = ("pkill", "pgrep")
"""What the seed's commands need and a small box may lack."""
IDENTITY = ("-c", "user.name=THUNES", "-c", "user.email=thunes@localhost", "-c", "commit.gpgsign=false")


def key(length: int = 64) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def exists(place: Place) -> bool:
    return (place.project / "src").is_dir() and (place.project / ".env").is_file()


def checkout(place: Place) -> None:
    """The project's files, its virtual environment and its first commit. Raises Unusable."""
    project = place.project
    source = resources.files("thunes_tui.sandbox") / "project"
    with resources.as_file(source) as template:
        shutil.copytree(
            template, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
        )
    for folder in ("logs", "data"):
        (project / folder).mkdir(exist_ok=True)
    environment(project)
    tools(place)
    commit(project)


def environment(project: Path) -> None:
    """A virtual environment that finds the exchange library where the console's own Python has it."""
    made = project / ".venv"
    if made.exists():
        return
    venv.create(made, with_pip=False, symlinks=True)
    found = importlib.util.find_spec("ccxt")
    if found is None or found.origin is None:
        raise Unusable("the exchange library ccxt is not installed: run make install")
    packages = Path(found.origin).parent.parent
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (made / "lib" / version / "site-packages" / "console.pth").write_text(f"{packages}\n", encoding="utf-8")


def tools(place: Place) -> None:
    """Stand-ins for tools of the seed that the box lacks, in the world's own PATH."""
    folder = place.home / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    for name in TOOLS:
        if shutil.which(name) is None:
            text = (resources.files("thunes_tui.sandbox") / "procps.py").read_text(encoding="utf-8")
            tool = folder / name
            tool.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
            tool.chmod(0o755)


def commit(project: Path) -> None:
    """The checkout's first commit; what a real one ignores is ignored here too."""
    if (project / ".git").exists() or shutil.which("git") is None:
        return
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "THUNES")):
        done = subprocess.run(
            ["git", *IDENTITY, *arguments],
            cwd=project,
            capture_output=True,
            text=True,
            env=clean,
            check=False,
        )
        if done.returncode:
            raise Unusable(f"git {arguments[0]} failed in {project}: {done.stderr.strip()[:200]}")
        if arguments[0] == "init":
            (project / ".git" / "info").mkdir(exist_ok=True)
            (project / ".git" / "info" / "exclude").write_text("thunes-tui.toml\n", encoding="utf-8")


def settings(place: Place, exchange_port: int, telegram_port: int, keys: dict[str, str]) -> None:
    """The bot's `.env` and the console's profile of it."""
    lines = {
        "ENVIRONMENT": "testnet",
        "BINANCE_TESTNET_API_KEY": keys["api_key"],
        "BINANCE_TESTNET_API_SECRET": keys["api_secret"],
        "BINANCE_TESTNET_BASE_URL": f"http://127.0.0.1:{exchange_port}",
        "TELEGRAM_BOT_TOKEN": keys["token"],
        "TELEGRAM_CHAT_ID": keys["chat_id"],
        "TELEGRAM_API_BASE": f"http://127.0.0.1:{telegram_port}",
        "TZ": "UTC",
        "DEFAULT_SYMBOL": "BTCUSDT",
        "DEFAULT_QUOTE_AMOUNT": "100",
        "HEARTBEAT_SECONDS": "1",
        "MAX_LOSS_PER_TRADE": "5.0",
        "MAX_DAILY_LOSS": "20.0",
        "MAX_POSITIONS": "3",
        "COOL_DOWN_MINUTES": "60",
        "LOG_LEVEL": "INFO",
    }
    text = "".join(f"{name}={value}\n" for name, value in lines.items())
    private(place.project / ".env", text)
    profile = (
        'name = "THUNES sandbox"\n\n[bot]\n'
        'position = "python src/live/paper_trader.py --symbol BTCUSDT --side BUY --amount 10 --once"\n\n'
        f'[world]\nfile = "{place.world_file}"\nhome = "{place.home}"\ninbox = "{place.inbox}"\n'
    )
    private(place.project / "thunes-tui.toml", profile)


def private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
