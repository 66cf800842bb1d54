"""What the terminal sends, byte by byte: keys with the very bytes they came as, pastes, and answers.

Textual makes key events and forgets the bytes, so `ESC .` would reach a shell as `^.`, and a byte that is no
UTF-8 would end the input. Here every key event carries its bytes; the shell gets those, in the order in which
all keys pass through the console, so that no key overtakes a change of mode.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from textual import events
from textual._xterm_parser import XTermParser
from textual.keys import Keys

Kind = Literal["key", "text", "paste", "report", "mouse"]
BURST = 256
"""Bytes of plain text in one read that nobody types: an unmarked paste."""
PASTE_LIMIT = 4 * 1024 * 1024
PASTE_BEGIN, PASTE_END = b"\x1b[200~", b"\x1b[201~"

SEQUENCE = re.compile(
    rb"(?P<console>\x1b\[\[[A-E])"  # function keys of the Linux console
    rb"|(?P<x10>\x1b\[M(?s:...))"  # a mouse report whose three bytes can be anything
    rb"|(?P<csi>\x1b?\x1b\[[0-?]*[ -/]*[@-~])"
    rb"|(?P<ss3>\x1bO[\x21-\x7e])"
    rb"|(?P<string>\x1b(?:\]\d|P[01]?[$+>!|])(?s:.*?)(?:\x07|\x1b\\))"
    rb"|(?P<alt>\x1b(?:[\x00-\x1a\x1c-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}))"
)
UNFINISHED = re.compile(
    rb"\x1b\Z|\x1bO\Z|\x1b\x1b\Z|\x1b?\x1b\[[0-?]*[ -/]*\Z|\x1b\[M(?s:.){0,2}\Z|\x1b\[\[\Z"
    rb"|\x1b(?:\]\d|P[01]?[$+>!|])(?s:(?!\x07|\x1b\\).)*\Z"
    rb"|\x1b?(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z"
)
"""What may go on in the next read."""
CUT_ANSWER = re.compile(rb"\x1b(?:\]\d|P[01]?[$+>!|])|\x1b\[[?>=<]")
CHARACTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|(?s:.)")
PLAIN = re.compile(rb"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
REPORT = re.compile(
    rb"\x1b\[(?:[?>=][\d;]*[cu]|\?[\d;]*[Rn]|\d*n|\??[\d;]+\$y|[IO]|[\d;:]+t|[\d;:]+u|(?!1;[2-8]R)\d+;\d+R)"
)
"""Answers to questions (device, position, mode, size), focus reports, and keys of the kitty protocol."""
MOUSE = re.compile(rb"\x1b\[<[\d;.-]+[Mm]|\x1b\[\d+;\d+;\d+M")


class Token(NamedTuple):
    kind: Kind
    data: bytes


class Stroke(events.Key):
    """A key with the bytes that the terminal sent for it; of several keys of one sequence, the first."""

    __slots__ = ["alone", "raw"]

    def __init__(self, key: str, character: str | None, raw: bytes) -> None:
        super().__init__(key, character)
        self.raw = raw
        self.alone = False
        """Whether it is known to be no part of a paste."""

    def as_alone(self) -> Stroke:
        """The same key at the same time, once that is known."""
        again = Stroke(self.key, self.character, self.raw)
        again.time, again.alone = self.time, True
        return again


Stroke.handler_name = events.Key.handler_name


class Pasted(events.Paste):
    """Pasted text with its bytes; `marked` when the terminal said where it begins and ends."""

    def __init__(self, raw: bytes, *, marked: bool) -> None:
        super().__init__(raw.decode("utf-8", "replace").replace("\x00", ""))
        self.raw = raw
        self.marked = marked


Pasted.handler_name = events.Paste.handler_name


class Splitter:
    """Bytes in, cut anywhere; whole tokens out. Every byte of a key is in exactly one token."""

    def __init__(self) -> None:
        self._held = b""
        self._paste: bytearray | None = None

    @property
    def waits(self) -> bool:
        """Whether something is held back that may go on in the next read."""
        return bool(self._held) or self.is_pasting

    @property
    def is_pasting(self) -> bool:
        return self._paste is not None

    @property
    def doubts(self) -> bool:
        """Whether a paste has ended, unless another end follows: then this one was pasted text."""
        return self._paste is not None and self._held.startswith(PASTE_END)

    def feed(self, data: bytes) -> list[Token]:
        """The tokens that are whole now."""
        return list(self._tokens(data))

    def give_up(self) -> list[Token]:
        """Nothing went on in time: what is held back, as keys. An answer that was cut off is dropped."""
        held, self._held = self._held, b""
        if self._paste is not None:
            over = held.startswith(PASTE_END)
            paste, self._paste = bytes(self._paste) + (b"" if over else held), None
            return [Token("paste", paste), *(self.feed(held[len(PASTE_END) :]) if over else ())]
        if len(held) > 2 and CUT_ANSWER.match(held):
            return []
        return [Token("key", held)] if held else []

    def _tokens(self, data: bytes) -> Iterator[Token]:
        data, self._held = self._held + data, b""
        at = 0
        while at < len(data):
            if self._paste is not None:
                at, done = self._pasted(data, at)
                if done is not None:
                    yield done
                continue
            if UNFINISHED.match(data, at):
                self._held = data[at:]
                return
            token = _token(data, at)
            at += len(token.data)
            if token.data == PASTE_BEGIN:
                self._paste = bytearray()
            elif token.data != PASTE_END:
                yield token

    def _pasted(self, data: bytes, at: int) -> tuple[int, Token | None]:
        assert self._paste is not None
        end = data.find(PASTE_END, at)
        if end < 0:
            keep = next((n for n in range(len(PASTE_END) - 1, 0, -1) if data.endswith(PASTE_END[:n])), 0)
            end = max(at, len(data) - keep)
            self._held = data[end:]
            self._paste += data[at:end][: max(0, PASTE_LIMIT - len(self._paste))]
            return len(data), None
        self._paste += data[at:end][: max(0, PASTE_LIMIT - len(self._paste))]
        after = end + len(PASTE_END)
        next_end, next_begin = data.find(PASTE_END, after), data.find(PASTE_BEGIN, after)
        if next_end >= 0 and not 0 <= next_begin < next_end:
            # Not every terminal takes the mark out of what it pastes, and what follows would run as typed.
            self._paste += PASTE_END
            return after, None
        if next_begin < 0 and len(data) - end < PASTE_LIMIT:
            self._held = data[end:]
            return len(data), None
        paste, self._paste = bytes(self._paste), None
        return after, Token("paste", paste)


def _token(data: bytes, at: int) -> Token:
    if data[at] == 0x1B:
        found = SEQUENCE.match(data, at)
        if found is None:
            return Token("key", data[at : at + 1])
        whole = found[0]
        if found.lastgroup == "string" or REPORT.fullmatch(whole):
            return Token("report", whole)
        is_mouse = found.lastgroup == "x10" or MOUSE.fullmatch(whole)
        return Token("mouse" if is_mouse else "key", whole)
    run = PLAIN.match(data, at)
    if run is not None and len(run[0]) >= BURST:
        return Token("text", run[0])
    character = CHARACTER.match(data, at)
    assert character is not None, "any byte matches"
    return Token("key", character[0])


def strokes(raw: bytes, parser: XTermParser) -> list[Stroke]:
    """The key events of one token; one without a meaning is a key as well, since a shell may know it."""
    try:
        sequence = raw.decode()
    except UnicodeDecodeError:
        return [Stroke("undecodable", None, raw)]
    if sequence == "\x1b":
        return [Stroke("escape", "\x1b", raw)]
    keys = list(parser._sequence_to_key_events(sequence))
    if not keys and len(sequence) == 2 and sequence[0] == "\x1b":
        keys = list(parser._sequence_to_key_events(sequence[1], alt=True))
    made = [Stroke(key.key, key.character, b"") for key in keys if key.key != Keys.Ignore]
    if not made:
        return [Stroke("unknown", None, raw)]
    made[0].raw = raw
    return made


CURSOR_KEYS = re.compile(rb"\x1b[\[O]([ABCDHF])")
OTHER_FORMS = {
    **dict.fromkeys((b"\x1b[1~", b"\x1b[7~"), b"\x1b[H"),
    **dict.fromkeys((b"\x1b[4~", b"\x1b[8~"), b"\x1b[F"),
    **{b"\x1b[%d~" % (11 + n): b"\x1bO%c" % b"PQRS"[n] for n in range(4)},
    **{b"\x1b[[%c" % b"ABCD"[n]: b"\x1bO%c" % b"PQRS"[n] for n in range(4)},
    b"\x1b[[E": b"\x1b[15~",
}
"""Home, End and F1 to F5 as tmux, rxvt and the Linux console send them, and as an xterm does: the programs in
the shell are told that they are in one, and less and htop know no other form."""
BY_NAME = {
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "enter": b"\r",
    "tab": b"\t",
    "backspace": b"\x7f",
    "escape": b"\x1b",
}


def for_shell(event: events.Key, *, app_cursor_keys: bool) -> bytes:
    """What the shell gets for a key: its own bytes, but Home, End and the cursor keys as its program asks."""
    if isinstance(event, Stroke):
        raw = event.raw
    else:  # made by a program, not by a terminal
        raw = BY_NAME.get(event.key) or (event.character or "").encode()
    if REPORT.fullmatch(raw):
        return b""
    raw = OTHER_FORMS.get(raw, raw)
    cursor = CURSOR_KEYS.fullmatch(raw)
    if cursor is None:
        return raw
    return (b"\x1bO" if app_cursor_keys else b"\x1b[") + cursor[1]


class Leader:
    """The key that leaves SHELL mode; pressed twice within half a second it goes to the shell itself."""

    DOUBLED_S = 0.5

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        self._left: tuple[str, float] | None = None

    def leaves(self, event: events.Key) -> bool:
        """Whether this key, pressed in SHELL mode, leaves it."""
        if event.key not in self.keys:
            return False
        self._left = event.key, event.time
        return True

    def is_doubled(self, event: events.Key) -> bool:
        """Whether this key, pressed in COMMAND mode, is the second press of the leader that just left."""
        left, self._left = self._left, None
        return left is not None and left[0] == event.key and event.time - left[1] <= self.DOUBLED_S


@runtime_checkable
class Typist(Protocol):
    """What takes the keys in SHELL mode: the control pane."""

    def typed(self, event: events.Key) -> None:
        """A key for the shell."""

    def pasted(self, event: events.Paste) -> None:
        """A paste for the shell."""
