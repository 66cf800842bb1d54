"""How a command ended, in words: an exit status above 128 is the shell's way to tell of a signal."""

from __future__ import annotations

NAMES = {
    1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL",
    10: "SIGUSR1", 11: "SIGSEGV", 12: "SIGUSR2", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 19: "SIGSTOP",
    24: "SIGXCPU", 25: "SIGXFSZ",
}  # fmt: skip
"""By their numbers on Linux; the drill asks no system."""


def exit_words(status: int | None) -> str:
    """`exit 1`, `SIGKILL (exit 137)`; `no exit status` where there is none."""
    if status is None:
        return "no exit status"
    name = NAMES.get(status - 128, "")
    return f"{name} (exit {status})" if name else f"exit {status}"
