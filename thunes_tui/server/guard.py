"""The production guard: PROVEN TESTNET, or NOT PROVEN with every reason.

It answers from effective values, from what the running bots were started with, from the keys that are
present, and from a signed request. Whatever it cannot see is a reason. No switch, file or runbook bypasses
it, and nothing secret stands in a reason.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from thunes_tui.clock import Clock, hhmmss
from thunes_tui.config import Profile
from thunes_tui.drill.venue import DOWN, is_down
from thunes_tui.server.environment import Settings, effective, is_filled
from thunes_tui.sources import procfs
from thunes_tui.sources.recognise import Recogniser

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LIVE_ARGUMENTS = ("--prod", "--production", "--live", "--mainnet", "--real")
LIVE_WORDS = ("live", "prod", "production", "mainnet", "real")
AWAY = ("down", "timeout")
"""Kinds of an exchange worker's answer that say nothing but that the exchange does not answer."""
AGAIN = ": ask again"
"""How a reason ends that is of this look alone; the guard does so by itself before it says so."""
LOOKS = 3
_PRODUCTION = re.compile(r"(?:.+\.)?binance\.(?:com|us|vision)", re.IGNORECASE)
_TESTNET = re.compile(r"(?:.+\.)?testnet\.binance\.vision", re.IGNORECASE)


class Worker(Protocol):
    async def ask(self, question: dict[str, Any]) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Proof:
    """The guard's answer; without a reason against it, testnet is proven."""

    proven: bool
    reasons: tuple[str, ...] = ()
    earlier: str = ""
    """Not proven now for an exchange that is down alone, but proven before, with all that can be seen without
    it unchanged: when that was. It stands for a signal to the drilled bot, and for nothing else."""
    settings: Settings | None = field(default=None, compare=False, repr=False)
    """The effective ones that were looked at."""


class Guard:
    """One session's: asks `prove`, and remembers what a signed probe has proven last."""

    def __init__(
        self, project: Path, profile: Profile, environ: Mapping[str, str], worker: Worker | None, clock: Clock
    ) -> None:
        self._project, self._profile = project, profile
        self._environ = environ
        self._worker = worker
        self._clock = clock
        self._last: tuple[str, Settings] | None = None
        """Time of day and settings of the last proof; None once anything but silence has come after it."""

    async def prove(self) -> Proof:
        """Whether everything that the drill can reach is a testnet, now."""
        for _ in range(LOOKS):
            bots = await asyncio.to_thread(running_bots, self._project, self._profile)
            proof = await prove(self._project, self._profile, self._environ, bots, self._worker)
            if proof.proven or not all(reason.endswith(AGAIN) for reason in proof.reasons):
                break  # a bot that ends just now is no objection: who runs is looked up anew
        if proof.proven and proof.settings is not None:
            self._last = f"{hhmmss(self._clock.now().t)} UTC", proof.settings
        elif not is_down(proof.reasons):
            self._last = None
        return proof

    async def prove_for(self, pid: int, start: int) -> Proof:
        """The same for a signal to one process: a bot that hangs must be stoppable without the exchange.

        Where its silence is the one objection, an earlier proof of this very server stands for the drilled
        bot, if its settings and the bot's own are the same ones.
        """
        proof = await self.prove()
        if proof.proven or not is_down(proof.reasons):
            return proof
        if self._last is None:
            return replace(proof, reasons=(*proof.reasons, f"{DOWN}, and no probe has proven testnet before"))
        at, settings = self._last
        against = await asyncio.to_thread(
            changed_since, self._project, self._profile, self._environ, settings, (pid, start)
        )
        if against:
            return replace(proof, reasons=(*proof.reasons, f"{DOWN}, and {against}"))
        return replace(proof, earlier=f"PROVEN earlier at {at} by signed probe; settings unchanged since")


def changed_since(
    project: Path, profile: Profile, environ: Mapping[str, str], proven: Settings, who: tuple[int, int]
) -> str:
    """Why settings that were proven before do not vouch for this process; empty when they do.

    `who` is its pid and start. All of it is looked at again: it must be a bot of the project, started for
    testnet, with the address and the keys that the probe was signed with.
    """
    pid, start = who
    if pid not in running_bots(project, profile):
        return f"process {pid} is not the drilled bot: an earlier proof is for that alone"
    if effective(project, profile, environ) != proven:
        return f"{profile.paths.environment} has changed since testnet was proven"
    reasons = bot_reasons(project, profile, pid)
    if reasons:
        return reasons[0]
    try:
        own = effective(project, profile, procfs.environ(pid))
    except OSError:
        return f"the running bot (pid {pid}): it ended while it was looked at{AGAIN}"
    venue = profile.venue
    names = (venue.url_key, venue.key, venue.secret, venue.environment_key)
    other = [name for name in names if own.get(name) != proven.get(name)]
    if other:
        return f"the running bot (pid {pid}): its {other[0]} is not the one that was proven"
    known = procfs.stat(pid)
    if known is None or known.dead or known.start != start:
        return f"process {pid} is not the one that was chosen{AGAIN}"
    return ""


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
            reasons.append(f"{profile.paths.environment} changed while the guard looked{AGAIN}")
    return Proof(not reasons, tuple(dict.fromkeys(reasons)), settings=settings)


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
        return [f"{whose}it ended while it was looked at{AGAIN}"]
    if not arguments:
        return [f"{whose}its arguments cannot be read{AGAIN}"]
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
        if not proof.proven and not proof.earlier:
            return ""
        token = secrets.token_hex(16)
        self._given[token] = attempt
        return token

    def redeem(self, token: str, attempt: str) -> bool:
        """Whether the token was minted for this attempt and not used; asking uses it up, right or wrong."""
        return self._given.pop(token, None) == attempt
