"""A bot that hangs while the exchange is down: what was proven before stands for it, and for nothing else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.server.checkout_rig import ENVIRON, make_checkout, started
from tests.server.test_guard import LIVE, Answers
from thunes_tui.clock import Clock
from thunes_tui.config import Profile
from thunes_tui.drill.venue import is_down
from thunes_tui.server.guard import Guard, Mint, Proof
from thunes_tui.sources import procfs

DOWN = {"ok": False, "kind": "down", "error": "connection refused"}
AT = Clock(lambda: 1_760_006_535_000_000, lambda: 0)
SAID = "PROVEN earlier at 10:42:15 UTC by signed probe; settings unchanged since"


class Case:
    """A checkout whose testnet was proven, and whose exchange is down now."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.project = make_checkout(folder)
        self.worker = Answers()
        self.guard = Guard(self.project, Profile(), environ, self.worker, AT)

    async def proven_then_down(self) -> None:
        assert (await self.guard.prove()).proven
        self.worker.answer = DOWN

    async def of(self, pid: int, start: int = 0) -> Proof:
        known = procfs.stat(pid)
        return await self.guard.prove_for(pid, start or (known.start if known is not None else 1))

    async def refuses(self, words: str, pid: int, start: int = 0) -> None:
        proof = await self.of(pid, start)
        assert (proof.proven, proof.earlier) == (False, ""), proof
        assert words in " ".join(proof.reasons), proof.reasons
        assert Mint().mint("signal 1", proof) == ""


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path, {})


async def test_the_drilled_bot_can_be_signalled_and_the_answer_says_on_what_that_stands(case: Case) -> None:
    async with started(case.project) as bot:
        await case.proven_then_down()
        proof = await case.of(bot.pid)
        assert (proof.proven, proof.earlier) == (False, SAID)
        assert Mint().mint("signal 1", proof)
        assert is_down(proof.reasons), "for a step it is what it was: an exchange that is down"
        step = await case.guard.prove()
        assert (step.proven, step.earlier) == (False, "")
        assert Mint().mint("T3.S3#1", step) == ""


async def test_an_exchange_that_answers_is_asked_and_nothing_earlier_counts(case: Case) -> None:
    async with started(case.project) as bot:
        assert (await case.of(bot.pid)) == Proof(proven=True)


async def test_a_bot_that_ends_while_it_is_looked_at_is_no_objection(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = iter([[2**22 + 1], [], []])
    monkeypatch.setattr("thunes_tui.server.guard.running_bots", lambda *_: next(found))
    assert (await case.guard.prove()).proven


async def test_what_was_never_proven_is_not_now(case: Case) -> None:
    case.worker.answer = DOWN
    async with started(case.project) as bot:
        await case.refuses("no probe has proven testnet before", bot.pid)


async def test_a_probe_that_was_refused_takes_the_proof_away(case: Case) -> None:
    async with started(case.project) as bot:
        await case.proven_then_down()
        case.worker.answer = {"ok": False, "kind": "denied", "error": "-2015"}
        await case.refuses("refused BINANCE_TESTNET_API_KEY", bot.pid)
        case.worker.answer = DOWN
        await case.refuses("no probe has proven testnet before", bot.pid)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ANYTHING=else\n", ".env has changed"),
        ("BINANCE_TESTNET_API_KEY=" + "n" * 64 + "\n", ".env has changed"),
        ("ENVIRONMENT=live\n", "ENVIRONMENT is 'live'"),
        ("BINANCE_TESTNET_BASE_URL=https://api.binance.com\n", "which is production"),
        (f"BINANCE_API_KEY={LIVE}\n", "BINANCE_API_KEY is present"),
    ],
)
async def test_a_changed_setting_refuses(case: Case, line: str, words: str) -> None:
    async with started(case.project) as bot:
        await case.proven_then_down()
        with (case.project / ".env").open("a") as file:
            file.write(line)
        await case.refuses(words, bot.pid)


@pytest.mark.parametrize(
    ("arguments", "environ", "words"),
    [
        (("--prod",), {}, "it was started with --prod"),
        ((), {"ENVIRONMENT": "live"}, "ENVIRONMENT is 'live'"),
        ((), {"BINANCE_API_KEY": LIVE}, "BINANCE_API_KEY is present"),
        ((), {"BINANCE_TESTNET_BASE_URL": "https://api.binance.com"}, "which is production"),
        ((), {"BINANCE_TESTNET_API_KEY": "x" * 64}, "BINANCE_TESTNET_API_KEY is not the one that was proven"),
        ((), {"BINANCE_TESTNET_API_SECRET": "x" * 64}, "BINANCE_TESTNET_API_SECRET is not the one"),
        ((), {"ENVIRONMENT": "sandbox"}, "ENVIRONMENT is "),
    ],
)
async def test_a_bot_that_was_started_otherwise_refuses(
    case: Case, arguments: tuple[str, ...], environ: dict[str, str], words: str
) -> None:
    await case.proven_then_down()
    async with started(case.project, *arguments, environ={**ENVIRON, **environ}) as bot:
        await case.refuses(words, bot.pid)
        assert LIVE not in str(await case.of(bot.pid))


async def test_a_second_bot_on_production_refuses_the_first(case: Case) -> None:
    async with started(case.project) as bot:
        await case.proven_then_down()
        async with started(case.project, "--live"):
            await case.refuses("it was started with --live", bot.pid)


async def test_it_is_for_the_bot_alone(case: Case) -> None:
    async with started(case.project):
        await case.proven_then_down()
        await case.refuses("is not the drilled bot", os.getpid())


async def test_another_process_of_the_same_number_and_one_that_is_gone_refuse(case: Case) -> None:
    async with started(case.project) as bot:
        await case.proven_then_down()
        await case.refuses("is not the one that was chosen", bot.pid, start=1)
    await case.refuses("is not the drilled bot", bot.pid, start=1)


async def test_a_bot_whose_environment_is_hidden_refuses(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def hidden(_pid: int) -> dict[str, str]:
        raise PermissionError

    async with started(case.project) as bot:
        await case.proven_then_down()
        monkeypatch.setattr(procfs, "environ", hidden)
        await case.refuses("its environment cannot be read", bot.pid)
