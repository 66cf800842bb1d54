"""What a crash of anything leaves: a sane terminal, the step going on, the bot alive, nothing lost."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.way import ANSWER_S, CONSOLE, drilled_sandbox, end_shells
from tests.rig.glass import Glass
from thunes_tui.journal.reader import records
from thunes_tui.sandbox import process
from thunes_tui.sandbox.place import Place, started

LINES = 400
DOCUMENT = f"""\
# A drill of survival

## Test 1: Lines (5 minutes)

**Step 1: Count**

```bash
FRUIT=pear; sleep 300 & for n in $(seq 1 {LINES}); do echo "line $n of {LINES}"; sleep 0.01; done
```

**Step 2: After**

```bash
echo "fruit is $FRUIT"; jobs
```

- [ ] It counted
"""


@pytest.fixture(scope="module")
def drilled() -> Iterator[tuple[Place, dict[str, str], Path]]:
    with drilled_sandbox() as (place, env):
        document = place.project / "scripts" / "survival.md"
        document.write_text(DOCUMENT, encoding="utf-8")
        yield place, env, document


@pytest.fixture(autouse=True)
def same_person(drilled: tuple[Place, dict[str, str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The folders that the module's world sees, not those of a single test."""
    for name, value in drilled[1].items():
        monkeypatch.setenv(name, value)


def console(place: Place, env: dict[str, str], *more: str, size: tuple[int, int] = (160, 44)) -> Glass:
    argv = [*CONSOLE, "drill", "--project", str(place.project), *more]
    return Glass(argv, size=size, env=env)


def into_the_first_step(glass: Glass) -> None:
    for offered in ("run the pre-flight", "begin the preparation", "begin Test 1", "run step 1.1"):
        accept(glass, offered)
    glass.expect("line 20 of")


def accept(glass: Glass, offered: str) -> None:
    """Enter as soon as it offers this; again should it have been too soon to be read."""
    glass.expect(f"Enter  {offered}")
    end = time.perf_counter()

    def taken() -> bool:
        nonlocal end
        if any(f"Enter  {offered}" in row for row in glass.screen.text()):
            if time.perf_counter() >= end:
                glass.press("enter")
                end = time.perf_counter() + ANSWER_S
            return False
        return True

    glass.until(taken, f"{offered}: taken")


def children(pid: int) -> list[int]:
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def journal(env: dict[str, str]) -> Path:
    newest = max((Path(env["XDG_STATE_HOME"]) / "thunes-tui" / "sessions").iterdir(), key=lambda p: p.name)
    return newest / "journal.jsonl"


def shell_text(path: Path) -> str:
    return "".join(str(r.data.get("text") or "") for r in records(path) if r.kind == "shell.output")


def end(env: dict[str, str]) -> None:
    """The session's server in order, then whatever is left of it."""
    subprocess.run([*CONSOLE, "stop"], env={**os.environ, **env}, capture_output=True)
    end_shells(env)


def test_kill_9_of_the_screen_in_mid_step(drilled: tuple[Place, dict[str, str], Path]) -> None:
    place, env, document = drilled
    try:
        with console(place, env, "--runbook", str(document), "--new") as glass:
            into_the_first_step(glass)
            screen = children(glass.pid)
            assert len(screen) == 1
            os.kill(screen[0], signal.SIGKILL)
            killed = time.perf_counter()
            glass.wait()
            assert time.perf_counter() - killed < 2
            assert glass.left_behind() == {}
            way = re.search(r"come back with: (.+) drill --session", glass.text())
            assert way is not None
            assert shutil.which(way[1].split()[0]), "a command that is there"
        with console(place, env) as again:
            again.expect("CHECKLIST")
            again.expect("1.1 Count")
            again.expect(f"line {LINES} of {LINES}")
            again.press("q")
            again.wait()
            assert again.left_behind() == {}
        text = shell_text(journal(env))
        numbers = [int(n) for n in re.findall(rf"line (\d+) of {LINES}\b", text)]
        assert numbers == list(range(1, LINES + 1)), "no line lost or doubled"
    finally:
        end(env)


