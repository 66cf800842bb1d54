"""A key that begins something, held down: it begins one thing, and none of those that come after it.

A terminal tells no key's release, so a repeat is known by its time: the first one comes a second or so after
the press, the further ones many times a second. A key that comes when a first repeat may is therefore done a
moment later, and only if no other of its kind has followed by then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from thunes_tui.clock import Clock, Moment

QUIET_MS = 250.0
"""Keys closer together than this are one key that is held."""
READ_MS = 400.0
"""How long an offer must have stood before it can be taken, after another one was."""
FIRST_REPEAT_MS = 2500.0
"""The latest that a keyboard begins to repeat."""
NEXT_REPEAT_S = 0.15
"""The latest that a second repeat follows the first one."""
ANSWER_MS = 5000.0
"""How long what was begun may take to change the offer, until it can be asked again."""
SHELL_MS = 700.0
"""Enters closer together than this, after the one that opened the shell, do not go to it."""
TYPING_S = 1.0
"""Who types pauses no longer than this between two keys of one line."""

HELD = "a held key begins one thing: let go, then press it once"
ASKED = "it was asked already: the answer is on its way"
UNREAD = "this has just come up: read it, then press once more"


class Repeats:
    """Sees every key that is pressed, and says which of them count."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = ""
        self._last: dict[str, Moment] = {}
        self._gap = float("inf")
        """Milliseconds between the last key and the one before of the same kind."""
        self._offer: object = None
        self._since: Moment = clock.now()
        self._begun: Moment | None = None
        """When an offer was taken last."""
        self._answered = False
        """Whether another one has come since, or a refusal."""
        self._opened = False
        self._adrift: Moment | None = None
        """When the last key came that was still meant for a shell that takes none any more."""
        self._doubted: tuple[Callable[[], None], object, asyncio.TimerHandle] | None = None

    # What happens.

    def struck(self, key: str) -> None:
        """A key was pressed, here or in a dialog."""
        now = self._clock.now()
        before = self._last.get(key)
        self._gap = now.since(before) * 1000 if before is not None else float("inf")
        self._last[key] = now
        if self._adrift is not None:
            self._adrift = now if now.since(self._adrift) < TYPING_S else None
        self._opened = self._opened and key == "enter"
        doubted, self._doubted = self._doubted, None
        if doubted is not None:
            doubted[2].cancel()
            if key != self._key:  # another key: the one before is not held
                doubted[0]()
        self._key = key

    def offers(self, offer: object) -> None:
        """What Enter would do from now on."""
        if offer != self._offer:
            self._offer, self._since, self._answered = offer, self._clock.now(), True

    def begun(self) -> None:
        """Something was asked for."""
        self._begun, self._answered = self._clock.now(), False

    def refused(self) -> None:
        """Nothing came of it: it may be asked again, once that was read."""
        self._since, self._answered = self._clock.now(), True

    def opened(self) -> None:
        """Enter opened the shell."""
        self._opened = True

    def turned_out(self) -> None:
        """SHELL mode was left by no key of the person, who may not have seen it yet."""
        self._adrift = self._clock.now()

    # What counts.

    @property
    def is_adrift(self) -> bool:
        """Whether the key that was struck last still was meant for the shell: it means nothing."""
        return self._adrift is not None

    @property
    def is_held(self) -> bool:
        """Whether the key that was struck last follows one of its kind too closely."""
        return self._gap < QUIET_MS

    def is_left_over(self, key: str) -> bool:
        """Whether this key, pressed in the shell, only repeats the Enter that opened it."""
        return key == "enter" and self._opened and self._gap < SHELL_MS

    def act(self, does: Callable[[], None], *, takes_offer: bool) -> str:
        """Let the key that was struck last do something, now or in a moment; else why not."""
        if self.is_held:
            return HELD
        why = self._not_yet() if takes_offer else ""
        if why:
            return why
        if self._gap >= FIRST_REPEAT_MS:
            does()
            return ""
        loop = asyncio.get_running_loop()
        self._doubted = does, self._offer, loop.call_later(NEXT_REPEAT_S, self._no_repeat)
        return ""

    def _not_yet(self) -> str:
        if self._begun is None:
            return ""
        now = self._clock.now()
        if not self._answered:
            return ASKED if now.since(self._begun) * 1000 < ANSWER_MS else ""
        return UNREAD if now.since(self._since) * 1000 < READ_MS else ""

    def _no_repeat(self) -> None:
        doubted, self._doubted = self._doubted, None
        if doubted is not None and doubted[1] == self._offer:
            doubted[0]()
