"""What a shell text runs that cannot be read from it: unknown words, piped shells, other languages."""

from __future__ import annotations

import re

from thunes_tui.runbook.shellwords import Command
from thunes_tui.runbook.wrappers import SHELLS, arguments_of, name_of, names, shell_text

SIGNALS = re.compile(r"(?<![\w-])(?:p?kill|killall5?|skill|fuser|systemctl)\b(?![-_])")
"""Words without which a script is taken to signal nothing."""
_ARITHMETIC = re.compile(r"(?<![$\w])\(\([\w\s$+*/%<>=!&|?:,-]*\)\)")
_ARRAY = re.compile(r"(?<=\w)\+?=\(")
_PATH = re.compile(r"(?:[^`(){}*?\[$]|\$\w+|\$\{\w+\})*/[\w.+-]+")
_OPEN_WORD = re.compile(r"[$`?]|.\*|\*.|\{.*,|[<>]\(|.\[")
_SIGNALLING = re.compile(
    r"\b(?:os|posix)\s*\.\s*(?:kill|killpg|system|popen|exec\w*|spawn\w*|posix_spawn\w*)\b|\bsubprocess\b"
    r"|\bfrom\s+os\s+import\b|\bkill(?:pg)?\s*\(|\.terminate\s*\(|\bsend_signal\b|\bp?killall\b|\bpkill\b"
    r"|\bpsutil\b|\bos\b.*\bgetattr\b|\bgetattr\b.*\bos\b"
)
_RUNNING = re.compile(r"\bkill\b(?![-_])|\bsystem\b|\bexec\b|`|\bqx\b|\bspawn|\bpopen\b|child_process")
_INTERPRETERS = re.compile(r"(?:python|pypy|perl|ruby|node|php|lua)[\d.]*")
_AWKS = names("awk gawk mawk nawk")


def plain(text: str) -> str:
    """The text without what only looks like commands: `(( $n > 3 ))`, and the first word of `a=($b)`."""
    return _ARRAY.sub(lambda match: match[0] + ": ", _ARITHMETIC.sub(" : ", text))


def unknown(command: Command) -> str:
    """Why nobody can say what this simple command runs; empty where it can be said."""
    words = arguments_of(command)
    name = name_of(command)
    if not words:
        return ""
    if _OPEN_WORD.search(words[0]) and not _PATH.fullmatch(words[0]):
        return f"{words[0][:60]}: what runs there cannot be told from the text"
    if name in SHELLS and shell_text(words) is None and not script_of(command):
        return f"what is piped into {name} cannot be told from the text" if _is_blind(command) else ""
    if _INTERPRETERS.fullmatch(name):
        return _of_language(command, name, words)
    if name in _AWKS and any("system(" in word or '| "' in word for word in words):
        return f"{name} runs commands of its own"
    if name == "alias" and any(SIGNALS.search(word.partition("=")[2]) for word in words[1:]):
        return f"{' '.join(words)[:60]}: what it stands for signals processes"
    return ""


def _is_blind(command: Command) -> bool:
    """It reads what is not in the text."""
    return command.fed and not command.stdin and not any(sign == "<<<" for sign, _ in command.redirections)


def _of_language(command: Command, name: str, words: list[str]) -> str:
    python = name.startswith(("python", "pypy"))
    asked = re.compile(r"-[a-zA-Z]*c" if python else r"-[a-zA-Z]*[eErp]|--eval|--print")
    code = [words[at + 1] for at, word in enumerate(words[:-1]) if asked.fullmatch(word)]
    code += [command.stdin, *(word for sign, word in command.redirections if sign == "<<<")]
    if (_SIGNALLING if python else _RUNNING).search("\n".join(code)):
        return f"{name}: its code may signal processes"
    if len(words) == 1 or words[1:] == ["-"]:
        return f"what is piped into {name} cannot be told from the text" if _is_blind(command) else ""
    return ""


def script_of(command: Command) -> str:
    """The file whose text the command runs: `. F`, `bash F`, `bash < F`, `./F`; empty for none."""
    words, name = arguments_of(command), name_of(command)
    if not words:
        return ""
    if name in (".", "source"):
        return next((word for word in words[1:] if word != "--"), "")
    if name in SHELLS:
        if shell_text(words) is not None:
            return ""
        for at, word in enumerate(words[1:], start=1):
            if word[:1] not in ("-", "+") and words[at - 1] not in ("-o", "+o", "-O", "+O", "--rcfile"):
                return word if "-s" not in words[1:at] else ""
        return next((word for sign, word in command.redirections if sign == "<"), "")
    return words[0] if "/" in words[0] else ""


def is_named(command: Command) -> bool:
    """The file is a shell's script by what the command says, and not by its first line."""
    return name_of(command) in SHELLS | {".", "source"} or script_of(command).endswith(".sh")
