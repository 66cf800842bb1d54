"""From a key to a deed: what a key means here and now, whether it can be done, and doing it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import events

from thunes_tui.ui.bursts import Bursts
from thunes_tui.ui.deeds import blocks, drill, emergency, people, processes, stops, view
from thunes_tui.ui.desk import COMMAND, SHELL
from thunes_tui.ui.keymap import GLOBAL, Action, Keymap
from thunes_tui.ui.keystrokes import Leader, Stroke, Typist
from thunes_tui.ui.repeats import HELD, Repeats
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.widgets.doer import Doer

if TYPE_CHECKING:
    from thunes_tui.ui.app import ThunesApp

DEEDS = {
    **emergency.DEEDS,
    **drill.DEEDS,
    **blocks.DEEDS,
    **people.DEEDS,
    **processes.DEEDS,
    **stops.DEEDS,
    **view.DEEDS,
}
BEGIN = frozenset({"next", "again", "preflight", "new_shell", "stop"})
"""What begins something: a key of these that is held does it once."""
ONCE = frozenset({"tick", "seen"})
"""What a held key should not do over and over."""
REPLAY = "replay"
"""The name under which a replay's bar has its actions; they win over the panes'."""


class Hands:
    """The person's hands on the console."""

    def __init__(self, app: ThunesApp, leader: str) -> None:
        self._app = app
        more = [action for owner in app.owners.values() for action in getattr(owner, "ACTIONS", ())]
        self.keymap: Keymap = Keymap(more, leader)
        self._leader = Leader(self.keymap.named("shell").keys[1:])
        self.repeats: Repeats = Repeats(app.desk.clock)
        self._bursts = Bursts(self._one_by_one, self._pasted)

    @property
    def leader(self) -> tuple[str, ...]:
        """The keys that leave SHELL mode."""
        return self._leader.keys

    # From the terminal.

    def gathers(self, event: events.Event) -> bool:
        """Whether a key waits until it is known to be no part of a paste; one for the shell never does."""
        if isinstance(event, Stroke) and not event.alone and (self._bursts.pending or not self._to_shell):
            self._bursts.take(event)
            return True
        if isinstance(event, events.Paste) and self._bursts.pending:
            self._bursts.flush()
            self._app.post_message(event)
            return True
        if isinstance(event, events.Key):
            self.repeats.struck(event.key)
        return False

    @property
    def _to_shell(self) -> bool:
        return self._app.mode == SHELL and len(self._app.screen_stack) == 1

    def _one_by_one(self, keys: Sequence[events.Key]) -> None:
        for key in keys:
            self._app.post_message(key.as_alone() if isinstance(key, Stroke) else key)

    def _pasted(self, text: str, count: int) -> None:
        """Text that came like keys: a dialog may take it, as one thing."""
        top = self._app.screen
        if isinstance(top, Dialog):
            top.pasted(text)
        else:
            self.take_paste(text, count)

    def take_paste(self, text: str, count: int) -> None:
        """Pasted text means nothing in the console, but where a pane asks for some; `count` for all of it."""
        if not self._app.panes[self._app.view.reach].takes_text(text):
            self._app.desk.say(
                f"a paste of {count} characters was ignored: keys are typed one by one here", alarming=True
            )

    def turn_out(self) -> None:
        """Leave SHELL mode for a reason of the console's own: what is still being typed is no command."""
        if self._app.mode == SHELL:
            self._app.mode = COMMAND
            self.repeats.turned_out()

    # In the console.

    def press(self, event: events.Key) -> None:
        """A key in the console itself; dialogs keep theirs, and the shell has its own."""
        shell = self._app.panes["control"]
        if self._app.mode == SHELL:
            if self._leader.leaves(event):
                self._app.mode = COMMAND
                stops.remind(self._app)
            elif isinstance(shell, Typist) and not self.repeats.is_left_over(event.key):
                shell.typed(event)
            return
        if self.repeats.is_adrift:
            return
        self._app.desk.say("")
        large = self._app.view.plan.name != "line"
        if large and self._app.panes[self._app.view.reach].takes_key(event.key, event.character):
            return
        if self._leader.is_doubled(event) and not self.why_not(self.keymap.named("shell")):
            self.do(self.keymap.named("shell"))
            if isinstance(shell, Typist):
                shell.typed(event)
            return
        action = self.meaning(event.key)
        if action is not None:
            self._strike(action, event.key)

    def _strike(self, action: Action, key: str) -> None:
        """Do what a key means, if that key counts now."""
        why = ""
        if action.pane:
            self.do(action)
        elif action.name in BEGIN:
            why = self.repeats.act(lambda: self.do(action), takes_offer=action.name == "next")
        elif self.repeats.is_held and (action.name in ONCE or key == "enter"):
            why = HELD
        else:
            self.do(action)
            if action.name == "shell" and key == "enter":
                self.repeats.opened()
        if why:
            self._app.desk.say(f"{action.label}: {why}")

    def meaning(self, key: str) -> Action | None:
        """What a key means while that pane has the focus; a replay's keys come first."""
        if self._app.view.plan.name == "line":
            return self.keymap.find(key, "") if key == "q" else None
        reach = self._app.view.reach
        if reach == "control" and key == "enter":
            lives = self._app.desk.state.shell.alive or self._app.desk.role != "driver"
            return self.keymap.named("shell" if lives else "new_shell")
        if REPLAY in self._app.owners:
            action = self.keymap.find(key, REPLAY)
            if action is not None and action.pane == REPLAY:
                return action
        return self.keymap.find(key, reach)

    def do(self, action: Action) -> None:
        """Do an action, or say why not."""
        why = self.why_not(action)
        owner = self._app.owners.get(action.pane)
        if why and action.name == "next":
            waits = drill.is_under_way(self._app)
            self._app.desk.say(drill.not_now(self._app, why), alarming=not waits)
        elif why:
            self._app.desk.say(f"{action.label}: {why}", alarming=True)
        elif owner is not None:
            owner.perform(action.name)
        else:
            DEEDS[action.name].does(self._app)

    def why_not(self, action: Action) -> str:
        """Why an action cannot be done now; empty when it can."""
        owner: Doer | None = self._app.owners.get(action.pane)
        return owner.why_not(action.name) if owner is not None else DEEDS[action.name].why_not(self._app)

    def within_reach(self, *, console_first: bool = False) -> tuple[Action, ...]:
        """The actions of the pane that has the focus and those of the console."""
        own = (REPLAY, self._app.view.reach)
        panes = ("", *own) if console_first else (*own, "")
        return tuple(action for pane in panes for action in self.keymap.of(pane))

    def enter(self) -> Action | None:
        """What Enter does here when that is not the next thing of the drill."""
        typing = self._app.panes[self._app.view.reach].typing
        if typing:
            return typing[0]
        action = self.meaning("enter")
        return action if action is not None and action.name != "next" else None

    def is_busy(self) -> bool:
        """Whether what was begun has to end before there is anything to do."""
        return drill.is_under_way(self._app)

    def useful(self) -> Iterator[Action]:
        """What is worth a place in the footer and works now."""
        typing = self._app.panes[self._app.view.reach].typing
        if typing:
            yield from typing[1:]
            return
        for action in self.within_reach():
            shadowed = self.meaning(action.keys[0]) is not action
            if (
                action.footer
                and action not in (self.enter(), self.keymap.named("next"))
                and not shadowed
                and not self.why_not(action)
            ):
                word = owner.word_for(action.name) if (owner := self._app.owners.get(action.pane)) else ""
                yield replace(action, label=word) if word else action


assert {action.name for action in GLOBAL} == set(DEEDS), "every action of the console has its deed"
