"""A small `pkill` and `pgrep`, for a box without procps; copied into the sandbox's own PATH.

Knows what the seed's commands use: a signal, `-f`, `-x`, `-l`, `-a`, `-c` and a pattern.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator


def processes() -> Iterator[tuple[int, str, str]]:
    """Pid, name and command line of every other living process."""
    for name in sorted((n for n in os.listdir("/proc") if n.isdigit()), key=int):
        if int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                line = file.read().rstrip(b"\0").replace(b"\0", b" ").decode("utf-8", "replace")
            with open(f"/proc/{name}/comm", encoding="utf-8", errors="replace") as file:
                comm = file.read().strip()
            with open(f"/proc/{name}/stat", "rb") as file:
                state = file.read().rpartition(b")")[2].split()[0]
        except OSError:
            continue
        if line and state not in (b"Z", b"X"):
            yield int(name), comm, line


def main() -> int:
    """0 when something fits, 1 when nothing does, 2 for a wrong call, as procps has it."""
    number: int = signal.SIGTERM
    flags: set[str] = set()
    words: list[str] = []
    for word in sys.argv[1:]:
        sign = word[1:].removeprefix("SIG") if word.startswith("-") else ""
        if sign.isdigit():
            number = int(sign)
        elif sign and hasattr(signal, f"SIG{sign.upper()}") and len(sign) > 1:
            number = getattr(signal, f"SIG{sign.upper()}")
        elif sign:
            flags.update(sign)
        else:
            words.append(word)
    if len(words) != 1:
        print("usage: pkill [-SIGNAL] [-f] [-x] PATTERN", file=sys.stderr)
        return 2
    pattern = re.compile(words[0])
    look = pattern.fullmatch if "x" in flags else pattern.search
    hits = [(pid, line) for pid, comm, line in processes() if look(line if "f" in flags else comm)]
    for pid, line in hits:
        if os.path.basename(sys.argv[0]) == "pkill":
            try:
                os.kill(pid, number)
            except OSError as error:
                print(f"pkill: {pid}: {error.strerror}", file=sys.stderr)
        elif "c" not in flags:
            print(f"{pid} {line}" if flags & {"a", "l"} else pid)
    if "c" in flags:
        print(len(hits))
    return 0 if hits else 1


if __name__ == "__main__":
    sys.exit(main())
