"""Run in a PID namespace of its own: a whole session beside its bot, and the seed's `pkill` lines verbatim.

Everything of ours stands in the same namespace as the bot, as on a real box, so that nothing but our own
neutral names keeps the pattern from hitting us: this process, from which server and keeper are forked, is
called with the pattern among its arguments. Told on stdout: one JSON object of what befell whom.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.rig.glass import Glass
from tests.server.session_rig import Player, Session, private_dirs, runbook, sandbox, session
from thunes_tui import intents
from thunes_tui.drill.model import DrillState
from thunes_tui.sandbox import namespace
from thunes_tui.sandbox.bot import bot_environment
from thunes_tui.sandbox.place import Place
from thunes_tui.sources import procfs
from thunes_tui.title import neutralise

LINES = {"T1.S1": "pkill -TERM -f paper_trader", "T1.S2": "pkill -9 -f paper_trader"}
"""The seed's: of the emergency's two, and the drill's own, which is the second one's text again."""
ORDER = ("T1.S1", "T1.S2", "T1.S2")
SIGNAL = {"T1.S1": signal.SIGTERM, "T1.S2": signal.SIGKILL}
DOCUMENT = "# Kills\n\n## Test 1: Kill (5 minutes)\n\n" + "".join(
    f"**Step {number}: Kill**\n\n```bash\n{line}\n```\n\n" for number, line in enumerate(LINES.values(), 1)
)
WAITS = "import time\nprint('up', flush=True)\ntime.sleep(600)\n"


class Round:
    """The bot, and an operator's tail and editor beside it."""

    def __init__(self, place: Place, root: Path) -> None:
        self._place = place
        self.editor = root / "vim"
        shutil.copy(shutil.which("tail") or "", self.editor)
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        project = self._place.project
        for role, argv in {
            "bot": (str(project / ".venv/bin/python"), "src/live/paper_trader.py", "--symbol", "BTCUSDT"),
            "log tail": ("tail", "-f", "logs/paper_trader.log"),
            "editor": (str(self.editor), "-f", "src/live/paper_trader.py"),
        }.items():
            quiet = subprocess.DEVNULL
            self.running[role] = subprocess.Popen(
                argv, cwd=project, env=bot_environment(self._place), stdin=quiet, stdout=quiet, stderr=quiet
            )

    def ended(self) -> dict[str, int]:
        """Who of them ended, by what; all of them are hit, and that was said before."""
        return {role: -process.wait(20) for role, process in self.running.items()}


def alone() -> None:
    raise OSError("this sandbox shares the namespace of everything else here")


def ours(made: Session, state: DrillState, console: int) -> dict[str, tuple[int, int]]:
    """Server, keeper, shell, launcher and console, by pid and start."""
    keeper = procfs.stat(state.shell.pid)
    assert keeper is not None
    below = [
        each for pid in procfs.pids() if (each := procfs.read(pid)) is not None and each.parent == console
    ]
    found = {
        "server": made.server_pid,
        "keeper": keeper.parent,
        "shell": state.shell.pid,
        "launcher": console,
    }
    found["console"] = below[0].pid
    return {name: (pid, _start(pid)) for name, pid in found.items()}


def _start(pid: int) -> int:
    known = procfs.stat(pid)
    return 0 if known is None or known.dead else known.start


async def one_round(player: Player, beside: Round, step: str, told: dict[str, int]) -> None:
    """The line runs verbatim, after a preview that says exactly whom it hits."""
    beside.start()
    bot = beside.running["bot"].pid
    await player.until(lambda s: [b.pid for b in s.bots] == [bot], "the bot was found")
    await player.until(lambda s: s.shell.alive and not s.shell.running)
    again = player.state.steps[step].status != "pending"
    player.link.ask(intents.RunStep(step, again=again))
    state = await player.until(lambda s: s.steps[step].status not in ("pending", "requested", "done"))
    held = state.steps[step]
    assert held.status == "held", held
    expected = {f"{process.pid} {role}" for role, process in beside.running.items()}
    told["previewed"] += {line.partition(":")[0] for line in held.victims} == expected
    assert held.confirm == "paper_trader", held
    await player.ask(intents.ConfirmStep(step, held.confirm), lambda s: s.steps[step].status == "done")
    told["killed"] += set(beside.ended().values()) == {SIGNAL[step]}
    state = await player.until(lambda s: not s.bots, "the bot's death was seen")
    dead = next(p for p in state.processes if p.pid == bot)
    told["seen"] += dead.signal in (SIGNAL[step], None)


async def play(place: Place, made: Session, root: Path, rounds: int) -> dict[str, int]:
    told = {"rounds": rounds, "previewed": 0, "killed": 0, "seen": 0, "spared": 0}
    player = await Player.join(made)
    await player.pass_preflight()
    await player.ask(intents.StartTest("T1"), lambda s: s.tests["T1"].status == "running")
    (place.project / "src/live/paper_trader.py").write_text(WAITS)
    beside = Round(place, root)
    for bot in player.state.bots:
        os.kill(bot.pid, signal.SIGKILL)
    await player.until(lambda s: not s.bots)
    attach = [sys.executable, "-m", "thunes_tui", "attach", made.spec.session, "--role", "witness"]
    glass = Glass(attach, size=(160, 40), env=dict(os.environ), cwd=str(place.project))
    try:
        await asyncio.to_thread(glass.expect, "PROCESSES")
        for number in range(rounds):
            before = ours(made, player.state, glass.pid)
            await one_round(player, beside, ORDER[number % len(ORDER)], told)
            told["spared"] += all(start and _start(pid) == start for pid, start in before.values())
            glass.pump()
    finally:
        glass.close()
        await player.close()
    return told


def main() -> None:
    if os.getpid() != 1:
        raise SystemExit("this kills by name: run it as the first process of a PID namespace")
    neutralise()  # as the command line does first of all: what is forked from here on inherits it
    namespace.leave = alone
    with ExitStack() as stack:
        root = stack.enter_context(private_dirs())
        place = stack.enter_context(sandbox(root, bot=True))
        document = runbook(place.project, DOCUMENT)
        made = stack.enter_context(session(place.project, document))
        print(json.dumps(asyncio.run(play(place, made, root, int(sys.argv[1])))))


if __name__ == "__main__":
    main()
