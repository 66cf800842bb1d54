"""How a person calls this program from where they stand, for lines that tell them to."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

NAME = "thunes-tui"


def invocation(search: str | None = None, here: Path | None = None) -> str:
    """`thunes-tui` where the shell would find this very program by it, else its path, relative if it can be.

    `search` stands for PATH, `here` for the current folder.
    """
    own = Path(sys.executable).parent / NAME
    found = shutil.which(NAME, path=search)
    if found is not None and (not own.exists() or own.samefile(found)):
        return NAME
    if not own.exists():
        return f"{shlex.quote(sys.executable)} -m thunes_tui"
    folder = here or Path.cwd()
    return shlex.quote(str(own.relative_to(folder) if own.is_relative_to(folder) else own))
