"""No known secret passes, in whatever form and however cut; what is not secret passes untouched."""

from __future__ import annotations

import base64
import itertools
import json
import random
import re
import shlex
import string
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thunes_tui.mask import Mask, MaskStream

KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
PHRASE = 'correct horse/battery+staple \'n "quote" é&'
TOKEN = "987654321:AAE9-canary_Telegram0token1of2letters3x"
SECRETS = {"BINANCE_API_KEY": KEY, "SIGNING_PASSPHRASE": PHRASE, "TELEGRAM_BOT_TOKEN": TOKEN}
MASK = Mask.of(SECRETS)

ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "raw": lambda raw: raw,
    "base64": base64.b64encode,
    "base64 behind one": lambda raw: base64.b64encode(b"u" + raw + b":p"),
    "base64 behind two": lambda raw: base64.b64encode(b"u:" + raw + b"x"),
    "base64 url": lambda raw: base64.urlsafe_b64encode(b"\xff\xfe" + raw + b"\xff"),
    "hex": lambda raw: raw.hex().encode(),
    "HEX": lambda raw: raw.hex().upper().encode(),
    "percent": lambda raw: quote(raw).encode(),
    "percent, all of it": lambda raw: quote(raw, safe="").encode(),
    "percent, every byte": lambda raw: b"".join(b"%%%02X" % byte for byte in raw),
    "json": lambda raw: json.dumps(raw.decode()).encode(),
    "json, utf-8": lambda raw: json.dumps(raw.decode(), ensure_ascii=False).encode(),
    "shell": lambda raw: shlex.quote(raw.decode()).encode(),
    "shell, backslashes": lambda raw: re.sub(rb"([^\w])", rb"\\\1", raw) if raw.isascii() else raw,
    "python": lambda raw: repr(raw.decode()).encode(),
}


def core(encoded: bytes) -> bytes:
    """The middle of an encoded secret, which no longer depends on its neighbours: none of it may be seen."""
    return encoded[6:-6]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_masked_in_every_encoding(name: str, encoding: str) -> None:
    encoded = ENCODINGS[encoding](SECRETS[name].encode())
    masked = MASK.line(b"before " + encoded + b" after\n")
    assert core(encoded) not in masked
    assert f"[redacted:{name}]".encode() in masked
    assert masked.startswith(b"before ")
    assert masked.endswith(b" after\n")


def breaks(encoded: bytes, kind: str, place: int) -> bytes:
    between = {
        "colour": b"\x1b[1;31m",
        "carriage return": b"\r",
        "wrap": b"\r\n",
        "readline": b" \r",
        "erase": b"\x1b[K",
    }[kind]
    return encoded[:place] + between + encoded[place:]


@pytest.mark.parametrize("kind", ["colour", "carriage return", "wrap", "readline", "erase"])
def test_a_secret_broken_anywhere_by_the_terminal_is_masked(kind: str) -> None:
    for place in range(1, len(KEY)):
        masked = MASK.line(b"x " + breaks(KEY.encode(), kind, place) + b" y")
        assert b"[redacted:BINANCE_API_KEY]" in masked
        assert masked.startswith(b"x ")
        assert masked.endswith(b" y")
        assert not any(KEY.encode()[at : at + 8] in masked for at in range(len(KEY) - 8))


def test_a_control_sequence_that_swallows_the_first_byte_does_not_hide_the_rest() -> None:
    assert MASK.line(b"\x1b[" + KEY.encode()) == b"\x1b[[redacted:BINANCE_API_KEY]"
    assert streamed(b"\x1b[" + KEY[:30].encode(), KEY[30:].encode()) == b"\x1b[[redacted:BINANCE_API_KEY]"


def test_a_colour_inside_a_secret_still_ends_where_it_ended() -> None:
    masked = MASK.line(b"\x1b[31m" + KEY[:9].encode() + b"\x1b[0m" + KEY[9:].encode())
    assert masked == b"\x1b[31m[redacted:BINANCE_API_KEY]\x1b[0m"


def streamed(*chunks: bytes) -> bytes:
    stream = MaskStream(MASK)
    return b"".join(stream.feed(chunk) for chunk in chunks) + stream.flush()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_secret_cut_at_every_byte_over_two_reads_is_masked(encoding: str) -> None:
    for name, value in SECRETS.items():
        encoded = ENCODINGS[encoding](value.encode())
        data = b"cat .env\r\n" + encoded + b"\r\n$ "
        for place in range(len(data) + 1):
            shown = streamed(data[:place], data[place:])
            assert core(encoded) not in shown, (name, place)
            assert f"[redacted:{name}]".encode() in shown
            # At most the three bytes that showed before they could be told from innocent ones.
            assert not any(encoded[at : at + 12] in shown for at in range(len(encoded) - 12))


