"""The bot hung: it lives, holds what it holds, and does nothing."""

from __future__ import annotations

import signal
import time

from thunes_tui.clock import boot_id
from thunes_tui.errors import Refused, Unusable
from thunes_tui.sandbox.fault.kind import Kind, Note, Order
from thunes_tui.sandbox.fault.scene import Scene, state
from thunes_tui.sandbox.process import signalled

STOPPED = ("T", "t")
SEEN_S = 5.0


def begin(order: Order) -> None:
    """Stop every bot of the sandbox, and wait until the kernel shows it. Raises Refused without one."""
    scene = order.scene
    scene.need_world()
    found = scene.bots()
    if not found:
        raise Refused("no bot runs in the sandbox: there is nothing to hang")
    order.keep({"bots": found})
    for pid, ticks in found:
        signalled(pid, ticks, signal.SIGSTOP)
    begun = scene.clock.now()
    while any(state(pid, ticks) not in (*STOPPED, "", "Z") for pid, ticks in found):
        if scene.clock.now().since(begun) > SEEN_S:
            raise Unusable("the sandbox's bot took the signal and did not stop: look at it with ps")
        time.sleep(0.01)


def end(_scene: Scene, note: Note) -> str:
    """Let those go on that were stopped and still are who they were."""
    if note["boot"] != boot_id():
        return ""
    living = [pid for pid, ticks in note["bots"] if signalled(pid, ticks, signal.SIGCONT)]
    gone = [str(pid) for pid, _ in note["bots"] if pid not in living]
    return f"the bot that hung (pid {', '.join(gone)}) is gone" if gone else ""


def lapsed(scene: Scene, note: Note) -> str:
    if scene.world is None or note["boot"] != boot_id():
        return "the bot that hung is gone with its world"
    found = [state(pid, ticks) for pid, ticks in note["bots"]]
    if any(letter in STOPPED for letter in found):
        return ""
    return "somebody let the bot go on" if any(found) else "the bot that hung is gone"


KINDS = (
    Kind(
        "bot-hung",
        "the bot is stopped: alive, and it does nothing",
        frozenset({"bot"}),
        begin,
        end,
        lapsed,
    ),
)
