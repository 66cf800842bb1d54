"""The production guard: PROVEN TESTNET, or NOT PROVEN with every reason.

It answers from effective values, from what the running bots were started with, from the keys that are
present, and from a signed request. Whatever it cannot see is a reason. No switch, file or runbook bypasses
it, and nothing secret stands in a reason.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from thunes_tui.config import Profile
from thunes_tui.drill.venue import DOWN
from thunes_tui.server.environment import Settings, effective, is_filled
from thunes_tui.sources import procfs
from thunes_tui.sources.recognise import Recogniser

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LIVE_ARGUMENTS = ("--prod", "--production", "--live", "--mainnet", "--real")
LIVE_WORDS = ("live", "prod", "production", "mainnet", "real")
AWAY = ("down", "timeout")
"""Kinds of an exchange worker's answer that say nothing but that the exchange does not answer."""
_PRODUCTION = re.compile(r"(?:.+\.)?binance\.(?:com|us|vision)", re.IGNORECASE)
_TESTNET = re.compile(r"(?:.+\.)?testnet\.binance\.vision", re.IGNORECASE)


class Worker(Protocol):
    async def ask(self, question: dict[str, Any]) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Proof:
    """The guard's answer; without a reason against it, testnet is proven."""

    proven: bool
    reasons: tuple[str, ...] = ()


async def prove(
    project: Path,
    profile: Profile,
    environ: Mapping[str, str],
    bots: Iterable[int],
    worker: Worker | None,
) -> Proof:
    """Whether everything that the drill can reach is a testnet.

    `environ` is what the shell's children get; `bots` the pids of the project's running bots, looked up now
    (`running_bots`). The worker must be made from the same settings (`environment.exchange_spec`); it is
    asked only when all else is proven, so that no key is ever shown to a host that is not.
    """
    settings = effective(project, profile, environ)
    reasons = (
        [settings.problem + "; the drill needs it to know what the bot trades on"] if settings.problem else []
    )
    reasons += settings_reasons(settings, profile, "")
    for pid in bots:
        reasons += bot_reasons(project, profile, pid)
    if not reasons:
        reasons += await _probe_reasons(worker, profile)
        if effective(project, profile, environ) != settings:
            reasons.append(f"{profile.paths.environment} changed while the guard looked: ask again")
    return Proof(not reasons, tuple(dict.fromkeys(reasons)))


def settings_reasons(settings: Settings, profile: Profile, whose: str) -> list[str]:
    """What in the effective settings does not prove testnet; `whose` names the process they are of."""
    venue = profile.venue
    reasons = []
    name = settings.get(venue.environment_key)
    if name.lower() not in set(venue.test_environments) - set(LIVE_WORDS):
        said = f"is {name!r}" if name else "is not set"
        wanted = " or ".join(venue.test_environments)
        reasons.append(
            f"{whose}{venue.environment_key} {said}: set it to {wanted} in {profile.paths.environment}"
        )
    reasons += _url_reasons(settings, profile, whose)
    reasons += [
        f"{whose}{key} is present: a production key must not be in reach of a drill; "
        f"remove it from {profile.paths.environment} and from the environment"
        for key in venue.live_keys
        if is_filled(settings.get(key))
    ]
    reasons += [
        f"{whose}{key} is missing: put the testnet's key into {profile.paths.environment}"
        for key in (venue.key, venue.secret)
        if not is_filled(settings.get(key))
    ]
    return reasons


def _url_reasons(settings: Settings, profile: Profile, whose: str) -> list[str]:
    venue = profile.venue
    url = settings.get(venue.url_key) or venue.url_default
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return [f"{whose}{venue.url_key} is no address: set it to {venue.url_default}"]
    if is_production(host):
        # A profile is a file of the guarded project: it cannot make production a testnet.
        return [f"{whose}{venue.url_key} leads to {host}, which is production: set it to {venue.url_default}"]
    if host in venue.hosts and parts.scheme == "https":
        return []
    if host in LOOPBACK and is_sandbox(profile):
        return []
    return [f"{whose}{venue.url_key} leads to {host or 'nowhere'}, no testnet: set it to {venue.url_default}"]


def is_production(host: str) -> bool:
    """Every host of the exchange at any depth but its testnet's, which has one name."""
    name = host.rstrip(".")
    return _PRODUCTION.fullmatch(name) is not None and _TESTNET.fullmatch(name) is None


def is_sandbox(profile: Profile) -> bool:
    """Whether the profile is a sandbox's, whose exchange stands on loopback."""
    return bool(profile.world.file or profile.world.home or profile.world.inbox)


def running_bots(project: Path, profile: Profile) -> tuple[int, ...]:
    """The pids of the project's bots, from /proc as it is now.

    A process that looks like the bot and hides its folder counts: what cannot be seen proves nothing.
    """
    recogniser = Recogniser(project, profile.bot.scripts)
    found = []
    for pid in sorted(procfs.pids()):
        try:
            if recogniser.is_bot(pid, procfs.argv(pid)):
                found.append(pid)
        except PermissionError:
            found.append(pid)
    return tuple(found)


def bot_reasons(project: Path, profile: Profile, pid: int) -> list[str]:
    """What a running bot was started with that does not prove testnet; what is hidden is a reason too."""
    whose = f"the running bot (pid {pid}): "
    arguments = procfs.argv(pid)
    try:
        environ = procfs.environ(pid)
    except PermissionError:
        return [f"{whose}its environment cannot be read: run the console as the bot's user"]
    except OSError:
        return [f"{whose}it ended while it was looked at: ask again"]
    if not arguments:
        return [f"{whose}its arguments cannot be read: ask again"]
    reasons = [
        f"{whose}it was started with {argument}: stop it, and start it for testnet"
        for argument in _live_arguments(arguments)
    ]
    return reasons + settings_reasons(effective(project, profile, environ), profile, whose)


def _live_arguments(arguments: tuple[str, ...]) -> list[str]:
    """`--prod`, `--live=yes`, `--env production`, `--environment=live`: whatever asks for the real market."""
    found = []
    for place, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        following = arguments[place + 1] if place + 1 < len(arguments) else ""
        if name in LIVE_ARGUMENTS:
            found.append(argument)
        elif name in ("--env", "--environment", "--mode") and (value or following).lower() in LIVE_WORDS:
            found.append(f"{name} {value or following}")
    return found


async def _probe_reasons(worker: Worker | None, profile: Profile) -> list[str]:
    key = profile.venue.key
    if worker is None:
        return ["no signed request was made: the exchange worker is missing"]
    answer = await worker.ask({"do": "probe"})
    if answer.get("ok"):
        return []
    error = str(answer.get("error", "no answer"))
    if answer.get("kind") == "denied":
        return [
            f"the testnet refused {key} ({error}): make a new key there and put it into the environment file"
        ]
    down = f"{DOWN}: " if answer.get("kind") in AWAY else ""
    return [f"{down}the testnet could not be asked ({error}): try again when it answers"]


class Mint:
    """Makes the tokens that a destructive effect needs, one for one attempt, and takes each back once."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}

    def mint(self, attempt: str, proof: Proof) -> str:
        """A token for this attempt; empty, which redeems nothing, when testnet is not proven."""
        if not proof.proven:
            return ""
        token = secrets.token_hex(16)
        self._given[token] = attempt
        return token

    def redeem(self, token: str, attempt: str) -> bool:
        """Whether the token was minted for this attempt and not used; asking uses it up, right or wrong."""
        return self._given.pop(token, None) == attempt
