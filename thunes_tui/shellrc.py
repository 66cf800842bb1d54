"""What the drill's bash reads at its start: the operator's settings, a calm prompt, the hooks and `step`."""

from __future__ import annotations

from pathlib import Path

from thunes_tui.marks import MARKS_FD

RC_FD = 199
"""The number under which the shell finds its start file; closed by it."""

SHELL = ("bash", "--noprofile", "--rcfile", f"/dev/fd/{RC_FD}", "-i")
"""The drill's shell. Nothing of the project stands in its arguments."""

STEPS = "THUNES_STEPS"
"""Names the folder with one file a step; the shell and its world must be able to read it."""

UNSET = "THUNES_UNSET"
"""Names variables, blanks between them, that the operator's `~/.bashrc` must not bring into the shell."""

CLEAR = b"\x1b[9955~"
"""A key that no keyboard has: readline empties the line at it, also in vi's command mode and in a search."""

UNSEEN = "(typed with echo off)"
"""Told in place of a line that the terminal did not show."""

UNTOLD = "(typed with set +o history)"
"""Told in place of a line that the shell keeps no word of; the screen shows it."""

RC = r"""
[[ -r ~/.bashrc ]] && . ~/.bashrc
set +e +u +H
trap - DEBUG

# The guard judged the environment that the shell was given: these names stand in no other. A bot may read
# them in any case.
builtin mapfile -t __thunes_names < <(builtin compgen -v)
for __thunes_name in "${__thunes_names[@]}"; do
  [[ " $THUNES_UNSET " == *" ${__thunes_name^^} "* ]] || continue
  if ! builtin unset -v "$__thunes_name"; then
    builtin printf '%s\n' "thunes-tui: ~/.bashrc makes $__thunes_name read-only: take that line out" >&2
    builtin exit 1
  fi
done
builtin unset -v __thunes_names __thunes_name THUNES_UNSET
unset HISTFILE PROMPT_COMMAND
HISTSIZE=10000
set -o history
shopt -s cmdhist lithist checkwinsize
shopt -u huponexit
PS1='\W \$ '
__thunes_seq=0
__thunes_ended=0
__thunes_empty=

__thunes_mark() {
  local jobs='\j'
  builtin printf '\n%s %s %d %s %d\0%s\0%s\0' \
    "$__thunes_key" "$1" "$__thunes_seq" "$2" "${jobs@P}" "$3" "$PWD" >&@MARKS@
} 2>/dev/null

# In a subshell of PS0, after the line was read and before it runs.
__thunes_start() {
  local line LC_ALL=C  # bytes that are no text in the operator's language would match nothing
  line=$(builtin history 1)
  [[ $line =~ ^[[:space:]]*[0-9]+[*[:space:]]\ (.*)$ ]] && line=${BASH_REMATCH[1]}
  [[ -o history ]] || line='@UNTOLD@'
  # Readline gave the terminal back, so this is how the line was typed: what was not shown is not told, nor
  # that of which nobody can say it; a step is, which the drill types.
  [[ $line =~ ^step\ [[:alnum:].]+$ || $(builtin command -p stty -a) == *[[:space:]]echo[[:space:]]* ]] ||
    line='@UNSEEN@'
  __thunes_mark start - "$line"
} 2>/dev/null

__thunes_prompt() {
  local status=$?
  if (( __thunes_ended < __thunes_seq )); then
    __thunes_ended=$__thunes_seq
    __thunes_mark end "$status" ''
  fi
  __thunes_mark prompt "$status" ''
  __thunes_mend
  # A program that a signal ended may have left its screen, cursor and keys behind. On the first screen
  # the save before makes the switch one to where the cursor stands.
  (( status <= 128 || status == 130 || status == 148 )) || builtin printf '%b' "$__thunes_afresh" >/dev/tty
  return "$status"
} 2>/dev/null

# Puts back what the lines of a step, a settings file or an activated tool took away, beside what they set.
__thunes_mend() {
  local status=$?
  builtin unset -v HISTCONTROL HISTIGNORE HISTTIMEFORMAT  # or a line would go by that is in no history
  builtin shopt -s expand_aliases
  builtin alias step='builtin . "$__thunes_steps/.step"'
  [[ $PS0 == *__thunes_start* ]] || PS0=$__thunes_ps0$PS0
  if [[ ${PROMPT_COMMAND[*]} != *__thunes_prompt* ]]; then
    if (( __thunes_at )); then
      PROMPT_COMMAND[__thunes_at]=__thunes_prompt
    else
      PROMPT_COMMAND="__thunes_prompt${PROMPT_COMMAND:+;$PROMPT_COMMAND}"
    fi
  fi
  return "$status"
} 2>/dev/null

# From 5.1 on each member is run, and who sets the variable sets its first one only.
__thunes_at=$(( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501 ? 99 : 0 ))
__thunes_steps=$THUNES_STEPS  # the name may be unset, with others of the project
__thunes_prompt=0  # as the name of a number it is nothing, where the hook's name is taken for one
# The first part counts without a fork and without printing; the second gives the hook of the prompt back.
__thunes_ps0='${__thunes_empty:$((__thunes_seq++, 0)):0}'
(( __thunes_at )) && __thunes_ps0+='${__thunes_empty:${PROMPT_COMMAND[__thunes_at]:=__thunes_prompt}:0}'
__thunes_ps0+='$(__thunes_start)'
__thunes_afresh='\e7\e[?1049l\e7\e[?6l\e[r\e8\e[m\e(B\x0f\e[4l\e[?7h\e[?25h\e[?1l\e>'
__thunes_afresh+='\e[?1000l\e[?1002l\e[?1003l\e[?1004l\e[?1006l'
__thunes_mend
trap '__thunes_mark exit "$?" ""' EXIT
readonly -f __thunes_mark __thunes_start __thunes_prompt __thunes_mend
readonly __thunes_at __thunes_steps __thunes_ps0 __thunes_afresh __thunes_empty

# What the drill sends before a line of its own, so that nothing that stands at the prompt gets into it.
for __thunes_keys in emacs:kill-whole-line vi-insert:kill-whole-line 'vi-command:"ddi"'; do
  builtin bind -m "${__thunes_keys%%:*}" "\"@CLEAR@\": ${__thunes_keys#*:}"
done 2>/dev/null
builtin unset -v __thunes_keys

# A step's text is read from a file of the drill and runs as if typed: `step` is an alias, because inside a
# function `declare` would make locals of its variables.
exec @RC@<&-
"""


STEP = r"""if [[ $# -ne 1 || ! -r $__thunes_steps/$1 || $1 == */* ]]; then
  builtin printf 'step: no such step: %s\n' "$*" >&2; builtin return 127
fi
[[ -o history ]] || __thunes_mark start - "step $1"  # or nobody would know what has begun
__thunes_step=$1; builtin set --
builtin . "$__thunes_steps/$__thunes_step"
__thunes_mend
"""
"""What the alias `step` reads, from the file `.step` beside the steps."""


def prepare(steps: Path) -> None:
    """Make the folder of the steps, before any shell looks for it. Raises OSError."""
    steps.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = steps / ".step.new"
    beside.write_text(STEP, encoding="ascii")
    beside.chmod(0o600)
    beside.replace(steps / ".step")


def rc(marks_fd: int = MARKS_FD) -> bytes:
    """The start file. The keeper puts the marks' key before it; see `thunes_tui.marks`."""
    rc = RC.replace("@MARKS@", str(marks_fd)).replace("@RC@", str(RC_FD)).replace("@UNSEEN@", UNSEEN)
    return rc.replace("@UNTOLD@", UNTOLD).replace("@CLEAR@", CLEAR.decode().replace("\x1b", r"\e")).encode()