def test_a_secret_cut_at_every_byte_and_broken_by_colour_and_wrap_is_masked() -> None:
    broken = KEY[:20].encode() + b"\x1b[1m" + KEY[20:40].encode() + b"\r\n" + KEY[40:].encode()
    data = b"key " + broken + b"\r\n$ "
    for place in range(len(data) + 1):
        shown = streamed(data[:place], data[place:])
        assert b"[redacted:BINANCE_API_KEY]" in shown
        assert not any(KEY.encode()[at : at + 8] in shown for at in range(len(KEY) - 8)), place


def test_a_secret_read_byte_by_byte_shows_three_bytes_at_most() -> None:
    shown = streamed(*(bytes([byte]) for byte in b"a " + KEY.encode() + b" b"))
    assert shown == b"a " + KEY[:3].encode() + b"[redacted:BINANCE_API_KEY] b"


def test_echoed_keys_and_prompts_are_never_held() -> None:
    stream = MaskStream(MASK)
    for chunk in (b"user@box:~$ ", b"v", b"\r\n", b"vmP", b" \x1b[K", b"9876"[:3]):
        assert stream.feed(chunk) == chunk
        assert stream.held == 0


def test_four_matched_bytes_are_held_until_they_are_told_from_the_secret() -> None:
    stream = MaskStream(MASK)
    assert stream.feed(b"say vmPU") == b"say "
    assert stream.held == 4
    assert stream.idle() == b""
    assert stream.feed(b"x") == b"vmPUx"


def test_in_a_flood_even_one_byte_waits_and_idle_releases_it() -> None:
    stream = MaskStream(MASK)
    flood = b"." * 2000 + b"vm"
    assert stream.feed(flood) == flood[:-2]
    assert stream.idle() == b"vm"
    flood = b"." * 2000 + b"vm"
    assert stream.feed(flood) == flood[:-2]
    assert stream.feed(KEY[2:].encode() + b"!") == b"[redacted:BINANCE_API_KEY]!"


def test_flush_gives_out_everything() -> None:
    stream = MaskStream(MASK)
    assert stream.feed(KEY[:40].encode()) == b""
    assert stream.flush() == KEY[:40].encode()
    assert stream.held == 0


pieces = st.sampled_from(
    [KEY, PHRASE, TOKEN, KEY[:20], "\x1b[31m", "\r\n", " \r", "plain text ", "key=", "x", "\x1b", "[", "é"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=12), st.data())
def test_random_text_cut_at_random_never_shows_a_secret_and_loses_nothing_else(
    parts: list[str], data: st.DataObject
) -> None:
    whole = "".join(parts).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    edges = [0, *cuts, len(whole)]
    shown = streamed(*(whole[a:b] for a, b in itertools.pairwise(edges)))
    flat = re.sub(rb"\x1b\[[0-9;]*m|[\r\n]", b"", shown)
    for value in SECRETS.values():
        assert value.encode() not in flat
    if not MASK.spans(whole):
        assert shown == whole


@given(st.binary(max_size=200), st.integers(0, 200))
def test_bytes_without_a_secret_pass_untouched(noise: bytes, cut: int) -> None:
    if not MASK.spans(noise):
        assert MASK.line(noise) == noise
        assert streamed(noise[:cut], noise[cut:]) == noise


def test_one_secret_inside_or_across_another_is_masked_too() -> None:
    mask = Mask.of({"LONG": "abcdefghijklmnop", "INNER": "efghijkl", "CROSS": "mnopqrstuv"})
    assert mask.line(b"<abcdefghijklmnopqrstuv>") == b"<[redacted:LONG]>"
    assert mask.line(b"<efghijkl>") == b"<[redacted:INNER]>"


def test_a_short_value_is_refused_with_a_warning() -> None:
    mask = Mask.of({"PIN_TOKEN": "1234567", "OTHER": "12345678"})
    assert mask.warnings == ("PIN_TOKEN is shorter than 8 characters: it cannot be masked",)
    assert mask.line(b"1234567 12345678") == b"1234567 [redacted:OTHER]"


def test_text_is_masked_as_bytes_are() -> None:
    assert MASK.text(f"é {PHRASE}") == "é [redacted:SIGNING_PASSPHRASE]"
    innocent = "nothing here \udc80"
    assert MASK.text(innocent) is innocent


