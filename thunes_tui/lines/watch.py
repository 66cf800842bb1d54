"""What wakes a follower: a change in a folder, told by the kernel, and a look at the clock as a safety net.

Events only wake; the follower decides by `stat`. So a lost, doubled or foreign event does no harm.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from inotify_simple import INotify, flags

LOOK_AGAIN = 0.25
"""Seconds after which a follower looks without having been woken."""
POLL = 0.05
"""Seconds between two looks where the system has no inotify, or none to spare."""
REST = 0.01
"""Seconds between two wakes at least: under load a wake stands for many writes."""
MOST_LINKS = 40
"""As many as the kernel follows."""
MASK = (
    flags.MODIFY
    | flags.ATTRIB
    | flags.CREATE
    | flags.DELETE
    | flags.MOVED_FROM
    | flags.MOVED_TO
    | flags.DELETE_SELF
    | flags.MOVE_SELF
    | flags.ONLYDIR
)
TO_ALL = flags.IGNORED | flags.DELETE_SELF | flags.MOVE_SELF | flags.UNMOUNT | flags.Q_OVERFLOW


class Place(NamedTuple):
    folder: Path
    name: str


class Folder(NamedTuple):
    """A watched folder: the kernel's number for the watch, and which folder it was."""

    wd: int
    device: int
    inode: int


class Kernel(Protocol):
    """What is used of `inotify_simple.INotify`, which has no types of its own."""

    def add_watch(self, path: Path, mask: int) -> int: ...
    def rm_watch(self, wd: int) -> None: ...
    def read(self, timeout: int) -> Iterable[tuple[int, int, int, str]]: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...


class Watcher(Protocol):
    """One waiter for one path."""

    async def wait(self, seconds: float = LOOK_AGAIN) -> bool:
        """Return at the next change, or after so many seconds; True if there was one."""

    def close(self) -> None:
        """No more wakes for this path."""


