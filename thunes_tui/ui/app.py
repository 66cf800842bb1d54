"""The console: composes the panes, and routes updates, keys and actions between them.

Panes are `ui.panes`, what an action does is `ui.deeds`, what a key means is `ui.hands`, where things stand is
`ui.view` by `ui.layout`. In SHELL mode no action is looked up: the driver of the terminal hands the raw bytes
to the control pane, and the leader comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.driver import Driver
from textual.reactive import reactive
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from thunes_tui.clock import Clock
from thunes_tui.config import Settings
from thunes_tui.errors import Unusable
from thunes_tui.mask import Mask
from thunes_tui.ui import news, theme
from thunes_tui.ui.desk import COMMAND, Desk
from thunes_tui.ui.hands import Hands
from thunes_tui.ui.keystrokes import Typist
from thunes_tui.ui.link import Link
from thunes_tui.ui.panes.base import Pane
from thunes_tui.ui.panes.checklist import ChecklistPane
from thunes_tui.ui.view import View
from thunes_tui.ui.way_out import WayOut
from thunes_tui.ui.widgets.bar import Bar
from thunes_tui.ui.widgets.direct import DirectScreen
from thunes_tui.ui.widgets.doer import Doer
from thunes_tui.ui.widgets.field import Field
from thunes_tui.ui.widgets.footer_line import FooterLine
from thunes_tui.ui.widgets.status_line import StatusLine
from thunes_tui.ui.widgets.tabs_line import TabsLine

BUSY_S = 0.008
"""How long updates are taken before keys and painting have their turn."""


class Console(DirectScreen[None], inherit_bindings=False):
    """The screen behind all dialogs: hands its keys on, and nothing that was pasted."""

    def __init__(self, owner: ThunesApp) -> None:
        super().__init__(id="console")
        self._owner = owner

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self._owner.hands.press(event)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        shell = self._owner.panes["control"]
        if self._owner.mode == COMMAND:
            self._owner.hands.take_paste(event.text, len(event.text))
        elif isinstance(shell, Typist):
            shell.pasted(event)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A pane that was clicked has the keys too; one that was left since then has not."""
        if event.widget is self.focused:
            self._owner.view.follow_focus(event.widget.id or "")

    def on_resize(self) -> None:
        self._owner.view.arrange()


class ThunesApp(App[int], inherit_bindings=False):
    """The whole console over one link; it ends with the command's exit status."""

    ENABLE_COMMAND_PALETTE = False
    mode: reactive[str] = reactive(COMMAND, init=False)
    """COMMAND, or SHELL while every key but the leader goes to the shell."""

    def __init__(
        self,
        link: Link,
        clock: Clock,
        settings: Settings,
        mask: Mask,
        panes: Sequence[type[Pane]],
        bar: type[Bar] | None = None,
        driver: type[Driver] | None = None,
    ) -> None:
        """`panes` in the order of their keys with the reading pane last; `bar` is for a replay."""
        self.places = theme.folders()
        palette = theme.load(theme.wanted(settings.theme), self.places)
        stylesheet = theme.find(theme.STYLESHEET, self.places)
        super().__init__(driver_class=driver, css_path=stylesheet, ansi_color=palette.ansi)
        self.register_theme(palette.textual())
        self.theme = palette.textual().name
        self.desk: Desk = Desk(link, clock, settings, mask, palette)
        self.panes = {kind.NAME: kind(self.desk) for kind in panes}
        self.bar = bar(self.desk) if bar is not None and self.desk.role == "replay" else None
        self.owners: dict[str, Doer] = {
            **self.panes,
            **({"replay": self.bar} if self.bar is not None else {}),
        }
        """Who does the actions of a pane's name."""
        self.view: View = View(self)
        self.hands: Hands = Hands(self, settings.leader)
        self.way_out: WayOut = WayOut(self, self.hands.leader)
        self.field = Field(*self.panes.values())
        self.status = StatusLine(self.desk)
        self.tabs = TabsLine(self.desk, self.view.tabs)
        keys = self.hands
        self.footer = FooterLine(self.desk, keys.useful, keys.enter, keys.is_busy, settings.leader)
        self.desk.told = self.footer.changed

    @property
    def checklist(self) -> ChecklistPane:
        pane = self.panes["checklist"]
        assert isinstance(pane, ChecklistPane)
        return pane

    def get_default_screen(self) -> Screen[Any]:
        return Console(self)

    async def on_event(self, event: events.Event) -> None:
        """The console's own keys act before the next one is looked at: a key that opens a dialog or the shell
        decides where the keys behind it go, however fast they came."""
        screen = self.screen if self.screen_stack else None
        if not event.is_forwarded and self.hands.gathers(event):
            return
        if isinstance(event, events.Key) and not event.is_forwarded and self.way_out.takes(event):
            return
        if isinstance(screen, Console) and screen.is_mounted and not event.is_forwarded:
            if isinstance(event, events.Key):
                screen.on_key(event)
                return
            if isinstance(event, events.Paste):
                screen.on_paste(event)
                return
        await super().on_event(event)

    def compose(self) -> ComposeResult:
        yield self.status
        yield self.tabs
        yield self.field
        if self.bar is not None:
            yield self.bar
        yield self.footer

    def on_mount(self) -> None:
        self.view.arrange()
        asyncio.get_running_loop().set_exception_handler(self._failed)
        self.run_worker(self._listen(), name="the connection", exit_on_error=False)
        self.set_interval(1.0, self._tick)
        if self.desk.hello.remark:
            self.desk.say(self.desk.hello.remark)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        rested = loop.time()
        async for update in self.desk.link.updates():
            news.take(self, update)
            if loop.time() - rested > BUSY_S:  # what is buffered comes without a pause
                await asyncio.sleep(0)
                rested = loop.time()

    def _tick(self) -> None:
        now = self.desk.now()
        with contextlib.suppress(Unusable):  # the server says so
            self.desk.mask.renew()
        self.desk.fade()
        self.status.changed()
        self.footer.changed()
        for pane in self.panes.values():
            pane.tick(now)

    def watch_mode(self, mode: str) -> None:
        self.desk.mode = mode
        self.footer.changed()
        for pane in self.panes.values():
            pane.heading_changed()

    def _failed(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Something that runs beside the messages failed: one line, and the console goes on."""
        self.desk.say(
            f"a part of the console failed: {context.get('exception') or context['message']}", alarming=True
        )

    def _fatal_error(self) -> None:
        """Textual would print a traceback with the values of all variables, secrets among them."""
        self._close_messages_no_wait()

    def raise_failure(self) -> None:
        """Raises what ended the console, when something did."""
        if self._exception is not None:
            raise self._exception

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that failed is a line on the screen."""
        if event.state is WorkerState.ERROR:
            self.desk.say(f"{event.worker.name} failed: {event.worker.error}", alarming=True)
