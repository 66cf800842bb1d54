"""What is seen of the log: what its filters leave, and what is merged into it by time."""

from __future__ import annotations

from thunes_tui.errors import UserError
from thunes_tui.lines.blocks import BlockStore
from thunes_tui.lines.joined import Joined
from thunes_tui.lines.merge import Source
from thunes_tui.lines.store import LineStore
from thunes_tui.lines.times import SourceClock
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.panes.filtering import Filtering
from thunes_tui.ui.panes.joining import Joining
from thunes_tui.ui.panes.stream_keys import StreamPane
from thunes_tui.ui.screens.choice import Choice
from thunes_tui.ui.screens.filters import FiltersDialog
from thunes_tui.ui.widgets.asking import Asking
from thunes_tui.ui.widgets.line import Line

WORDS = {"WARNING": "WARN", "CRITICAL": "CRIT", "NOTSET": ""}
"""Levels in at most five letters, so that the messages stand below each other."""
CHOICES = "123456789abcdef"
"""Keys of the sources that can be merged in."""


class LogStream(StreamPane, inherit_bindings=False):
    """`LogPane` says how a line looks."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.filtering = Filtering(self._look)
        self.joining = Joining(
            desk,
            lambda feeding, name: self.run_worker(feeding, name=name, exit_on_error=False),
            self._look,
            self.lens.arrived,
        )

    def on_unmount(self) -> None:
        self.joining.close()

    def _look(self) -> None:
        """Show what the filters leave of the log and of what is merged into it."""
        self.look_through(self._make if self.filtering.is_on or self.joining.members else None)

    def _make(self, store: LineStore) -> LineStore:
        if not self.joining.members or not isinstance(store, BlockStore):
            return self.filtering.make(store)
        sources = [Source(self.SOURCE, store, SourceClock(self.clock_tag, self.zone), self._seen(store))]
        others = self.joining.members
        return Joined(
            sources + [Source(one.name, one.store, one.clock, self._seen(one.store)) for one in others]
        )

    def _seen(self, store: BlockStore) -> LineStore | None:
        return self.filtering.make(store) if self.filtering.is_on else None

    def do_join(self) -> None:
        offered = self.joining.offered()
        ways = tuple(
            (key, f"[{'on' if self.joining.has(name) else 'off'}] {name}: {what}", name)
            for key, (name, what) in zip(CHOICES, offered, strict=False)
        )

        def chosen(name: str | None) -> None:
            if name is None:
                return
            try:
                self.joining.toggle(name, self.zone, self.clock_tag)
            except (OSError, UserError) as error:
                self.desk.say(f"{name}: {getattr(error, 'strerror', None) or error}", alarming=True)
                return
            clocks = ", ".join(f"{one.name} {one.clock.tag}" for one in self.joining.members)
            own = f"log {self.clock_tag}"
            self.desk.say(f"merged by time: {own}, {clocks}" if clocks else "the log alone")

        about = (
            "Each is read by its own clock, and shown by the log's."
            if ways
            else "There is nothing else here."
        )
        self.app.push_screen(Choice(self.desk, "Merge into the log by time", about, ways), chosen)

    def narrowed(self) -> Line:
        level = self.filtering.level
        shown: Line = [(f"≥{WORDS.get(level, level)} ", "warn")] if level else []
        merged: Line = [("merged ", "accent")] if self.joining.members else []
        return [*merged, *shown, *([] if merged and not self.filtering.is_on else super().narrowed())]

    def do_let_in(self) -> None:
        self._ask_filter("only with", keeps_out=False)

    def do_keep_out(self) -> None:
        self._ask_filter("hide with", keeps_out=True)

    def _ask_filter(self, label: str, *, keeps_out: bool) -> None:
        filtering = self.filtering

        def typed(text: str) -> str:
            return filtering.preview(text, keeps_out=keeps_out)

        def done(text: str) -> str:
            if text in ("", "/"):
                filtering.show()
                return ""
            return filtering.add(text, keeps_out=keeps_out)

        self.ask_line(Asking(label, typed, done, filtering.show, said=super().narrowed))

    def do_filters(self) -> None:
        self.app.push_screen(FiltersDialog(self.desk, self.filtering, super().narrowed))

    def do_level(self) -> None:
        self.filtering.next_level()
        self.desk.say(f"levels from {self.filtering.level} on" if self.filtering.level else "all levels")
