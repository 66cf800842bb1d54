"""Which variables of an environment hold secrets, chosen by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from thunes_tui.dotenv import assignments
from thunes_tui.errors import Unusable

_SECRET_NAME = re.compile(
    r"(?:KEY|SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL)S?\Z|\A(?:PASS|PRIVATE)\Z"
)
_HARMLESS_END = re.compile(r"_(?:ID|URL|URI|PATH|FILE|DIR|NAME|HOST|PORT|TYPE|SOCK|TTL|ALGORITHM|VERSION)\Z")
_PLACEHOLDER = re.compile(
    r"your[_-].*|.*[_-]here|<.*>|\$\{?\w+\}?|(.)\1{3,}|change[_-]?me.*|placeholder.*",
    re.IGNORECASE | re.DOTALL,
)


def is_secret_name(name: str) -> bool:
    """Whether a variable of this name holds a secret: `BINANCE_API_KEY` does, `CHAT_ID` does not."""
    upper = name.upper()
    parts = re.split(r"[^A-Z0-9]+", upper)
    return not _HARMLESS_END.search(upper) and any(_SECRET_NAME.search(part) for part in parts)


def secrets_of(env_files: Iterable[Path], environ: Mapping[str, str]) -> dict[str, str]:
    """The secrets of the environment and of `.env` files, by name; a second value of a name is `NAME~2`.

    A file that does not exist is skipped; one that cannot be read raises Unusable: its values would show.
    """
    found: dict[str, str] = {}
    for name, value in [*environ.items(), *(pair for path in env_files for pair in _assignments(path))]:
        if not is_secret_name(name) or not value or _PLACEHOLDER.fullmatch(value):
            continue
        label, count = name, 1
        while found.get(label, value) != value:
            count += 1
            label = f"{name}~{count}"
        found[label] = value
    return found


def _assignments(path: Path) -> list[tuple[str, str]]:
    try:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise Unusable(f"cannot read {path} ({error.strerror}): its secrets could not be masked") from error
    return [(each.name, value) for each in assignments(text) for value in (each.value, *each.otherwise)]
