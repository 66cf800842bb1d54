"""What programs are known to do with the terminal, with time, and with the shell that runs them."""

from __future__ import annotations

import re

from thunes_tui.runbook.shellwords import Command
from thunes_tui.runbook.wrappers import arguments_of, name_of, names

_SCREENS = names(
    "vi vim nvim view nano emacs pico ed ex less more most man top htop btop iotop atop nethogs mc fzf tmux "
    "screen passwd su visudo gdb pdb ipython ncdu tig lnav bpython select dialog whiptail vimdiff"
)
_PROMPTS = names("python python2 python3 ipython node bc irb lua bash sh zsh ksh fish redis-cli")
_DATABASE_PROMPTS = frozenset({"sqlite3", "psql", "mysql", "mongo", "mongosh"})
_SHELL_CHANGES = names(
    "export source . unset alias unalias set shopt deactivate umask ulimit trap exit exec logout enable hash "
    "readonly declare typeset let bind stty"
)


def is_interactive(command: Command) -> bool:
    """Whether it takes the terminal for itself or waits for a person's input."""
    name, words = name_of(command), arguments_of(command)
    options = [word for word in words[1:] if word.startswith("-")]
    plain = [word for word in words[1:] if not word.startswith("-")]
    if name == "read":
        return not command.fed and command.keyword not in ("while", "until")
    if name in ("sudo", "doas"):
        return bool({"-i", "-s", "-e"} & set(options)) or len(words) == 1
    if name in _SCREENS:
        return not {"--version", "--help", "-b"} & set(options)
    if name in _PROMPTS:
        return (
            not command.fed
            and not plain
            and not {"-c", "-m", "--version", "-V", "--help", "-s"} & set(options)
        )
    if name in _DATABASE_PROMPTS:
        return (
            not command.fed
            and len(plain) < 2
            and not {"-c", "-e", "-f", "--version", "-version"} & set(options)
        )
    if name == "ssh":
        return len(plain) < 2 and not command.fed
    if name == "git":
        return _git_asks(words)
    if name in ("docker", "podman", "kubectl"):
        return any(re.fullmatch(r"-(?:it|ti|i|t)|--tty|--interactive", word) for word in options)
    if name == "crontab":
        return "-e" in options
    return name in ("rm", "mv", "cp") and any(
        re.fullmatch(r"-[a-zA-Z]*i[a-zA-Z]*|-I", word) for word in options
    )


def _git_asks(words: list[str]) -> bool:
    verb = next((word for word in words[1:] if not word.startswith("-")), "")
    options = [word for word in words[1:] if word.startswith("-")]
    if verb == "commit":
        said = any(
            re.match(r"-[a-zA-Z]*[mFC]|--(?:message|file|no-edit|reuse-message)", word) for word in options
        )
        return not said
    return bool({"-p", "--patch", "-i", "--interactive"} & set(options)) and verb in (
        "add",
        "rebase",
        "checkout",
        "reset",
        "stash",
    )


def never_ends(command: Command, programs: set[str]) -> bool:
    """Whether it runs until it is stopped; `programs` are all of the block, for what leaves a loop."""
    name, words = name_of(command), arguments_of(command)
    options = words[1:]
    if command.keyword == "timeout":
        return False
    if command.keyword in ("while", "until"):
        for_ever = words in (["true"], [":"]) if command.keyword == "while" else words == ["false"]
        return for_ever and not programs & {"break", "exit", "return"}
    if name == "tail":
        return any(
            re.fullmatch(r"-[0-9a-zA-Z]*[fF][0-9a-zA-Z]*|--follow(?:=\w+)?|--retry", word) for word in options
        )
    if name in ("journalctl", "dmesg", "logs"):
        return any(re.fullmatch(r"-[a-z]*[fw][a-z]*|--follow(?:-new)?", word) for word in options)
    if name in ("docker", "podman", "kubectl"):
        return "logs" in options and bool({"-f", "--follow"} & set(options))
    if name in ("ping", "ping6"):
        return not any(word.startswith(("-c", "-w")) for word in options)
    if name == "sleep":
        return "infinity" in options or "inf" in options
    if name in ("vmstat", "iostat", "mpstat"):
        return len([word for word in options if word.isdigit()]) == 1
    if name == "inotifywait":
        return bool({"-m", "--monitor"} & set(options))
    return name in ("watch", "yes", "inotifywatch", "tailf", "multitail", "lnav", "http.server")


def changes_directory(command: Command) -> bool:
    """Whether later blocks of the same shell start in another directory."""
    return command.depth == 0 and name_of(command) in ("cd", "pushd", "popd")


def changes_environment(command: Command) -> bool:
    """Whether later blocks of the same shell see other variables or options, or no shell at all."""
    if command.depth > 0:
        return False
    words = arguments_of(command)
    if not words:
        return bool(command.words)  # assignments alone
    if words[0] == "conda":
        return words[1:2] == ["activate"] or words[1:2] == ["deactivate"]
    return words[0] in _SHELL_CHANGES or (words[0] == "function" and len(words) > 1)
