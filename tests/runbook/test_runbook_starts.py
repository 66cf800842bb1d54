"""Whether a process runs with the arguments that a block gave to the bot."""

from __future__ import annotations

import pytest

from thunes_tui.runbook.starts import otherwise, started

SCRIPTS = ("src/live/bot.py",)


@pytest.mark.parametrize(
    ("block", "argv", "words"),
    [
        ("python src/live/bot.py --side BUY &", "python src/live/bot.py --side BUY", ""),
        (
            "python src/live/bot.py --side BUY &",
            "python src/live/bot.py --side SELL",
            "with --side SELL where",
        ),
        ("python src/live/bot.py --note 'DR drill' &", "python src/live/bot.py --note DR drill", ""),
        ("python src/live/bot.py --note '' &", "python src/live/bot.py --note ", ""),
        (
            "python src/live/bot.py --note 'DR drill' &",
            "python src/live/bot.py --note DR",
            "where the step says",
        ),
        ("python src/live/bot.py --key abcd1234 &", "python src/live/bot.py --key [redacted:API_KEY]", ""),
        ("python src/live/bot.py --side $SIDE &", "python src/live/bot.py --side SELL", ""),
    ],
)
def test_arguments_are_compared_as_a_command_line_tells_them(block: str, argv: str, words: str) -> None:
    found = otherwise(started(block, SCRIPTS), argv, SCRIPTS)
    assert words in found
    assert bool(found) == bool(words)
