"""Lines that somebody might write into a log to harm who reads it. The same 5,000 and more at every run.

Use: write them wherever text comes from outside (log, audit trail, process name, runbook, note) and look at
what reaches the terminal: none of it may be a control sequence, fire an action or raise.
"""

from __future__ import annotations

import random
from collections.abc import Callable

SEED = 20251009
COUNT = 5_200

STRING_SEQUENCES = [
    b"\x1b]0;owned\x07",
    b"\x1b]2;owned\x1b\\",
    b"\x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    b"\x1b]9;notify\x07",
    b"\x1b]52;c;cm0gLXJmIH4K\x07",
    b"\x1b]52;c;?\x1b\\",
    b"\x1b]777;notify;title;body\x07",
    b"\x1b]1337;File=name=eA==:AAAA\x07",
    b"\x1b]4;1;?\x07",
    b"\x1b]11;?\x1b\\",
    b"\x1bP$qm\x1b\\",
    b"\x1bP+q544e\x1b\\",
    b"\x1bPq#0;2;0;0;0#0~~@@vv\x1b\\",
    b"\x1b_Gf=24,s=1,v=1;AAAA\x1b\\",
    b"\x1b^private\x1b\\",
    b"\x1bXstring\x1b\\",
    b"\x1b]0;never ended",
    b"\x1bPnever ended",
]
CONTROL_SEQUENCES = [
    b"\x1b[2J",
    b"\x1b[H",
    b"\x1b[1;1H",
    b"\x1b[?1049h",
    b"\x1b[?1049l",
    b"\x1b[?1000h",
    b"\x1b[?2004l",
    b"\x1b[6n",
    b"\x1b[c",
    b"\x1b[>c",
    b"\x1b[5i",
    b"\x1b[31m",
    b"\x1b[8m",
    b"\x1b[38;2;1;2;3m",
    b"\x1b[200~",
    b"\x1b[201~rm -rf ~\n"[:-1],
    b"\x1b[1000000A",
    b"\x1b[99999999999b",
    b"\x1b[>1u",
    b"\x1b[?u",
    b"\x1b[t",
    b"\x1b[21t",
    b"\x1b[",
    b"\x1b[;;;;",
    b"\x1bc",
    b"\x1b7\x1b8",
    b"\x1b(0lqqk\x1b(B",
    b"\x1b#8",
    b"\x1bN\x1bO",
    b"\x1bD\x1bM\x1bE",
    b"\x1b\x1b",
    b"\x1b",
]
INVISIBLE = [
    *(chr(code) for code in (0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0x2061, 0x2064, 0xFEFF, 0x00AD)),
    *(chr(code) for code in (0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069, 0x061C)),
    *(chr(code) for code in (0x2028, 0x2029, 0x0085, 0x180E, 0x115F, 0x1160, 0x3164, 0xFFA0, 0x034F, 0xFFFC)),
    *(
        chr(code)
        for code in (0xE0001, 0xE0041, 0xE007F, 0xE0100, 0xFE0F, 0xFE0E, 0xFFF9, 0xE000, 0xF8FF, 0x10FFFF)
    ),
]
MARKUP = [
    b"[/]",
    b"[@click=app.quit]quit[/]",
    b"[@click='app.bell']x[/@click]",
    b"[link=file:///etc/passwd]x[/link]",
    b"[bold red]alarm[/bold red]",
    b"[[[[[",
    b"]]]]]",
    b"[/bold",
    b"\\[x]",
    b"[$primary on $error]",
    b"[reverse blink]",
    b"$(reboot)",
    b"`reboot`",
    b"%n%s%x",
    b"{0.__class__}",
    b"</script><script>alert(1)</script>",
    b"&#27;[2J",
    b"\\u001b[2J",
    b"\\033[2J",
    b"=cmd|' /C calc'!A0",
]
INVALID_UTF8 = [
    b"\x80",
    b"\xff\xfe",
    b"\xc0\xaf",
    b"\xc0\x9b[2J",
    b"\xe0\x80\x9b",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xf0\x80\x80\x9b",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xe2\x82",
    b"\xf0\x9f\x98",
    b"\x9b2J",
    b"\x9d0;x\x9c",
    b"\x90q\x9c",
]
WORDS = [
    b"2025-10-09 10:42:15 - src.risk.manager - WARNING - ",
    "🛑 KILL-SWITCH ACTIVATED ".encode(),
    "⚠️ drawdown ".encode(),
    "✅ recovered ".encode(),
    b"order rejected: ",
    b'{"timestamp": "2025-10-09T10:42:15", "event": "TRADE_REJECTED", "reason": "',
    "漢字かな交じり".encode(),
    "e\u0301le\u0300ve ".encode(),
    b"\t",
    b"BTCUSDT ",
    b"",
]


