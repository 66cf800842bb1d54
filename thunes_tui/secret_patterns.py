"""Secrets that nobody told us, known by their look: tokens, signatures, keys behind a telling name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """`regex` finds the secret within a line; its group `s` is what must not be seen."""

    name: str
    regex: re.Pattern[bytes]


_NAMED = (
    rb"(?:[kK][eE][yY]|[tT][oO][kK][eE][nN]|[sS][eE][cC][rR][eE][tT]|[pP][aA][sS][sS](?:word|wd|WORD|WD|Word)"
    rb"|phrase|PHRASE|[cC]redential|CREDENTIAL)s?"
)
_ASSIGNED = rb"[A-Za-z0-9_]{0,16}[\"'\\]{0,4}[ \t]{0,3}(?:[:=]|=>|,)[ \t]{0,3}b?[\"'\\]{0,4}(?:Bearer )?"
"""From a telling name to its value: `_TESTNET": "`, `=`, `', '`."""

PATTERNS = (
    Pattern("telegram-token", re.compile(rb"bot(?P<s>\d{5,}:[A-Za-z0-9_-]{20,})")),
    Pattern("telegram-token", re.compile(rb"(?<![0-9A-Za-z])(?P<s>\d{8,10}:AA[A-Za-z0-9_-]{32,})")),
    Pattern(
        "signature",
        re.compile(rb"[sS]ignature[\"'\\]{0,4}\s{0,3}[:=]\s{0,3}[\"'\\]{0,4}(?P<s>[0-9a-fA-F]{40,})"),
    ),
    Pattern(
        "api-key",
        re.compile(rb"[xX]-[mM][bB][xX]-[aA][pP][iI][kK][eE][yY][\"'\\:=, \t]{1,12}(?P<s>[A-Za-z0-9]{16,})"),
    ),
    Pattern("jwt", re.compile(rb"(?P<s>eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?)")),
    Pattern("aws-key", re.compile(rb"(?<![A-Z0-9])(?P<s>A[KSBC][IC]A[A-Z0-9]{16})(?![A-Z0-9])")),
    Pattern("bearer", re.compile(rb"[bB]earer[ \t]{1,3}(?P<s>[A-Za-z0-9+/=._~-]{20,})")),
    Pattern("url-password", re.compile(rb"://(?P<s>[^\s/@:\"']*:[^\s/@\"']+|[^\s/@:\"']{20,})@")),
    # The look ahead keeps plain words and paths: a made key has digits.
    Pattern(
        "secret",
        re.compile(
            _NAMED + _ASSIGNED + rb"(?P<s>(?=[A-Za-z+/_=-]{0,63}\d)[A-Za-z0-9+_=-][A-Za-z0-9+/_=-]{19,})"
        ),
    ),
)

# One pass that hits wherever a pattern could. The expression engine skips fast only where every branch begins
# with a plain byte, hence the flat list; each branch begins with the rarest byte of its pattern in logs.
_NAMED_ENDS = (
    rb"k[eE][yYnN]",
    rb"K[eE][yYnN]",
    rb"c[rR][eE](?:[tT]|dential)",
    rb"C[rR][eE](?:[tT]|DENTIAL)",
    rb"w(?:or)?d",
    rb"W(?:OR|or)?[dD]",
    rb"phrase",
    rb"PHRASE",
)
GATE = re.compile(
    rb"b(?:ot\d{5}|earer[ \t])|Bearer[ \t]|A(?:A[A-Za-z0-9_-]{30}|[KSBC][IC]A[A-Z0-9]{16})"
    rb"|gnature[\"'\\]{0,4}\s{0,3}[:=]|m[bB][xX]-[aA]|M[bB][xX]-[aA]|J[A-Za-z0-9_-]{9,}\.|@[^\s@]|"
    + b"|".join(end + _ASSIGNED + rb"[A-Za-z0-9+/_=-]{20}" for end in _NAMED_ENDS)
)

_PRIVATE_KEY = re.compile(
    rb"-----BEGIN (?P<kind>[A-Z0-9 ]{0,30})PRIVATE KEY-----(?:.*?-----END (?P=kind)PRIVATE KEY-----|.*\Z)",
    re.DOTALL,
)


def find(text: bytes) -> Iterator[tuple[int, int, str]]:
    """Start, end and name of everything in `text` that looks like a secret; may overlap, in no order.

    A pattern stays within its line, but for a private key, which reaches to its end line or that of `text`.
    """
    done = 0
    for hit in GATE.finditer(text):
        if hit.start() < done:
            continue
        start = text.rfind(b"\n", 0, hit.start()) + 1
        end = text.find(b"\n", hit.end())
        done = len(text) if end < 0 else end
        for pattern in PATTERNS:
            for match in pattern.regex.finditer(text, start, done):
                yield *match.span("s"), pattern.name
    if b"PRIVATE KEY-----" in text:
        for match in _PRIVATE_KEY.finditer(text):
            yield *match.span(), "private-key"
