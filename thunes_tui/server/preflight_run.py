"""Runs the project's own pre-flight script where the steps run: in the sandbox's world, if there is one.

A program of its own, because a process that enters another world's process namespace cannot leave it. One
line of JSON on stdin says what to run (`world`, `cwd`, `environment`, `text`); its output goes to stdout, its
exit status is this one's.
"""

from __future__ import annotations

import json
import subprocess
import sys

from thunes_tui import ptyshell
from thunes_tui.title import neutralise

NOT_RUN = 126
"""Exit status when the script could not be begun; the reason is the output."""


def main() -> int:
    neutralise()
    order = json.loads(sys.stdin.readline())
    try:
        if order["world"] is not None:
            ptyshell.enter(order["world"])
        done = subprocess.run(
            ["bash", "-s"],
            input=order["text"].encode(),
            stderr=subprocess.STDOUT,
            cwd=order["cwd"],
            env=order["environment"],
            start_new_session=True,
            check=False,
        )
    except OSError as error:
        sys.stdout.write(f"the script could not be run: {error.strerror or error}\n")
        return NOT_RUN
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


if __name__ == "__main__":
    sys.exit(main())
