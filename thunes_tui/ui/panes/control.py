"""The control pane: the shell in which the steps run and people type.

It feeds an emulator of its own with what the server sends, and never answers a query of the child: the
server's emulator does. The shell's terminal has the size of the driver's pane; all others see a window over
that grid.
"""

from __future__ import annotations

from textual import events

from thunes_tui.clock import Moment
from thunes_tui.connection import Folded, Snapshot, Update
from thunes_tui.drill.model import DrillState
from thunes_tui.ui.desk import SHELL, Desk
from thunes_tui.ui.keystrokes import Pasted, for_shell
from thunes_tui.ui.outline.row import lasted
from thunes_tui.ui.panes.base import is_bulk
from thunes_tui.ui.panes.scrolled import Scrolled
from thunes_tui.ui.screens.pasting import Pasting, needs_asking
from thunes_tui.ui.widgets.line import Line, data
from thunes_tui.ui.widgets.shell_size import ShellSize


class ControlPane(Scrolled):
    """The shell's screen, its scrollback in COMMAND mode, and the way of the keys in SHELL mode."""

    NAME = "control"
    TITLE = "CONTROL"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._size_of_shell = ShellSize(desk)

    # What comes in.

    def on_mount(self) -> None:
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """After the first paint: the emulator's library takes long to load."""
        self.run_worker(self._load(), name="the emulator", exit_on_error=False)

    async def _load(self) -> None:
        shell = self.desk.state.shell
        await self.screen_of_shell.load(shell.cols, shell.rows)
        self.repaint()

    def take(self, update: Update, /) -> None:
        if self.screen_of_shell.take(update):
            self.changed()
        if isinstance(update, Folded | Snapshot) and not is_bulk(update):  # a flooded log leaves the pace
            self.heading_changed()
            self._settle()

    def tick(self, _now: Moment, /) -> None:
        super().heading_changed()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self._settle()

    def _settle(self) -> None:
        shown = self.display and bool(self.size)
        self._size_of_shell.settle(self.size.width * shown, self.body_height * shown)

    def on_unmount(self) -> None:
        super().on_unmount()
        self._size_of_shell.stop()

    # Keys in SHELL mode.

    def typed(self, event: events.Key) -> None:
        """A key, as the terminal sent it."""
        keys = for_shell(event, app_cursor_keys=self.grid.modes.app_cursor_keys)
        if keys:
            self.desk.link.keys(keys)

    def pasted(self, event: events.Paste) -> None:
        """A paste, asked for first where it could run something or hides what it is."""
        if not needs_asking(event.text):
            self._send(event)
            return

        def answered(sends: bool | None) -> None:
            if sends and self.desk.mode == SHELL:
                self._send(event)

        marked = not isinstance(event, Pasted) or event.marked
        bracketed = marked and self.grid.modes.bracketed_paste
        self.app.push_screen(Pasting(self.desk, event.text, bracketed=bracketed), answered)

    def _send(self, event: events.Paste) -> None:
        """One without marks cannot be told from keys, and passes as such."""
        if isinstance(event, Pasted) and not event.marked:
            self.desk.link.keys(event.raw)
        else:
            self.desk.link.keys(self.grid.paste(event.text))

    # What is shown.

    def heading(self) -> tuple[Line, Line]:
        shell, mode = self.desk.state.shell, self.desk.mode
        left: Line = [(self.TITLE, "strong")]
        if shell.pid and not shell.alive:
            return self._dead_heading()
        step = running_step(self.desk.state)
        if step is not None:
            title, started = step
            took = lasted(started, None, self.desk.now(), self.desk.state.stops)
            left += [data(f"   step {title}"), (f"   running {took}", "accent")]
        elif shell.running:
            left.append(data(f"   {shell.running.strip().splitlines()[0]}", "dim"))
        cut = self.grid.cut(self.size.width, self.body_height)
        right: Line = [(cut, "warn"), ("  ", "text")] if cut else []
        if self.grid.back:
            right += [(f"scrolled back {self.grid.back}", "warn"), ("  ", "text")]
        if self.desk.role != "driver":
            return left, [*right, (self.desk.role, "dim")]
        return left, [*right, (f" {mode} ", "shell" if mode == SHELL else "command")]

    def _dead_heading(self) -> tuple[Line, Line]:
        """How the shell ended, and the key for a new one."""
        shell = self.desk.state.shell
        if shell.opening:
            return [(self.TITLE, "strong"), ("   a new shell is being opened", "accent")], []
        left: Line = [(self.TITLE, "strong"), ("   ✗ shell dead", "bad"), data(f": {shell.detail}", "bad")]
        if self.desk.role != "driver":
            return left, [(self.desk.role, "dim")]
        return left, [("O", "key"), (" opens a new one", "text")]

    def heading_changed(self) -> None:
        """The mode shows in the heading and in the cursor; SHELL mode shows where the keys go."""
        if self.desk.mode == SHELL and (self.grid.back or self.grid.marked >= 0):
            self.grid.scroll(-self.grid.back, self.body_height)
        super().heading_changed()
        self.changed()


def running_step(state: DrillState) -> tuple[str, Moment | None] | None:
    """`2.3 Deactivate kill switch` and since when; None while no step runs."""
    for test in state.plan:
        for step in test.steps:
            status = state.steps[step.id]
            if status.status == "running":
                return f"{test.number}.{step.number} {step.title}", status.started
    return None
