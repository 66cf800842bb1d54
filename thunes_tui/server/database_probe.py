"""Whether the bot's database is sound, judged on a copy, so that looking neither locks nor repairs anything.

`PRAGMA integrity_check` alone proves little: it says `ok` to a missing file, and to a database whose journal
holds an uncommitted transaction. Here a missing file fails, and a hot journal is said.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from thunes_tui.sources import database
from thunes_tui.text import counted

LARGEST = 200 * 1024 * 1024
"""Bytes that are copied; the bot cannot commit meanwhile."""
ENDINGS = ("", "-journal", "-wal")
COLUMNS = frozenset({"symbol", "quantity", "entry_price", "status", "order_id"})
LEGACY = b"\x01\x01"
"""Bytes 18 and 19 of a database in rollback mode, which has no business with a -wal file."""


@dataclass(frozen=True, slots=True)
class Soundness:
    """What was found, and the hash of the copy that it was found on."""

    verdict: str
    cause: str
    sha256: str = ""


def examine(path: Path) -> Soundness:
    """Copy, check, report. Blocks: call it in a thread. Locked means NOT VERIFIED, to be asked again."""
    try:
        database.refuse_what_is_no_database(path)
        if path.stat().st_size > LARGEST:
            return Soundness("NOT VERIFIED", f"{path.name} is over {LARGEST >> 20} MB: check it by hand")
        with tempfile.TemporaryDirectory(prefix="thunes-tui-") as folder:
            return _examine(path, Path(folder) / "copy.db")
    except database.Unreadable as error:
        return Soundness("FAIL", str(error))
    except OSError as error:
        return Soundness("NOT VERIFIED", f"{path.name} could not be copied: {error.strerror}")


def _examine(path: Path, copy: Path) -> Soundness:
    try:
        with closing(database.connect(path)) as connection:
            # A shared lock: whoever writes waits with changing the file until the copy is made.
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            shutil.copyfile(path, copy)
            stray = _stray_wal(path, copy)
    except sqlite3.Error as error:
        said = database.explain(error, path)
        if said == database.UNCOMMITTED:
            return _recovered(path, copy)
        return Soundness("NOT VERIFIED" if said == database.LOCKED else "FAIL", said)
    sha256 = hashlib.sha256(copy.read_bytes()).hexdigest()
    if stray:
        return Soundness("NOT VERIFIED", f"a {path.name}-wal lies beside a database that uses none", sha256)
    wrong, positions = _wrong(copy)
    if wrong:
        return Soundness("FAIL", wrong, sha256)
    held = counted(positions, "open position")
    return Soundness("PASS", f"structure sound, {held}; content not proven", sha256)


def _recovered(path: Path, copy: Path) -> Soundness:
    """A transaction was cut off: a copy of the set is rolled back, the original stays as it is."""
    for ending in ENDINGS:
        if Path(f"{path}{ending}").exists():
            shutil.copyfile(f"{path}{ending}", f"{copy}{ending}")
    sha256 = hashlib.sha256(copy.read_bytes()).hexdigest()
    # The journal names its database by nothing but its place, so the copy's own is found beside it.
    wrong, positions = _wrong(copy)
    if wrong:
        return Soundness("FAIL", f"{database.UNCOMMITTED}; rolled back on a copy: {wrong}", sha256)
    held = counted(positions, "open position")
    text = f"{database.UNCOMMITTED}; rolled back on a copy the structure is sound, {held}"
    return Soundness("NOT VERIFIED", text, sha256)


def _wrong(copy: Path) -> tuple[str, int]:
    """What is wrong with the copy, and how many positions are open in it."""
    try:
        with closing(sqlite3.connect(copy)) as connection:
            said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
            if said != ["ok"]:
                return f"integrity check: {said[0][:200]}", 0
            columns = {str(row[1]) for row in connection.execute("PRAGMA table_info(positions)")}
            if not columns:
                return "it has no table of positions", 0
            if not columns >= COLUMNS:
                return f"its positions lack {', '.join(sorted(COLUMNS - columns))}", 0
            row = connection.execute("SELECT count(*) FROM positions WHERE status = 'OPEN'").fetchone()
            return "", int(row[0])
    except sqlite3.Error as error:
        return f"damaged: {error}", 0


def _stray_wal(path: Path, copy: Path) -> bool:
    wal = Path(f"{path}-wal")
    with open(copy, "rb") as file:
        header = file.read(20)
    return header[18:20] == LEGACY and wal.exists() and wal.stat().st_size > 0
