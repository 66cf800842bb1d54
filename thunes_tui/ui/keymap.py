"""The one registry of what a person can do: action, keys, words, and which pane it belongs to.

Keys, the footer, `?` and the palette all derive from it. A pane adds its own with `Pane.ACTIONS`; a pane's
key wins over the same key of the console while that pane has the focus. Nothing here may need Esc, a mouse,
or a key that tmux or the terminal keeps for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

FORBIDDEN = frozenset({"escape", *(f"ctrl+{letter}" for letter in "basqzhijm"), "ctrl+left_square_bracket"})
"""Keys that no action may need: they are tmux's, the terminal's, or another key under another name."""
NAMES = {
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "enter": "Enter",
    "space": "Space",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "full_stop": ".",
    "comma": ",",
    "plus": "+",
    "minus": "-",
    "ctrl+right_square_bracket": "ctrl+]",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "asterisk": "*",
    "equals_sign": "=",
    "vertical_line": "|",
    "at": "@",
    "exclamation_mark": "!",
    "ampersand": "&",
    "f1": "F1",
    "f9": "F9",
    "f12": "F12",
}


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do with a key."""

    name: str
    """The method that does it is called `do_` and this, on the console or on the pane."""
    keys: tuple[str, ...]
    """As Textual names them: `j`, `enter`, `question_mark`."""
    label: str
    """One or two words for the footer."""
    help: str
    """One sentence for `?` and the palette."""
    pane: str = ""
    """The pane that does it; empty for the console."""
    footer: bool = False
    """Whether it is worth one of the footer's few places."""


PANES = ("checklist", "control", "log", "audit", "processes")
"""In the order of their keys 1 to 5."""

GLOBAL: tuple[Action, ...] = (
    Action(
        "next", ("enter",), "next", "Do the next thing of the drill; the footer says what it is", footer=True
    ),
    Action("tick", ("t",), "tick", "Tick the selected criterion or prerequisite: it holds", footer=True),
    Action("fail", ("f",), "fail", "Say that the selected criterion does not hold, with the reason"),
    Action("note", ("n",), "note", "Write a note beside the current step", footer=True),
    Action("deviation", ("d",), "deviation", "Write down a deviation from the runbook", footer=True),
    Action("skip", ("s",), "skip", "Skip the selected step or test, with the reason"),
    Action("again", ("a",), "again", "Run the selected step again as a new attempt; the old one is kept"),
    Action("edit", ("M",), "edit", "Change the selected step's block before it runs, or fill it in"),
    Action("override", ("o",), "override", "Decide otherwise than what was sensed, with the reason"),
    Action("preflight", ("r",), "pre-flight", "Run the pre-flight again"),
    Action(
        "hold", ("H",), "hold", "Hold the drill, or release it: nothing new starts meanwhile", footer=True
    ),
    Action("stop", ("K",), "stop process", "Stop the bot, or the selected process: SIGTERM, 10 s, SIGKILL"),
    Action("seen", ("e",), "alert seen", "The alert is on the phone now: stops the alert's clock"),
    Action("reading", ("v",), "read", "Read the runbook at the current step, and the operational runbook"),
    Action("summary", ("S",), "summary", "Results, durations, timeline and decision as they stand"),
    Action("keys", ("w",), "keys", "Ask for the keys, or pass them to who asked"),
    Action("sign_off", ("W",), "sign off", "Sign the current test off as a witness"),
    Action(
        "shell", ("c", "f12", "ctrl+right_square_bracket"), "shell", "Type into the shell of the control pane"
    ),
    Action("new_shell", ("O",), "new shell", "Open a new shell after the drill's shell has ended"),
    Action("zoom", ("z",), "zoom", "Give the focused pane the whole screen, and back", footer=True),
    Action("pane_1", ("1",), "checklist", "Go to the checklist"),
    Action("pane_2", ("2",), "control", "Go to the control pane"),
    Action("pane_3", ("3",), "log", "Go to the log"),
    Action("pane_4", ("4",), "audit", "Go to the audit trail"),
    Action("pane_5", ("5",), "processes", "Go to the processes"),
    Action("pane_next", ("tab",), "pane", "Go to the next pane"),
    Action("pane_back", ("shift+tab",), "pane", "Go to the pane before"),
    Action("theme", ("T",), "theme", "Use the next theme"),
    Action("zone", ("U",), "UTC/local", "Show times in UTC or in local time"),
    Action(
        "palette",
        ("colon",),
        "all",
        "Every action, also those that cannot be done now, with the reason",
        footer=True,
    ),
    Action("help", ("question_mark", "f1"), "help", "The keys of the pane that has the focus", footer=True),
    Action("end", ("E",), "end early", "End the drill before its last test, with the reason"),
    Action(
        "pause", ("p",), "pause", "Pause the drill with its reason, or resume it: its time is out of the plan"
    ),
    Action(
        "abort",
        ("exclamation_mark",),
        "abort",
        "Hold everything at once, and abort the drill by a typed word; in a dialog too. Where text is typed,"
        " and in the shell, F12 comes first",
    ),
    Action(
        "left_safe", ("Q",), "left safe", "How the box is left: switch, bot, orders, positions, jobs, files"
    ),
    Action(
        "emergency",
        ("ampersand", "f9"),
        "emergencies",
        "The seed's four emergencies, each with its checklist",
    ),
    Action("why", ("D",), "why", "Say why the oldest deviation came about that has no reason yet"),
    Action("leave", ("q",), "leave", "Leave the console; the drill and the bot go on"),
)


def key_name(key: str) -> str:
    """A key as a person reads it."""
    return NAMES.get(key, key)


class Keymap:
    """All actions of the console and its panes, found by key or by name."""

    def __init__(self, more: Iterable[Action] = (), leader: str = "") -> None:
        extra = (leader,) if leader else ()
        self.actions = tuple(_with_leader(action, extra) for action in (*GLOBAL, *more))
        self._by_key: dict[tuple[str, str], Action] = {}
        for action in self.actions:
            for key in action.keys:
                self._claim(key, action)

    def _claim(self, key: str, action: Action) -> None:
        other = self._by_key.get((action.pane, key))
        if other is not None:
            raise ValueError(f"{key_name(key)} is asked for by {other.name} and by {action.name}")
        if key in FORBIDDEN:
            raise ValueError(f"{action.name} may not use {key_name(key)}")
        self._by_key[action.pane, key] = action

    def find(self, key: str, pane: str) -> Action | None:
        """What a key means while a pane has the focus."""
        return self._by_key.get((pane, key)) or self._by_key.get(("", key))

    def of(self, pane: str) -> Iterator[Action]:
        """A pane's own actions; those of the console for an empty name."""
        return (action for action in self.actions if action.pane == pane)

    def named(self, name: str, pane: str = "") -> Action:
        """The action of this name. Raises KeyError when there is none."""
        for action in self.actions:
            if action.name == name and action.pane == pane:
                return action
        raise KeyError(name)


def _with_leader(action: Action, leader: tuple[str, ...]) -> Action:
    if action.name != "shell" or not leader or leader[0] in action.keys:
        return action
    return Action(action.name, (*action.keys, *leader), action.label, action.help, action.pane, action.footer)