def test_kill_9_of_the_server_in_mid_step(drilled: tuple[Place, dict[str, str], Path]) -> None:
    place, env, document = drilled
    try:
        with console(place, env, "--runbook", str(document), "--new") as glass:
            into_the_first_step(glass)
            glass.press("n")
            glass.expect("note")
            glass.press(*"acknowledged")
            glass.expect("acknowledged")
            glass.press("enter")
            glass.until(
                lambda: "acknowledged" in journal(env).read_text(encoding="ascii"), "the note on disk"
            )
            server = int((journal(env).parent / "lock").read_text(encoding="ascii").split()[0])
            ticks = started(server)
            assert ticks is not None
            process.end(server, ticks, signal.SIGKILL)
            glass.expect("gone")
            glass.press("q")
            glass.wait()
            assert glass.left_behind() == {}
            assert "the session was interrupted; come back with: " in glass.text()
        with console(place, env) as again:
            again.expect("UNKNOWN")
            again.expect(f"line {LINES} of {LINES}")
            again.press("s")
            again.expect("because")
            again.press(*"seen to end")
            again.expect("seen to end")
            again.press("enter")
            accept(again, "run step 1.2")
            again.expect("fruit is pear")
            again.expect("sleep 300")
            again.press("q")
            again.wait()
        kinds = [record.kind for record in records(journal(env))]
        assert "step.unknown" in kinds
        assert "acknowledged" in journal(env).read_text(encoding="ascii")
    finally:
        end(env)


def test_a_bot_started_in_the_shell_outlives_the_console_and_its_server(
    drilled: tuple[Place, dict[str, str], Path],
) -> None:
    place, env, document = drilled
    try:
        with console(place, env, "--runbook", str(document), "--new") as glass:
            glass.expect("run the pre-flight")
            glass.press("c")
            glass.expect("SHELL")
            glass.press(*"(sleep 247; echo done) &", "enter")
            glass.press(*"sleep 248 &", "enter")
            glass.expect("[2]")
            glass.press("f12")
            glass.expect("COMMAND")
            glass.press("q")
            glass.wait()
            assert glass.left_behind() == {}
        pids = sleeping("248")
        assert len(pids) == 1
        stopped = subprocess.run(
            [*CONSOLE, "stop"], env={**os.environ, **env}, capture_output=True, text=True
        )
        assert stopped.returncode == 0, stopped.stderr
        assert sleeping("248") == pids
    finally:
        end(env)
    process.wait_gone(pids[0], started(pids[0]) or 0)


def sleeping(seconds: str) -> list[int]:
    found = []
    for pid in (p.name for p in Path("/proc").iterdir() if p.name.isdigit()):
        try:
            if Path(f"/proc/{pid}/cmdline").read_bytes() == f"sleep\0{seconds}\0".encode():
                found.append(int(pid))
        except OSError:
            continue
    return found


OF_OURS = "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$f 2>/dev/null; echo; done | grep -c '^thunes-tui'"


def test_the_seeds_pkill_typed_beside_a_project_of_that_name_kills_nothing_of_ours(tmp_path: Path) -> None:
    """In a process namespace of the test's own, so that the pattern reaches nothing else on this machine."""
    namespace = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if subprocess.run([*namespace, "true"], capture_output=True).returncode != 0:
        pytest.skip("this system allows no namespaces")
    project = tmp_path / "paper_trader-2"
    for folder in ("logs", "scripts", "src/live"):
        (project / folder).mkdir(parents=True)
    (project / "logs" / "paper_trader.log").write_text(
        "2025-10-09 10:00:00 - x - INFO - begun\n", encoding="utf-8"
    )
    (project / "scripts" / "disaster_recovery_drill.md").write_text(DOCUMENT, encoding="utf-8")
    (project / "src" / "live" / "paper_trader.py").write_text(
        "import time\ntime.sleep(300)\n", encoding="utf-8"
    )
    argv = [*namespace, *CONSOLE, "drill", "--project", str(project)]
    with Glass(argv, size=(160, 44), env=dict(os.environ), cwd=str(project)) as glass:
        glass.expect("run the pre-flight")
        glass.press("c")
        glass.expect("SHELL")
        glass.press(*f"{sys.executable} src/live/paper_trader.py & tail -f logs/paper_trader.log &", "enter")
        glass.expect("begun")
        glass.press(*OF_OURS, "enter")
        glass.until(
            lambda: re.search(r"^.*│\s*(\d+)\s*$", glass.text(), re.MULTILINE), "the count of our processes"
        )
        glass.press(*"clear; pkill -9 -f paper_trader; echo rc=$?", "enter")
        glass.expect("rc=0")
        glass.expect("killed by SIGKILL")
        glass.press(*"clear; echo still $((40+2)) here", "enter")
        glass.expect("still 42 here")
        glass.press(*"clear; ps ax | grep -c '[p]aper_trader'", "enter")
        glass.expect("0")
        glass.press("f12")
        glass.expect("COMMAND")
        glass.press("q")
        glass.wait()
        assert glass.left_behind() == {}
