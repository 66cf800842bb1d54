"""Checkpoints: the state and the screen at a record, so that resume and seek need not begin at record 0.

A checkpoint is derived: it can always be made again from the records. So it is only used when its hash stands
in the chain, and a damaged or missing one is passed over.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thunes_tui.journal.chain import Place
from thunes_tui.journal.codec import Record
from thunes_tui.journal.ownership import open_private
from thunes_tui.journal.reader import last_of
from thunes_tui.journal.writer import NAME, Journal

FOLDER = "checkpoints"
KIND = "checkpoint.written"
EVERY_RECORDS = 5_000
EVERY_SECONDS = 60.0

_FILE = re.compile(rf"{FOLDER}/\d{{9,}}\.z")
_LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state after record `n`."""

    n: int
    place: Place
    """Behind record `n`: where reading goes on."""
    state: Any
    """Plain data."""
    screen: bytes
    """The emulator's snapshot; empty when there is none."""


def due(records: int, seconds: float) -> bool:
    """Whether it is time for the next, so many records and seconds after the last."""
    return records >= EVERY_RECORDS or (seconds >= EVERY_SECONDS and records > 0)


def write(journal: Journal, state: Any, screen: bytes) -> Record:
    """Keeps `state` (plain, as of the journal's last record) and `screen`; returns the event that binds them.

    Raises OSError when the side file cannot be written, which harms nothing, and RecordingLost.
    """
    place = journal.place
    facts = {"n": place.n - 1, "e": place.e, "hash": place.prev, "offset": place.offset, "state": state}
    body = json.dumps(facts, separators=(",", ":")).encode()
    packed = zlib.compress(_LENGTH.pack(len(body)) + body + screen, 1)
    folder = journal.folder / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{place.n - 1:09d}.z"
    partial = path.with_suffix(".part")
    descriptor = open_private(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    with os.fdopen(descriptor, "wb") as file:
        file.write(packed)
    os.replace(partial, path)
    digest = hashlib.sha256(packed).hexdigest()
    return journal.append(KIND, {"number": place.n - 1, "sha256": digest, "file": f"{FOLDER}/{path.name}"})


def latest(folder: Path, upto_n: int | None = None) -> Checkpoint | None:
    """The last usable checkpoint at or before record `upto_n` (of all when None).

    That its event is in the chain is proven by who then follows the chain from its place.
    """
    for record in last_of(folder / NAME, KIND):
        number = record.data.get("number")
        if isinstance(number, int) and (upto_n is None or number <= upto_n):
            found = _load(folder, record)
            if found is not None:
                return found
    return None


def _load(folder: Path, record: Record) -> Checkpoint | None:
    name = record.data.get("file")
    if not isinstance(name, str) or not _FILE.fullmatch(name):
        return None
    try:
        with os.fdopen(open_private(folder / name, os.O_RDONLY), "rb") as file:
            packed = file.read()
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the records stand
        return None
    if hashlib.sha256(packed).hexdigest() != record.data.get("sha256"):
        return None
    body = zlib.decompress(packed)
    (length,) = _LENGTH.unpack_from(body)
    facts = json.loads(body[_LENGTH.size : _LENGTH.size + length])
    place = Place(facts["n"] + 1, facts["e"], facts["hash"], facts["offset"])
    return Checkpoint(facts["n"], place, facts["state"], body[_LENGTH.size + length :])
