"""The settings that the bot sees: its `.env`, and over it the process environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from thunes_tui.config import Profile
from thunes_tui.dotenv import assignments
from thunes_tui.sources.exchange import Spec

_PLACEHOLDER = re.compile(r"your[_-].*[_-]here", re.IGNORECASE)


def dotenv(path: Path) -> dict[str, str]:
    """The assignments of a `.env` file, names in upper case. Raises OSError, FileNotFoundError among them."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return {each.name.upper(): each.value for each in assignments(text)}


def is_filled(value: str | None) -> bool:
    """Whether a setting has a value of its own, and not a template's `your_..._here`."""
    return bool(value) and not _PLACEHOLDER.fullmatch(value or "")


@dataclass(frozen=True, slots=True)
class Settings:
    """Effective values, and whether the file could be read at all."""

    values: Mapping[str, str]
    problem: str = ""

    def get(self, name: str) -> str:
        return self.values.get(name.upper(), "")

    def __repr__(self) -> str:
        return f"Settings({len(self.values)} values)"


def effective(project: Path, profile: Profile, environ: Mapping[str, str]) -> Settings:
    """What a process of the project started with `environ` would see."""
    path = project / profile.paths.environment
    over = {name.upper(): value for name, value in environ.items()}
    try:
        return Settings({**dotenv(path), **over})
    except FileNotFoundError:
        return Settings(over, f"{profile.paths.environment} does not exist")
    except OSError as error:
        return Settings(over, f"{profile.paths.environment} cannot be read: {error.strerror}")


def exchange_spec(project: Path, profile: Profile, environ: Mapping[str, str]) -> Spec:
    """What the exchange worker needs, from the effective settings as they are now."""
    return spec_of(effective(project, profile, environ), profile)


def spec_of(settings: Settings, profile: Profile) -> Spec:
    """The same from settings that were read already."""
    venue = profile.venue
    url = settings.get(venue.url_key) or venue.url_default
    return Spec(
        venue.library, url.rstrip("/"), settings.get(venue.key), settings.get(venue.secret), venue.quote
    )
