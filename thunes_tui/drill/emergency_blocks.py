"""The seed's emergency commands as blocks that can be run: on the profile's paths, and with nothing lost."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from shlex import quote

from thunes_tui.clock import to_iso
from thunes_tui.drill.emergencies import Emergency
from thunes_tui.drill.model import DrillState

SIDE = ("journal", "wal")
"""What SQLite may keep beside a database and needs to read it."""
GONE_S = 10
"""Between SIGTERM and SIGKILL, as in the seed."""
INTEGRITY = """\
python3 - <<'EOF'
import pathlib, sqlite3, sys
path = pathlib.Path({path!r})
if not path.is_file():
    print(f'there is no database at {{path}}')
    sys.exit(2)
try:
    base = sqlite3.connect(path.as_uri() + '?mode=ro', uri=True, timeout=5)
    found = [row[0] for row in base.execute('PRAGMA integrity_check(10)')]
except sqlite3.OperationalError as error:
    print(f'it cannot be checked: {{error}}')
    sys.exit(2)
except sqlite3.DatabaseError as error:
    found = [f'corrupted: {{error}}']
print(*found, sep='\\n')
sys.exit(found != ['ok'])
EOF
"""
VALIDATE = """\
python3 - <<'EOF'
import json, sys
bad = i = at = 0
try:
    lines = open({path!r}, 'rb')
except OSError as error:
    print(f'it cannot be checked: {{error}}')
    sys.exit(2)
with lines as f:
    for i, line in enumerate(f, 1):
        try:
            json.loads(line)
        except ValueError as e:
            bad += 1
            if bad <= 20:
                print(f'Line {{i}} corrupted (byte {{at}}): {{e}}')
        at += len(line)
print(f'lines: {{i}}, corrupted: {{bad}}')
sys.exit(bad > 0)
EOF
"""


def stamp(emergency: Emergency) -> str:
    """When it began, as a part of a file's name: `20251009T104215Z`."""
    text = to_iso(emergency.since.t)
    return f"{text[:19].replace('-', '').replace(':', '')}Z"


def kept_as(state: DrillState, emergency: Emergency, attempt: int) -> str:
    """The name under which that attempt keeps the damaged file: each has its own."""
    path = state.paths.get("database" if emergency.kind == "database" else "audit", "")
    return f"{path}.damaged-{stamp(emergency)}" + (f"-{attempt}" if attempt > 1 else "")


def kept(state: DrillState, emergency: Emergency) -> str:
    """Where the damaged file lies that was set aside."""
    return kept_as(state, emergency, max(emergency.item("aside").attempt, 1))


def backup(state: DrillState) -> str:
    """Where the seed looks for one."""
    return f"{state.paths.get('database', '')}.backup"


def evidence(state: DrillState, emergency: Emergency, item: str) -> tuple[str, ...]:
    """The files whose hash is to be on record before the item runs; those that are not there are left out."""
    if emergency.kind == "audit":
        return (state.paths.get("audit", ""),) if item in ("validate", "aside") else ()
    if emergency.kind != "database":
        return ()
    database = state.paths.get("database", "")
    whole = (database, *(f"{database}-{each}" for each in SIDE))
    named = {
        "check": whole,
        "aside": whole,
        "restore": (backup(state), kept(state, emergency)),
        "reinitialise": (kept(state, emergency),),
        "again": (database,),
    }
    return named.get(item, ())


def block(state: DrillState, emergency: Emergency, item: str, attempt: int) -> str:
    """The text that this attempt runs; empty for an item that is no block."""
    made = BLOCKS.get((emergency.kind, item)) or BLOCKS.get(("", item))
    return made(state, emergency, attempt) if made is not None else ""


def _entered(state: DrillState) -> str:
    """Goes into the project and its environment."""
    return state.paths.get("enter") or f"cd {quote(state.paths.get('project', '.'))}"


def _apart(body: str) -> str:
    """In a shell of its own that ends at the first failure: the drill's keeps its folder and variables."""
    return f"(\nset -e\n{body.rstrip()}\n)\n"


