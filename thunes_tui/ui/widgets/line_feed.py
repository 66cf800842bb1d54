"""Where a pane's lines come from: the bot's own file while the session lives, the recording in a replay.

It opens the store, wakes when there is something new, and says in words what befell the file.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from weakref import WeakKeyDictionary

from thunes_tui.lines.follow import State
from thunes_tui.lines.line import Line, Position
from thunes_tui.lines.reader import Chunk
from thunes_tui.lines.recorded import RecordedStore
from thunes_tui.lines.store import FileStore, LineStore
from thunes_tui.lines.turn import Marker, Turn
from thunes_tui.lines.watch import WatchHub
from thunes_tui.text import SafeText, safe
from thunes_tui.ui.desk import Desk

JOURNAL = "journal.jsonl"
TRY_AGAIN_S = 1.0
WORDS = {
    Turn.ROTATED: "rotated",
    Turn.TRUNCATED: "cut or overwritten",
    Turn.RECREATED: "replaced",
    Turn.SWITCHED: "switched",
    Turn.MISSING: "missing",
    Turn.APPEARED: "there again",
    Turn.UNREADABLE: "unreadable",
    Turn.LATE: "written late",
}

_hubs: WeakKeyDictionary[Desk, WatchHub] = WeakKeyDictionary()


def hub_of(desk: Desk) -> WatchHub:
    """The one inotify instance of a console."""
    hub = _hubs.get(desk)
    if hub is None:
        hub = _hubs[desk] = WatchHub()
    return hub


class LineFeed:
    """The lines of one source. `opened` is called with each new store, `arrived` with the lines that came."""

    def __init__(
        self,
        desk: Desk,
        source: str,
        opened: Callable[[LineStore], None],
        arrived: Callable[[int], None],
    ) -> None:
        self._desk = desk
        self._source = source
        self._opened = opened
        self._arrived = arrived
        self.store: FileStore | RecordedStore | None = None
        self.status = safe("")
        """What is wrong with the file, in words; empty while nothing is."""
        self._known = asyncio.Event()
        self._turns: dict[Position, list[SafeText]] = {}
        """Notes by the line that they stand above."""
        self._seen_turns = 0
        self._loose: list[tuple[Position, Marker]] = []
        """Turns after which no line has come yet."""
        self._firsts: dict[int, Position | None] = {}
        """In a recording: the first line of each further file."""

    @property
    def path(self) -> str:
        """The file's path; empty while the session has not said it."""
        return self._desk.state.paths.get(self._source, "")

    @property
    def shown_path(self) -> SafeText:
        """The path as people know it, relative to the project."""
        source = self._desk.state.sources.get(self._source)
        if source is not None and source.path:
            return safe(source.path)
        inside = self.path.removeprefix(self._desk.state.paths.get("project", "")).lstrip("/")
        return safe(inside or f"the {self._source}")

    def told(self) -> None:
        """The session's state changed: the path may be known now, the replay may stand elsewhere."""
        if self.path or self._desk.role == "replay":
            self._known.set()
        if isinstance(self.store, RecordedStore):
            before = self.store.size_lines() or 0
            self.store.move(self._desk.state.head)
            self._arrived(max(0, (self.store.size_lines() or 0) - before))

    async def run(self) -> None:
        """Feed for ever; ends with a recording, once it is indexed."""
        self.told()
        await self._known.wait()
        if self._desk.role == "replay":
            await self._read_recording()
            return
        while True:
            try:
                await self._follow(Path(self.path))
            except OSError as error:
                self.status = safe(f"{self.shown_path} cannot be read: {error.strerror or error}")
                self._arrived(0)
                await asyncio.sleep(TRY_AGAIN_S)

    async def _follow(self, path: Path) -> None:
        store = FileStore(path)
        watch = hub_of(self._desk).watch(path)
        self.store, self._seen_turns = store, 0
        self._turns.clear()
        self._loose.clear()
        self._opened(store)
        try:
            while True:
                found = store.poll()
                before = self.status
                self._judge(store)
                if found or self.status != before:
                    self._arrived(_count(found))
                if store.follower.more:
                    await asyncio.sleep(0)
                else:
                    await watch.wait()
        finally:
            watch.close()
            store.close()

    def _judge(self, store: FileStore) -> None:
        """Put the file's state in words, and each turn above the line that came after it."""
        follower = store.follower
        name = self.shown_path
        if follower.state is State.MISSING:
            waiting = "is gone" if follower.file is not None else "does not exist yet"
            self.status = safe(f"{name} {waiting}: waiting")
        elif follower.state is State.UNREADABLE:
            self.status = safe(f"{name} cannot be read: {follower.reason}: waiting")
        else:
            self.status = safe("")
        fresh, self._seen_turns = store.turns[self._seen_turns :], len(store.turns)
        loose, self._loose = [*self._loose, *fresh], []
        for where, marker in loose:
            line = store.at(where) or _first_of(store, where.generation)
            if line is None or line.position < where:
                self._loose.append((where, marker))
            else:
                self._turns.setdefault(line.position, []).append(_words(marker))

    async def _read_recording(self) -> None:
        path = Path(self._desk.hello.folder) / JOURNAL
        try:
            store = self.store = RecordedStore(path, self._source, upto=self._desk.state.head)
        except OSError as error:
            self.status = safe(f"the recording cannot be read: {error.strerror or error}")
            self._arrived(0)
            return
        self._opened(store)
        while store.step():
            self._arrived(0)
            await asyncio.sleep(0)
        self._arrived(0)

    def notes(self, line: Line) -> list[SafeText]:
        """What happened to the file just before this line."""
        if isinstance(self.store, RecordedStore):
            return [safe("a new file began here")] if self._is_first(self.store, line) else []
        return self._turns.get(line.position, [])

    @property
    def has_notes(self) -> bool:
        """Something happened to the file."""
        return bool(self._turns)

    def notes_between(self, behind: Position, upto: Position) -> list[SafeText]:
        """What happened to the file before any of the lines behind one place, up to another."""
        places = sorted(place for place in self._turns if behind < place <= upto)
        return [note for place in places for note in self._turns[place]]

    def _is_first(self, store: RecordedStore, line: Line) -> bool:
        generation = line.generation
        if generation == 0:
            return False
        if generation not in self._firsts:
            first = _first_of(store, generation)
            known = first is not None and store.before(first.position, 1)
            self._firsts[generation] = first.position if first is not None and known else None
        return self._firsts[generation] == line.position

    @property
    def end(self) -> Position | None:
        """How far the bot's file was read; None for a recording."""
        if not isinstance(self.store, FileStore) or self.store.follower.file is None:
            return None
        return Position(self.store.follower.file.generation, self.store.follower.offset)

    @property
    def unfinished(self) -> int:
        """Bytes of a last line that has no newline yet, as far as they are kept."""
        return len(self.store.follower.held) if isinstance(self.store, FileStore) else 0

    def close(self) -> None:
        if isinstance(self.store, RecordedStore):
            self.store.close()
        self.store = None


def _first_of(store: LineStore, generation: int) -> Line | None:
    """The first line of a content."""
    line = next(iter(store.after(Position(generation - 1, sys.maxsize), 1)), None)
    return line if line is not None and line.generation == generation else None


def _count(found: list[Chunk | Marker]) -> int:
    """Lines in what a poll found."""
    chunks = [item for item in found if isinstance(item, Chunk)]
    return sum(1 if chunk.clipped_bytes or chunk.torn else chunk.data.count(b"\n") for chunk in chunks)


def _words(marker: Marker) -> SafeText:
    loss = ", lines may be lost" if marker.possible_loss else ""
    return safe(f"{WORDS[marker.kind]}{loss}: {marker.detail}")