@pytest.mark.parametrize(
    ("line", "hidden"),
    [
        (
            'HTTP Request: POST https://api.telegram.org/bot%s/sendMessage "HTTP/1.1 200 OK"',
            "123456789:" + "Ab3-" * 9,
        ),
        ("token is %s", "1234567890:AA" + "Hq_7" * 8 + "x"),
        ("GET /api/v3/account?timestamp=1&signature=%s HTTP/1.1", "0a1b2c3d" * 8),
        ("headers={'X-MBX-APIKEY': '%s', 'Accept': '*/*'}", KEY[::-1]),
        ("x-mbx-apikey: %s", KEY[::-1]),
        ("Authorization: Bearer %s", "ya29.a0AfH6SMBx3kT" * 2),
        ("cookie %s;", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFU"),
        ("aws %s.", "AKIAIOSFODNN7EXAMPLE"),
        ("clone https://%s@github.com/x/y.git", "bob:hunter2"),
        ("clone https://%s@github.com/x/y.git", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"),
        ('{"api_secret": "%s"}', "9f8e7d6c5b4a39281706f5e4d3c2b1a0"),
        ("EXCHANGE_API_KEY=%s", "Zm9vYmFyYmF6cXV4MTIzNDU2"),
        ("export DB_PASSWORD='%s'", "Tr0ub4dor-and-3-horses-x"),
        ("key_material -> secretKey: %s", "Zm9vYmFyYmF6cXV4MTIzNDU2=="),
    ],
)
def test_what_looks_like_a_secret_is_masked_without_being_known(line: str, hidden: str) -> None:
    masked = Mask.of({}).text(line % hidden)
    assert hidden not in masked
    assert "[redacted:" in masked
    before, after = line.split("%s")
    assert masked.startswith(before[:20])
    assert masked.endswith(after)


def test_a_private_key_is_masked_to_its_end_line_and_when_it_is_cut_off() -> None:
    body = "\n".join(KEY for _ in range(30))
    block = f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"
    mask = Mask.of({})
    assert mask.text(f"a\n{block}\nb") == "a\n[redacted:private-key]" + "\n" * 31 + "\nb"
    assert KEY not in mask.text(f"a\n{block[:400]}")
    stream = MaskStream(mask)
    data = f"a\n{block}\nb".encode()
    shown = b"".join(stream.feed(data[at : at + 100]) for at in range(0, len(data), 100)) + stream.flush()
    assert KEY[:20].encode() not in shown
    assert shown.endswith(b"\nb")


@pytest.mark.parametrize(
    "line",
    [
        "2025-10-09 10:42:15 - src.live.paper_trader - INFO - order 7b1c9a4e5d6f4a1b8c2d3e4f5a6b7c8d filled",
        "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  positions.db",
        "commit 1df69697a4e5d6f4a1b8c2d3e4f5a6b7c8d9e0f1 (HEAD -> main)",
        "Traceback: KeyError: 'a_rather_long_missing_member_name'",
        "git clone ssh://git@github.com/thunes/thunes.git",
        "kill switch activated by operator@box, key points validated",
        "see https://example.com/docs?topic=tokens#password-reset-and-recovery",
        "monkey = the_quick_brown_fox_jumps_over_the_lazy_dog",
        "bot started, robot45 idle, 12345678:AB",
        "total 12\r\n\x1b[01;34mlogs\x1b[0m  positions.db",
    ],
)
def test_innocent_lines_stay(line: str) -> None:
    assert MASK.text(line) == line


def test_the_gate_hits_wherever_a_secret_is() -> None:
    rng = random.Random(7)
    letters = string.ascii_letters + string.digits + "+/=_-:. %"
    for _ in range(150):
        value = "".join(rng.choice(letters) for _ in range(rng.randrange(8, 70)))
        mask = Mask.of({"X": value})
        encoded = rng.choice(list(ENCODINGS.values())[:11])(value.encode())
        assert b"[redacted:X]" in mask.line(b"\n".join([b"some line", b"more " + encoded + b";", b"rest"]))


PIECES = [
    b"\x1b[31m", b"\x1b[1m", b"\x1b[m", b"\x1b[2K", b"\x1b[", b"\x1b", b"\x1b[12345", b"\r\n", b"\r", b" \r",
    b" \r\n", b"\n", b" text ", KEY[:20].encode(), KEY[20:].encode(), KEY.encode(), TOKEN.encode(),
    b"token=" + KEY[::-1].encode(),
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_the_quick_way_over_coloured_text_finds_what_the_thorough_one_finds(pieces: list[bytes]) -> None:
    thorough = Mask.of(SECRETS)
    thorough._escapes = True
    data = b"".join(pieces)
    assert MASK.spans(data) == thorough.spans(data)
