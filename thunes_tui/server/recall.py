"""From a journal back to where it stood: state and terminal, from the last good checkpoint before it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from thunes_tui.clock import Moment
from thunes_tui.drill.apply import apply
from thunes_tui.drill.model import DrillState
from thunes_tui.events.base import Event
from thunes_tui.events.registry import decode
from thunes_tui.events.shell import ShellOutput, ShellResized
from thunes_tui.journal.checkpoint import Checkpoint, latest
from thunes_tui.journal.codec import Record
from thunes_tui.journal.reader import records
from thunes_tui.plain import from_plain
from thunes_tui.term.backend import TermBackend, make


@dataclass(slots=True)
class Recalled:
    """A session as of record `number`."""

    state: DrillState
    terminal: TermBackend

    @property
    def number(self) -> int:
        return self.state.head


def event_of(record: Record) -> tuple[Event, str]:
    """The event of a record and who did it."""
    return decode(record.kind, record.data), str(record.data.get("by", ""))


def fold(recalled: Recalled, stream: Iterable[Record], until: Callable[[Record], bool]) -> None:
    """Fold records in until one for which `until` holds, that one left out."""
    for record in stream:
        if until(record):
            return
        step(recalled, record)


def step(recalled: Recalled, record: Record) -> Event:
    """Fold one record into state and terminal."""
    event, by = event_of(record)
    recalled.state = apply(recalled.state, event, record.n, Moment(record.t, record.m), by)
    if isinstance(event, ShellOutput):
        recalled.terminal.feed(output_bytes(event))
    elif isinstance(event, ShellResized):
        recalled.terminal.resize(event.cols, event.rows)
    return event


def output_bytes(event: ShellOutput) -> bytes:
    return event.text.encode("utf-8") if event.text is not None else base64.b64decode(event.b64 or "")


def recall(folder: Path, upto: int | None = None) -> Recalled:
    """The session as of record `upto`, or of its end: from the last checkpoint before it, then forward."""
    found = latest(folder, upto)
    recalled = from_checkpoint(found) if found is not None else None
    if found is None or recalled is None:
        recalled = Recalled(DrillState(), make(80, 24))
        stream = records(folder / "journal.jsonl")
    else:
        stream = records(folder / "journal.jsonl", recalled.number + 1, place=found.place)
    fold(recalled, stream, lambda record: upto is not None and record.n > upto)
    return recalled


def from_checkpoint(found: Checkpoint) -> Recalled | None:
    """None for a state that another version wrote and this one cannot read: the records are the truth."""
    try:
        state = from_plain(DrillState, found.state)
    except ValueError:
        return None
    terminal = make(state.shell.cols, state.shell.rows)
    terminal.feed(found.screen)
    return Recalled(state, terminal)