def _c0(rng: random.Random) -> bytes:
    return bytes(rng.choice([*range(10), *range(11, 32), 127]) for _ in range(rng.randrange(1, 6)))


def _c1(rng: random.Random) -> bytes:
    return chr(rng.randrange(0x80, 0xA0)).encode() + b"2J" + chr(0x9C).encode()


def _overprint(rng: random.Random) -> bytes:
    return b"PASS: all criteria met\rFAIL" + b"\b" * rng.randrange(1, 9) + b"OK"


def _marks(rng: random.Random) -> bytes:
    return ("a" + "".join(chr(rng.randrange(0x300, 0x36F)) for _ in range(rng.randrange(1, 60)))).encode()


def _emoji(rng: random.Random) -> bytes:
    family = "👨\u200d👩\u200d👧\u200d👦"
    return rng.choice(
        [family, "🇫🇷", "👍🏽", "1\ufe0f\u20e3", "❤\ufe0f", chr(rng.randrange(0x1F300, 0x1FAFF))]
    ).encode()


def _noise(rng: random.Random) -> bytes:
    return rng.randbytes(rng.randrange(1, 40)).replace(b"\n", b"")


def _any_character(rng: random.Random) -> bytes:
    return "".join(chr(rng.randrange(0x20, 0x110000)) for _ in range(8)).encode("utf-8", "surrogatepass")


MAKERS: list[Callable[[random.Random], bytes]] = [
    lambda rng: rng.choice(STRING_SEQUENCES),
    lambda rng: rng.choice(CONTROL_SEQUENCES),
    lambda rng: "".join(rng.choices(INVISIBLE, k=rng.randrange(1, 5))).encode(),
    lambda rng: rng.choice(MARKUP),
    lambda rng: rng.choice(INVALID_UTF8),
    _c0,
    _c1,
    _overprint,
    _marks,
    _emoji,
    _noise,
    _any_character,
]


def lines() -> list[bytes]:
    """At least 5,000 hostile lines without their newline, each of at most 100 kB; the same at every call."""
    rng = random.Random(SEED)
    fixed = [*STRING_SEQUENCES, *CONTROL_SEQUENCES, *MARKUP, *INVALID_UTF8]
    fixed += [character.encode("utf-8", "surrogatepass") for character in INVISIBLE]
    fixed += [bytes([code]) for code in range(256) if code != 0x0A]
    fixed += [chr(code).encode() for code in range(0x80, 0xA0)]
    fixed += [
        b"",
        b" ",
        b"A" * 100_000,
        b"\x1b[31m" * 5_000,
        b"\x00" * 4_096,
        ("e" + "\u0301" * 1_000).encode(),
    ]
    fixed += ["\u202e".encode() * 300 + b"evil", b"\xff" * 5_000, "漢".encode() * 3_000, b"\t" * 2_000]
    made = []
    for number in range(COUNT - len(fixed)):
        parts = [rng.choice(WORDS)]
        for _ in range(rng.randrange(1, 4)):
            parts += [MAKERS[number % len(MAKERS)](rng), rng.choice(WORDS)]
        made.append(b"".join(parts).replace(b"\n", b""))
    return fixed + made


def huge_line() -> bytes:
    """Ten megabytes without a newline, an escape sequence every so often."""
    return (b"x" * 4_090 + b"\x1b[2J" + "é".encode()) * 2_560
