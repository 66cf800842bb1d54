"""The last rows: what Enter does now, what the console has to say, and the few keys that work now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from thunes_tui.drill.next import FILL_IN, NextAction, next_action
from thunes_tui.ui.desk import SHELL, Desk
from thunes_tui.ui.keymap import Action, key_name
from thunes_tui.ui.layout import name_for
from thunes_tui.ui.widgets.line import Line, cut, data, spread, width_of
from thunes_tui.ui.widgets.rows import Rows

MOST_KEYS = 7
ALWAYS = ("palette", "help")
"""What leads to every other action."""
BETWEEN = ("   ", "text")
LEAST_WORDS = 16
"""Columns for keys that what comes next never takes: enough for those. A reason takes them."""
BRIEF = 100
"""Columns below which a reason is worth more than a title."""
TOO_SMALL: Line = [("q", "key"), (" leave", "text"), (" 60x15 needed", "bar_dim")]


class FooterLine(Rows):
    """Two rows where there is room, else one."""

    OVER = "bar"
    DEFAULT_CSS = "FooterLine { height: 2; }"

    def __init__(
        self,
        desk: Desk,
        actions: Callable[[], Iterable[Action]],
        enter: Callable[[], Action | None],
        busy: Callable[[], bool],
        leader: str,
    ) -> None:
        """`enter`: what Enter does in the focused pane, where that is not the next thing of the drill;
        `busy`: whether what comes next only waits for what was begun."""
        super().__init__(desk, "footer")
        self._actions = actions
        self._enter = enter
        self._busy = busy
        self._leader = key_name(leader)

    def lines(self, width: int, height: int) -> list[Line]:
        if height < 1:
            return []
        if not self.desk.connected:
            return [self._gone(width)] + [[]] * (height - 1)
        if self.desk.mode == SHELL:
            return [self._typing(width, height)] + [[]] * (height - 1)
        if name_for(*self.app.size) == "line":
            return [self._message() or [*TOO_SMALL]]
        if height == 1:
            return [self._one(width)]
        return [self._first(width), self._keys(width, 0)]

    def _typing(self, width: int, height: int) -> Line:
        """In SHELL mode: the way back, and what there is to say, in place of it in a single narrow row."""
        badge: Line = [(" SHELL ", "shell")]
        message, back = self._message(), f"{self._leader} or F12 comes back"
        words = f" every key goes to the shell; {back}" if width >= BRIEF else f" all keys go there; {back}"
        if not message:
            return [*badge, (words, "warn")]
        if height == 1:
            return [*badge, (" ", "text"), *message]
        return spread([*badge, (words, "warn")], [*message, (" ", "text")], width, gap=3)

    def _gone(self, width: int) -> Line:
        """Nothing can be asked any more: that, how to come back, and the one key that is left."""
        if self.desk.role == "replay" or self.desk.state.ending is not None:
            back: Line = [("q", "key"), (" leaves", "text")]
            return spread(
                [(" SESSION ENDED ", "command"), (" ", "text"), data(self.desk.lost, "dim")], back, width
            )
        words: Line = [
            (" SERVER GONE ", "not_recording"),
            (" ", "text"),
            ("q", "key"),
            (" leaves, and says how to come back to the same drill", "text"),
        ]
        return [*words, data(f"   {self.desk.lost}", "dim")]

    def _first(self, width: int) -> Line:
        """What comes next at the left, what there is to say at the right."""
        return spread(self._next(), [*self._message(), (" ", "text")], width, gap=3)

    def _one(self, width: int) -> Line:
        """Narrow: the message takes the place of the keys until the next key."""
        following = self._next(brief=width < BRIEF)
        message = self._message()
        if message:
            return spread(following, [*message, (" ", "text")], width)
        room = width - width_of(following) - 2
        if room < LEAST_WORDS and any(style in ("warn", "bad") for _text, style in following):
            return following
        room = max(room, LEAST_WORDS)
        keys = self._keys(room, 1)
        return [*cut(following, width - width_of(keys) - 2), ("  ", "text"), *keys]

    def _message(self) -> Line:
        if not self.desk.message:
            return []
        return [data(self.desk.message, "bad" if self.desk.alarming else "accent")]

    def _next(self, *, brief: bool = False) -> Line:
        """In words, always: Enter never surprises."""
        if self.desk.role == "replay":
            return [(" ", "text"), ("replay", "accent")]
        if self.desk.unrecorded:
            return self._unrecorded(brief=brief)
        action = next_action(self.desk.state)
        elsewhere = self._enter()
        if elsewhere is not None:
            enter: Line = [(" Enter ", "command"), (f" {elsewhere.label}  ", "text")]
            return [*enter, *following(replace(action, why=""), "witness")]
        if brief and action.why:
            action = replace(action, label=action.label.split(":")[0])
        line = following(action, self.desk.role)
        return [(text, "dim" if style == "warn" else style) for text, style in line] if self._busy() else line

    def _unrecorded(self, *, brief: bool) -> Line:
        """Why nothing new can begin, and what to do about it, which the server says with it."""
        why = str(self.desk.unrecorded)
        if brief and self.desk.hello.folder:
            why = why.replace(self.desk.hello.folder, "the session")
        return [(" NOT RECORDING ", "not_recording"), (" ", "text"), data(why, "bad")]

    def _keys(self, width: int, gap: int) -> Line:
        """As many as there is room for; the way to all others is always one of them."""
        ways, others = list[Line](), list[Line]()
        for action in self._actions():
            words: Line = [(key_name(action.keys[0]), "key"), (f" {action.label}", "text")]
            (ways if action.name in ALWAYS else others).append(words)
        line: Line = [(" ", "text")] if not gap else []
        last: Line = [part for way in ways for part in (*way, BETWEEN)][:-1]
        for words in others[: MOST_KEYS - len(ways)]:
            if width_of([*line, *words, BETWEEN, *last]) > width:
                break
            line += [*words, BETWEEN]
        return [*line, *last]


def following(action: NextAction, role: str) -> Line:
    """What comes next, as one line."""
    if role == "witness":
        return [
            (" next ", "dim"),
            data(action.label, "text"),
            data(f"  {action.why}" if action.why else "", "dim"),
        ]
    if action.intent is not None:
        return [(" Enter ", "command"), (" ", "text"), data(action.label, "strong"), *_why(action)]
    keys: Line = []
    if action.alternatives or action.label.startswith(FILL_IN):
        keys = [(" Enter ", "command"), (" ", "text")]
    elif action.label.startswith("confirm"):
        keys = [(" Enter ", "shell"), (" ", "text")]
    return [*(keys or [(" ", "text")]), data(action.label, "text"), *_why(action)]


def _why(action: NextAction) -> Line:
    return [data(f"  {action.why}", "warn")] if action.why else []
