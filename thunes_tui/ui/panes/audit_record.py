"""What the keys do with the open record of the audit pane: they move in its tree while there is one."""

from __future__ import annotations

from thunes_tui.text import SafeText, safe
from thunes_tui.ui.copying import copy
from thunes_tui.ui.panes.audit_stream import AuditStream
from thunes_tui.ui.widgets.record_nodes import value_of

LONGEST = 1 << 20
"""Bytes of one line that are copied."""


class AuditRecord(AuditStream, inherit_bindings=False):
    """Between the stream and its other keys."""

    def do_details(self) -> None:
        tree = self.details.tree
        if tree is None:
            self._open()
        elif not tree.toggle():
            self.desk.say("this is one value: h closes the record")
        self.moved()

    def do_fold_out(self) -> None:
        if self.details.tree is None:
            self._open()
        else:
            self.details.tree.unfold()
        self.moved()

    def do_fold_in(self) -> None:
        if self.details.tree is not None and not self.details.tree.fold():
            self.details.close()
        self.moved()

    def do_event_on(self) -> None:
        self._beside(1)

    def do_event_back(self) -> None:
        self._beside(-1)

    def _beside(self, by: int) -> None:
        """To the next record; the cursor stays at the same path of it."""
        tree = self.details.tree
        path = tree.node.path if tree is not None and tree.node is not None else ""
        self.view.select(by, self.window)
        self._open(path)
        self.moved()

    def _open(self, path: str = "") -> None:
        if self.view.selected is None:
            self.view.select(-1, self.window)
        at = self.view.selected
        if at is None or not self.details.open(at, path):
            self.details.close()
            self.desk.say("there is no record to open")
            return
        self.view.show(at, self.window)  # in what is left of the window

    # Copies.

    def do_copy(self) -> None:
        """In an open record the value under the cursor."""
        tree = self.details.tree
        if tree is None:
            super().do_copy()
        elif tree.node is not None:
            self._copy_text(value_of(tree.node))

    def do_copy_line(self) -> None:
        """In an open record the path under the cursor."""
        tree = self.details.tree
        if tree is None:
            super().do_copy_line()
        elif tree.node is not None:
            self._copy_text(tree.node.path)

    def _copy_text(self, text: str) -> None:
        if not text:
            self.desk.say("there is nothing to copy here")
            return
        lines = [safe(line, LONGEST) for line in self.desk.mask.text(text).split("\n")]
        self.run_worker(self._sent(lines), name="copy", group="copy", exclusive=True, exit_on_error=False)

    async def _sent(self, lines: list[SafeText]) -> None:
        self.desk.say(await copy(lines, self._send, folder=self.COPIES_TO))

    # Moving.

    def do_down(self) -> None:
        if not self._scrolled(1):
            super().do_down()

    def do_up(self) -> None:
        if not self._scrolled(-1):
            super().do_up()

    def do_page_down(self) -> None:
        if not self._scrolled(self.details.page):
            super().do_page_down()

    def do_page_up(self) -> None:
        if not self._scrolled(-self.details.page):
            super().do_page_up()

    def do_beginning(self) -> None:
        if self.details.tree is None:
            super().do_beginning()
            return
        self.details.tree.to_beginning()
        self.moved()

    def do_to_end(self) -> None:
        if self.details.tree is None:
            super().do_to_end()
            return
        self.details.tree.to_end()
        self.moved()

    def _scrolled(self, by: int) -> bool:
        """Whether a record is open: then its rows move, not the events."""
        if self.details.tree is None:
            return False
        self.details.scroll(by)
        self.moved()
        return True
