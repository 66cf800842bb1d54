"""The production guard: proven only when everything proves it, and every reason names what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server.checkout_rig import ENVIRON, KEY, SECRET, make_checkout, started
from thunes_tui.config import Profile, Venue, World
from thunes_tui.server.environment import dotenv, effective, exchange_spec
from thunes_tui.server.guard import Mint, Proof, prove, running_bots

LIVE = "L" * 64
SANDBOX = Profile(world=World(file="world.json"))


class Answers:
    """A worker that answers so; the real one has its own tests."""

    def __init__(self, **answer: Any) -> None:
        self.answer = answer or {"ok": True, "can_trade": True}
        self.asked = 0

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert question == {"do": "probe"}
        self.asked += 1
        return self.answer


async def judge(
    project: Path,
    profile: Profile | None = None,
    environ: dict[str, str] | None = None,
    bots: tuple[int, ...] = (),
    worker: Answers | None = None,
) -> tuple[Proof, Answers]:
    answers = worker or Answers()
    return await prove(project, profile or Profile(), environ or {}, bots, answers), answers


async def test_a_testnet_checkout_is_proven(tmp_path: Path) -> None:
    proof, worker = await judge(make_checkout(tmp_path))
    assert proof == Proof(proven=True)
    assert worker.asked == 1


@pytest.mark.parametrize(
    ("env", "environ", "reason"),
    [
        ({"ENVIRONMENT": "live"}, {}, "ENVIRONMENT is 'live': set it to testnet in .env"),
        ({"ENVIRONMENT": "paper"}, {}, "ENVIRONMENT is 'paper'"),
        ({"ENVIRONMENT": ""}, {}, "ENVIRONMENT is not set"),
        ({}, {"ENVIRONMENT": "live"}, "ENVIRONMENT is 'live'"),
        ({}, {"environment": "live"}, "ENVIRONMENT is 'live'"),
        ({"BINANCE_API_KEY": LIVE}, {}, "BINANCE_API_KEY is present: a production key"),
        ({"binance_api_secret": LIVE}, {}, "BINANCE_API_SECRET is present"),
        ({}, {"BINANCE_API_KEY": LIVE}, "BINANCE_API_KEY is present"),
        ({"BINANCE_TESTNET_API_KEY": "your_testnet_api_key_here"}, {}, "BINANCE_TESTNET_API_KEY is missing"),
        ({"BINANCE_TESTNET_API_SECRET": ""}, {}, "BINANCE_TESTNET_API_SECRET is missing"),
        (
            {"BINANCE_TESTNET_BASE_URL": "https://api.binance.com"},
            {},
            "leads to api.binance.com, which is production",
        ),
        ({}, {"BINANCE_TESTNET_BASE_URL": "https://api3.binance.com"}, "which is production"),
        ({"BINANCE_TESTNET_BASE_URL": "http://testnet.binance.vision"}, {}, "no testnet"),
        (
            {"BINANCE_TESTNET_BASE_URL": "https://testnet.binance.vision@evil.example"},
            {},
            "leads to evil.example",
        ),
        ({"BINANCE_TESTNET_BASE_URL": "https://testnet.binance.vision.evil.example"}, {}, "no testnet"),
        ({"BINANCE_TESTNET_BASE_URL": "http://127.0.0.1:9000"}, {}, "leads to 127.0.0.1, no testnet"),
        ({"BINANCE_TESTNET_BASE_URL": "https://[testnet"}, {}, "is no address"),
        ({"BINANCE_TESTNET_BASE_URL": "nonsense"}, {}, "leads to nowhere"),
    ],
)
async def test_one_wrong_setting_refuses_and_no_key_is_shown_to_anyone(
    tmp_path: Path, env: dict[str, str], environ: dict[str, str], reason: str
) -> None:
    proof, worker = await judge(make_checkout(tmp_path, **env), environ=environ)
    assert not proof.proven
    assert any(reason in each for each in proof.reasons), proof.reasons
    assert worker.asked == 0
    assert not any(secret in str(proof) for secret in (LIVE, KEY, SECRET))


async def test_the_process_environment_wins_over_the_file(tmp_path: Path) -> None:
    proof, _ = await judge(make_checkout(tmp_path, ENVIRONMENT="live"), environ={"ENVIRONMENT": "testnet"})
    assert proof.proven


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            {"ok": False, "kind": "denied", "error": "-2015 Invalid API-key"},
            "the testnet refused BINANCE_TESTNET_API_KEY",
        ),
        ({"ok": False, "kind": "timeout", "error": "no answer in time"}, "could not be asked"),
        ({"ok": False, "kind": "down", "error": "refused"}, "could not be asked"),
    ],
)
async def test_an_unanswered_probe_proves_nothing(
    tmp_path: Path, answer: dict[str, Any], reason: str
) -> None:
    proof, _ = await judge(make_checkout(tmp_path), worker=Answers(**answer))
    assert not proof.proven
    assert reason in proof.reasons[0]


async def test_no_worker_and_no_env_file_prove_nothing(tmp_path: Path) -> None:
    project = make_checkout(tmp_path)
    assert not (await prove(project, Profile(), {}, (), None)).proven
    (project / ".env").unlink()
    proof, _ = await judge(project)
    assert ".env does not exist" in proof.reasons[0]


async def test_loopback_is_for_a_sandbox_alone(tmp_path: Path) -> None:
    project = make_checkout(tmp_path, "http://127.0.0.1:8123")
    assert not (await judge(project))[0].proven
    assert (await judge(project, SANDBOX))[0].proven


async def test_a_profile_cannot_make_production_a_testnet(tmp_path: Path) -> None:
    profile = Profile(venue=Venue(hosts=("api.binance.com",), test_environments=("testnet", "live")))
    url = make_checkout(tmp_path / "a", "https://api.binance.com")
    assert not (await judge(url, profile))[0].proven
    assert not (await judge(make_checkout(tmp_path / "b", ENVIRONMENT="live"), profile))[0].proven


@pytest.mark.parametrize(
    ("arguments", "environ", "reason"),
    [
        (("--prod",), {}, "it was started with --prod"),
        (("--live=yes",), {}, "it was started with --live=yes"),
        (("--env", "production"), {}, "it was started with --env production"),
        (("--symbol", "BTCUSDT"), {"ENVIRONMENT": "live"}, "ENVIRONMENT is 'live'"),
        ((), {"BINANCE_API_KEY": LIVE}, "BINANCE_API_KEY is present"),
        ((), {"BINANCE_TESTNET_BASE_URL": "https://api.binance.com"}, "which is production"),
    ],
)
async def test_a_running_bot_speaks_for_itself(
    tmp_path: Path, arguments: tuple[str, ...], environ: dict[str, str], reason: str
) -> None:
    project = make_checkout(tmp_path)
    async with started(project, *arguments, environ={**ENVIRON, **environ}) as bot:
        proof, worker = await judge(project, bots=(bot.pid,))
    assert any(f"the running bot (pid {bot.pid}): " in each and reason in each for each in proof.reasons)
    assert (proof.proven, worker.asked) == (False, 0)
    assert LIVE not in str(proof)


async def test_a_testnet_bot_is_no_reason_and_one_that_is_gone_is(tmp_path: Path) -> None:
    project = make_checkout(tmp_path)
    async with started(project, "--symbol", "BTCUSDT", "--side", "BUY") as bot:
        assert (await judge(project, bots=(bot.pid,)))[0].proven
    proof, _ = await judge(project, bots=(bot.pid,))
    assert not proof.proven
    assert "ask again" in proof.reasons[0]


def test_a_token_is_for_one_attempt_and_one_time() -> None:
    mint, good = Mint(), Proof(proven=True)
    token = mint.mint("T3.S2#1", good)
    assert mint.redeem(token, "T3.S2#1")
    assert not mint.redeem(token, "T3.S2#1")
    other = mint.mint("T3.S2#2", good)
    assert not mint.redeem(other, "T3.S2#3")
    assert not mint.redeem(other, "T3.S2#2"), "a token tried on another attempt is used up"
    assert not mint.redeem("", "T3.S2#2")
    assert mint.mint("T3.S2#1", Proof(proven=False, reasons=("x",))) == ""
    assert not mint.redeem("", "T3.S2#1")


def test_dotenv_reads_what_people_write(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# A=1\nexport B = 'x # y'\nC=plain # remark\nd=\"q\"\nnonsense\nE=\nF=a#b\n")
    assert dotenv(path) == {"B": "x # y", "C": "plain", "D": "q", "E": "", "F": "a#b"}


def test_the_workers_spec_is_the_effective_one_and_never_prints_its_keys(tmp_path: Path) -> None:
    project = make_checkout(tmp_path, "http://127.0.0.1:1/")
    spec = exchange_spec(project, SANDBOX, {"BINANCE_TESTNET_API_KEY": "over"})
    assert (spec.url, spec.key, spec.secret) == ("http://127.0.0.1:1", "over", SECRET)
    assert SECRET not in repr(spec)
    assert SECRET not in repr(effective(project, SANDBOX, {}))


@pytest.mark.parametrize(
    "host",
    ["api.binance.com", "papi.binance.com", "ws-api.binance.com", "api.eu.binance.us", "binance.com",
     "data-api.binance.vision", "data.binance.vision", "api.binance.com.", "FAPI.Binance.com",
     "testnet.binance.com"],
)  # fmt: skip
async def test_any_other_host_of_the_exchange_is_production_whatever_the_profile_says(
    tmp_path: Path, host: str
) -> None:
    profile = Profile(venue=Venue(hosts=(host, host.lower())))
    proof, worker = await judge(make_checkout(tmp_path, f"https://{host}"), profile)
    assert "which is production" in proof.reasons[0]
    assert worker.asked == 0


async def test_the_running_bots_are_looked_up_and_not_remembered(tmp_path: Path) -> None:
    project, other = make_checkout(tmp_path / "p"), make_checkout(tmp_path / "q")
    assert running_bots(project, Profile()) == ()
    async with started(project, "--symbol", "BTCUSDT") as bot, started(other):
        assert running_bots(project, Profile()) == (bot.pid,)


async def test_a_file_edited_while_the_guard_looks_proves_nothing(tmp_path: Path) -> None:
    project = make_checkout(tmp_path)

    class Editing(Answers):
        async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
            with (project / ".env").open("a") as file:
                file.write(f"\nBINANCE_API_KEY={LIVE}\n")
            return await super().ask(question)

    proof, worker = await judge(project, worker=Editing())
    assert (proof.proven, worker.asked) == (False, 1)
    assert "changed while the guard looked" in proof.reasons[0]
