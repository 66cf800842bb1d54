"""Text that does not look like what it is: invisible characters, odd spaces, letters of other alphabets."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\s\"'`;|&<>(){}=,:]+")
_LOOKALIKES = frozenset("асеорхуіјѕԁԛԝһӏАВЕКМНОРСТХІЈЅԌϲοανρικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
_INVISIBLE = frozenset("͏ᅟᅠ឴឵ㅤﾠ⠀") | {chr(code) for code in range(0xE0100, 0xE01F0)}
_ODD = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs"})
_PLAIN = frozenset("\n\t ")


def hides_text(text: str) -> bool:
    """Whether a person who reads `text` could take it for something else than the shell does."""
    if text.isascii() and text.isprintable():
        return False
    if any(_odd(character) for character in text):
        return True
    return any(_borrowed(match.group()) for match in _WORD.finditer(text) if not match.group().isascii())


def _odd(character: str) -> bool:
    if character in _PLAIN:
        return False
    if character in _INVISIBLE or unicodedata.category(character) in _ODD:
        return True
    if character.isascii() or not character.isalnum():
        return False
    folded = unicodedata.normalize("NFKC", character)
    return folded.isascii() and folded.isalnum()  # full-width and mathematical letters


def _borrowed(word: str) -> bool:
    """Whether a word mixes alphabets, or is written in letters that all look like Latin ones."""
    scripts = {_script(character) for character in word if character.isalpha()}
    if len(scripts) > 1:
        return True
    letters = [character for character in word if character.isalpha()]
    return bool(letters) and all(letter in _LOOKALIKES for letter in letters)


def _script(letter: str) -> str:
    return "LATIN" if letter.isascii() else unicodedata.name(letter, "UNKNOWN").split()[0]
