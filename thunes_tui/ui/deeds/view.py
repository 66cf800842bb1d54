"""What changes the screen and nothing else: focus, zoom, reading, theme, help, leaving."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from thunes_tui.ui import theme
from thunes_tui.ui.deeds.deed import Deed
from thunes_tui.ui.desk import LOST, SHELL
from thunes_tui.ui.keymap import PANES, Action
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.screens.help import Help
from thunes_tui.ui.screens.palette import Palette
from thunes_tui.ui.screens.summary import Summary

if TYPE_CHECKING:
    from thunes_tui.ui.app import ThunesApp


def to_pane(name: str) -> Callable[[ThunesApp], None]:
    return lambda app: app.view.look_at(app.view.look.at(name))


def beside(by: int) -> Callable[[ThunesApp], None]:
    def move(app: ThunesApp) -> None:
        at = PANES.index(app.view.look.focus)
        app.view.look_at(app.view.look.at(PANES[(at + by) % len(PANES)]))

    return move


def shell(app: ThunesApp) -> None:
    app.view.look_at(app.view.look.at("control"))
    app.mode = SHELL


def no_shell(app: ThunesApp) -> str:
    if app.desk.role != "driver":
        return "only the driver types into the shell" if app.desk.role == "witness" else "this is a recording"
    if not app.desk.connected:
        return LOST
    shell = app.desk.state.shell
    if shell.alive:
        return ""
    if shell.opening:
        return "a new shell is being opened"
    return f"the shell is dead, {shell.detail}: O opens a new one"


def change_theme(app: ThunesApp) -> None:
    names = theme.names(app.places)
    at = names.index(app.desk.palette.name) if app.desk.palette.name in names else -1
    app.view.use_theme(names[(at + 1) % len(names)])


def change_zone(app: ThunesApp) -> None:
    app.desk.local = not app.desk.local
    zone = f"local time ({app.desk.state.zone})" if app.desk.local and app.desk.state.zone else "UTC"
    app.desk.say(f"times are in {zone}")
    app.view.repaint()


def palette(app: ThunesApp) -> None:
    def chosen(action: Action | None) -> None:
        if action is not None:
            app.hands.do(action)

    app.push_screen(Palette(app.desk, app.hands.within_reach(console_first=True), app.hands.why_not), chosen)


def reading(app: ThunesApp) -> None:
    app.view.reading = not app.view.reading
    app.view.look_at(app.view.look.at("checklist"))
    if app.view.reading:
        app.call_after_refresh(app.panes["reading"].perform, "open")


def no_document(app: ThunesApp) -> str:
    return "" if app.desk.state.documents and app.desk.hello.folder else "there is no document to read"


def show(app: ThunesApp, screen: Dialog[None]) -> None:
    app.push_screen(screen)


def leave(app: ThunesApp) -> None:
    ending = app.desk.state.ending
    good = ending is None or ending.decision == "GO" or app.desk.role == "replay"
    app.exit(0 if good else 1)


DEEDS = {
    **{f"pane_{number}": Deed(to_pane(name)) for number, name in enumerate(PANES, 1)},
    "pane_next": Deed(beside(1)),
    "pane_back": Deed(beside(-1)),
    "shell": Deed(shell, None, no_shell),
    "zoom": Deed(lambda app: app.view.zoom()),
    "theme": Deed(change_theme),
    "zone": Deed(change_zone),
    "palette": Deed(palette),
    "help": Deed(lambda app: show(app, Help(app.desk, app.hands.keymap, app.view.reach))),
    "summary": Deed(lambda app: show(app, Summary(app.desk))),
    "reading": Deed(reading, None, no_document),
    "leave": Deed(leave),
}
