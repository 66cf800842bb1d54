"""What programs are known to do to processes, data, other users' rights and other machines."""

from __future__ import annotations

import re

from thunes_tui.runbook.shellwords import Command
from thunes_tui.runbook.wrappers import arguments_of, name_of, names

_KILLERS = names(
    "kill pkill killall killall5 skill rm rmdir unlink shred wipefs truncate shutdown reboot halt poweroff"
)
_PRIVILEGES = frozenset({"sudo", "doas", "su", "pkexec", "runuser", "sudoedit"})
_NETWORKERS = names(
    "ping ping6 curl wget ssh scp sftp nc ncat netcat telnet dig nslookup host traceroute tracepath mtr ftp "
    "nmap gh aws gcloud az kubectl http https iperf iperf3 whois openssl iptables nft tc"
)
_INSTALLERS = names("pip pip3 apt apt-get yum dnf npm yarn pnpm cargo brew conda uv poetry gem snap")
_DATA = re.compile(
    r"\.(?:db|sqlite3?|jsonl|env|key|pem)(?:-wal|-journal|-shm)?$|(?:^|/)\.env$", re.IGNORECASE
)
_SQL = re.compile(
    r"\b(?:drop|delete|update|insert|replace|alter|vacuum|reindex)\b|\.restore\b|\.import\b", re.IGNORECASE
)
_PYTHON_HARM = re.compile(
    r"\bos\.(?:kill|killpg|remove|unlink|rmdir|truncate)\(|\brmtree\(|\.unlink\(|\.kill\(|\.terminate\("
)


def is_destructive(command: Command) -> bool:
    """Whether it ends processes, removes or overwrites data, or discards work."""
    name, words = name_of(command), arguments_of(command)
    options = words[1:]
    if any(
        operator in (">", ">|", "&>") and _DATA.search(target) for operator, target in command.redirections
    ):
        return True
    if name == "kill":
        return not {"-0", "-l", "-L"} & set(options)
    if name in _KILLERS or name.startswith(("mkfs", "mkswap")):
        # None of them has a dry run: `pkill -n` takes the newest, and `-V` may stand behind a pattern.
        return not options or options[0] not in ("--help", "--version")
    if name == "dd":
        return any(word.startswith("of=") and word != "of=/dev/null" for word in options)
    if name in ("cp", "install", "rsync", "ln", "tee", "sponge", "scp"):
        return _overwrites(name, options)
    if name == "mv":
        return any(_DATA.search(word) for word in options)
    if name == "fuser":
        return "-k" in options
    if name == "sed":
        return any(re.match(r"-[a-zA-Z]*i|--in-place", word) for word in options)
    if name == "find":
        return "-delete" in options
    return _discards(name, options, command)


def _overwrites(name: str, options: list[str]) -> bool:
    targets = [word for word in options if not word.startswith("-")]
    if name == "tee":
        return "-a" not in options and any(_DATA.search(word) for word in targets)
    if name == "rsync" and "--delete" in options:
        return True
    return bool(targets) and _DATA.search(targets[-1]) is not None


def _discards(name: str, options: list[str], command: Command) -> bool:
    if name == "git":
        verb = next((word for word in options if not word.startswith("-")), "")
        forced = bool({"-f", "--force", "-D", "--force-with-lease", "--", "."} & set(options))
        return verb in ("reset", "clean", "restore", "rebase", "filter-branch") or (
            verb in ("push", "branch", "checkout", "switch", "stash", "worktree")
            and (forced or {"drop", "clear"} & set(options) != set())
        )
    if name in ("sqlite3", "psql", "mysql"):
        return _SQL.search(" ".join([*options, command.stdin])) is not None
    if name in ("systemctl", "service", "supervisorctl"):
        return bool({"stop", "kill", "restart", "disable", "mask", "reload"} & set(options))
    if name in ("docker", "podman", "kubectl", "docker-compose"):
        return bool({"rm", "rmi", "stop", "kill", "down", "prune", "delete", "restart"} & set(options))
    if name in ("tmux", "screen"):
        return any(word.startswith("kill") or word == "quit" for word in options)
    if name.startswith("python"):
        code = options[options.index("-c") + 1 :] if "-c" in options else []
        return _PYTHON_HARM.search(" ".join([*code[:1], command.stdin])) is not None
    return name == "crontab" and "-r" in options


def is_privileged(command: Command) -> bool:
    """Whether it asks for another user's rights."""
    return name_of(command) in _PRIVILEGES


def is_network(command: Command) -> bool:
    """Whether it speaks to other machines, or changes how this one does."""
    name, words = name_of(command), arguments_of(command)
    options = set(words[1:])
    if any("/dev/tcp/" in target or "/dev/udp/" in target for _, target in command.redirections):
        return True
    if name in _NETWORKERS:
        return True
    if name == "git":
        return bool({"push", "pull", "fetch", "clone", "ls-remote"} & options)
    if name in _INSTALLERS:
        return bool({"install", "add", "update", "upgrade", "ci", "sync", "download"} & options)
    if name in ("docker", "podman"):
        return bool({"pull", "push", "login"} & options)
    if name == "ip":
        return "link" in options and "set" in options
    return name in ("rsync", "scp") and any(re.match(r"[\w.@-]+:", word) for word in words[1:])