class PolledWatcher:
    """Looks at the path at short intervals: for systems without inotify."""

    def __init__(self, path: Path, interval: float = POLL) -> None:
        self._path = path
        self._interval = interval
        self._last = self._look()

    async def wait(self, seconds: float = LOOK_AGAIN) -> bool:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (now := self._look()) == self._last:
            left = until - loop.time()
            if left <= 0:
                return False
            await asyncio.sleep(min(self._interval, left))
        self._last = now
        return True

    def close(self) -> None:
        """Nothing is held."""

    def _look(self) -> tuple[int, int, int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


class Watch:
    """A path that the hub watches; made by `WatchHub.watch`."""

    def __init__(self, hub: WatchHub, path: Path) -> None:
        self.path = path
        self.woken = asyncio.Event()
        self.is_stale = True
        """Folders may have come, gone or been swapped: look which ones to watch."""
        self.places: set[Place] = set()
        self._hub = hub
        self._polled: PolledWatcher | None = None

    async def wait(self, seconds: float = LOOK_AGAIN) -> bool:
        if self._polled:
            return await self._polled.wait(seconds)
        try:
            self._hub.serve(self)
        except (FileNotFoundError, NotADirectoryError):
            # The folder went away while we looked.
            await asyncio.sleep(min(seconds, POLL))
            return True
        except OSError as error:
            self._hub.reason = f"{self.path.name} is polled: {error.strerror or error}"
            self._polled = PolledWatcher(self.path)
            return True
        try:
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        except TimeoutError:
            self.is_stale = True
        was_woken = self.woken.is_set()
        self.woken.clear()
        return was_woken

    def close(self) -> None:
        self._hub.forget(self)


class WatchHub:
    """One inotify instance for all paths of the process; folders are watched, so that no rename is missed."""

    def __init__(self) -> None:
        """Never raises: without inotify every path is polled."""
        self.reason = ""
        """Why a path is polled; empty while none is."""
        self._watches: list[Watch] = []
        self._folders: dict[Path, Folder] = {}
        self._routes: dict[tuple[int, str], list[Watch]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inotify: Kernel | None = None
        try:
            made = INotify(nonblocking=True)  # type: ignore[no-untyped-call]  # the library has no types
            self._inotify = cast("Kernel", made)
        except (OSError, AttributeError) as error:
            self.reason = f"no inotify: {error}"

    def watch(self, path: Path) -> Watcher:
        """A waiter for `path`, which need not exist, nor need its folder."""
        if self._inotify is None:
            return PolledWatcher(path)
        watch = Watch(self, path.absolute())
        self._watches.append(watch)
        return watch

    def close(self) -> None:
        if self._inotify is not None:
            if self._loop and not self._loop.is_closed():
                self._loop.remove_reader(self._inotify.fileno())
            self._inotify.close()
        self._inotify = self._loop = None

    def serve(self, watch: Watch) -> None:
        """Make the running loop hear of the path. Raises OSError if the kernel gives no watch."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop and self._inotify is not None:
            self._loop = loop
            loop.add_reader(self._inotify.fileno(), self._hear)
        if not watch.is_stale:
            return
        places = places_of(watch.path)
        is_new = [self._add(place.folder) for place in places]
        if any(is_new) or places != watch.places:
            # What happened before the watch stood was not heard; look at once, and look again which to watch.
            watch.places = places
            watch.woken.set()
            self._route()
        else:
            watch.is_stale = False

    def forget(self, watch: Watch) -> None:
        self._watches = [one for one in self._watches if one is not watch]
        if self._inotify is not None:
            self._route()

    def _add(self, path: Path) -> bool:
        """True if the folder was not watched before, or was another one. Raises OSError."""
        status = path.stat()
        known = self._folders.get(path)
        if known and (known.device, known.inode) == (status.st_dev, status.st_ino):
            return False
        assert self._inotify is not None
        wd = self._inotify.add_watch(path, MASK)
        self._folders[path] = Folder(wd, status.st_dev, status.st_ino)
        return True

    def _route(self) -> None:
        """Where each event goes; folders that nobody asks for are given back."""
        needed = {place.folder for watch in self._watches for place in watch.places}
        kept = {self._folders[path].wd for path in needed if path in self._folders}
        for path in [path for path in self._folders if path not in needed]:
            folder = self._folders.pop(path)
            if folder.wd not in kept and self._inotify is not None:
                with contextlib.suppress(OSError):
                    self._inotify.rm_watch(folder.wd)
        self._routes.clear()
        for watch in self._watches:
            for place in watch.places:
                folder_ = self._folders.get(place.folder)
                if folder_:
                    self._routes.setdefault((folder_.wd, place.name), []).append(watch)

    def _hear(self) -> None:
        loop, inotify = self._loop, self._inotify
        if loop is None or inotify is None:
            return
        for wd, mask, _cookie, name in inotify.read(timeout=0):
            if mask & TO_ALL:
                self._hear_of_folder(wd, mask)
            for watch in self._routes.get((wd, name), ()):
                watch.is_stale = watch.is_stale or mask != flags.MODIFY
                watch.woken.set()
        # Under load, one wake for many writes: the kernel collects meanwhile.
        loop.remove_reader(inotify.fileno())
        loop.call_later(REST, self._hear_again, loop)

    def _hear_again(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._loop is loop and self._inotify is not None:
            loop.add_reader(self._inotify.fileno(), self._hear)

    def _hear_of_folder(self, wd: int, mask: int) -> None:
        """A folder went away, or the kernel lost count: everyone looks for himself."""
        if mask & flags.IGNORED:
            self._folders = {path: one for path, one in self._folders.items() if one.wd != wd}
        for watch in self._watches:
            watch.is_stale = True
            watch.woken.set()


def places_of(path: Path) -> set[Place]:
    """The folders to watch for `path`, and the names in them: of the path, of what it links to at each step.

    Where a folder is missing, the nearest one above it, and the name that has to appear there.
    """
    places: set[Place] = set()
    for _ in range(MOST_LINKS):
        name, folder = path.name, path.parent
        while not folder.is_dir() and folder != folder.parent:
            name, folder = folder.name, folder.parent
        places.add(Place(folder, name))
        try:
            target = path.readlink()
        except OSError:
            break
        path = path.parent / target
    return places