def _check(state: DrillState, _emergency: Emergency, _attempt: int) -> str:
    return INTEGRITY.format(path=state.paths.get("database", ""))


def _move_aside(state: DrillState, emergency: Emergency, attempt: int) -> str:
    path, name = state.paths.get("database", ""), kept_as(state, emergency, attempt)
    lines = [f"test ! -e {quote(name)}", f"mv -n {quote(path)} {quote(name)}"]
    for each in SIDE:
        old, new = quote(f"{path}-{each}"), quote(f"{name}-{each}")
        lines.append(f"if [ -e {old} ]; then mv -n {old} {new}; fi")
    return _apart("\n".join([*lines, f"test ! -e {quote(path)}", f"ls -l {quote(name)}"]))


def _clear(state: DrillState) -> str:
    """Nothing of the damaged one stands there: SQLite would play its journal into the new one."""
    path = state.paths.get("database", "")
    return "\n".join(f"test ! -e {quote(each)}" for each in (path, *(f"{path}-{end}" for end in SIDE)))


def _restore(state: DrillState, _emergency: Emergency, _attempt: int) -> str:
    path = quote(state.paths.get("database", ""))
    return _apart(f"{_clear(state)}\ncp -n {quote(backup(state))} {path}\nls -l {path}")


def _reinitialise(state: DrillState, _emergency: Emergency, _attempt: int) -> str:
    path = quote(state.paths.get("database", ""))
    made = 'python -c "from src.models.position import PositionTracker; pt = PositionTracker()"'
    return _apart(f"{_clear(state)}\n{_entered(state)}\n{made}\nls -l {path}")


def _validate(state: DrillState, _emergency: Emergency, _attempt: int) -> str:
    return VALIDATE.format(path=state.paths.get("audit", ""))


def _copy_aside(state: DrillState, emergency: Emergency, attempt: int) -> str:
    path, name = quote(state.paths.get("audit", "")), quote(kept_as(state, emergency, attempt))
    return _apart(f"test ! -e {name}\ncp -n -p {path} {name}\nsha256sum {path} {name}")


def _locking(state: DrillState, _emergency: Emergency, _attempt: int) -> str:
    folder = posixpath.dirname(state.paths.get("risk_manager", "src/risk/manager.py")) or "."
    found = f"grep -rnE 'fcntl|threading|Lock\\(' --include='*.py' {quote(folder)}"
    return f"(\n{_entered(state)}\n{found}\n)\n"


def _look(_state: DrillState, _emergency: Emergency, _attempt: int) -> str:
    return "ps aux | grep python\n"


def _pkill(state: DrillState, _emergency: Emergency, _attempt: int) -> str:
    name = quote(state.paths.get("bot_name", "paper_trader"))
    return (
        f"pkill -TERM -f {name}\n"
        f"for second in {' '.join(str(n) for n in range(1, GONE_S + 1))}; do\n"
        f"  pgrep -f {name} > /dev/null || break\n  sleep 1\ndone\n"
        f"if pgrep -f {name} > /dev/null; then pkill -9 -f {name}; fi\n"
        f"! pgrep -af {name}\n"
    )


def _restart(state: DrillState, _emergency: Emergency, _attempt: int) -> str:
    return f"{_entered(state)}\n{state.paths.get('restart_command', '').strip()}\n"


def _verify(state: DrillState, _emergency: Emergency, _attempt: int) -> str:
    script = quote(state.paths.get("telegram_check", "scripts/verify_telegram.py"))
    return f"(\n{_entered(state)}\npython {script}\n)\n"


BLOCKS: dict[tuple[str, str], Callable[[DrillState, Emergency, int], str]] = {
    ("database", "check"): _check,
    ("database", "again"): _check,
    ("database", "aside"): _move_aside,
    ("database", "restore"): _restore,
    ("database", "reinitialise"): _reinitialise,
    ("audit", "validate"): _validate,
    ("audit", "aside"): _copy_aside,
    ("audit", "locking"): _locking,
    ("hang", "look"): _look,
    ("hang", "pkill"): _pkill,
    ("", "restart"): _restart,
    ("telegram", "verify"): _verify,
}
"""By kind and item; those without a kind stand on several lists."""
