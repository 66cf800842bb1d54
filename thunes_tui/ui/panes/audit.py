"""The audit pane: a row an event of the bot's audit trail, a record's tree on demand, a jq filter over it."""

from __future__ import annotations

from thunes_tui.lines.audit import EVENT_KEYS, rows_of
from thunes_tui.lines.damage import damage_search
from thunes_tui.lines.jq.exact import written
from thunes_tui.lines.line import Position
from thunes_tui.lines.search import Search
from thunes_tui.lines.store import LineStore
from thunes_tui.ui.keymap import Action
from thunes_tui.ui.panes.audit_record import AuditRecord
from thunes_tui.ui.panes.seeker import Accepts
from thunes_tui.ui.panes.stream_keys import stream_actions
from thunes_tui.ui.screens.choice import Choice
from thunes_tui.ui.widgets.record_rows import record_of

EVENT = '(.event // "")'
PRESETS = (
    ("k", "kill switch events", f'select({EVENT} | startswith("KILL_SWITCH"))'),
    ("r", "what was rejected", f'select({EVENT} | test("REJECT"))'),
    ("t", "trades, approved or rejected", f'select({EVENT} | startswith("TRADE_"))'),
    ("s", "starts, recovery, reconciliation", f'select({EVENT} | test("START|RECOVER|RECONCIL|RESTOR"))'),
    ("e", "times, types and reasons alone", "{timestamp, event, reason}"),
    ("a", "every record, as it is", ""),
)
"""Key, words and filter."""
REDACTED = "[redacted:"


class AuditPane(AuditRecord, inherit_bindings=False):
    """One line can hold several events, or none that can be read: each stands where it is."""

    NAME = "audit"
    TITLE = "AUDIT"
    SOURCE = "audit"
    INDENT = 11
    ACTIONS = (
        *stream_actions("audit"),
        Action("details", ("enter",), "details", "Open the record; in it, unfold or fold the node", "audit",
               footer=True),
        Action("fold_out", ("right", "l"), "unfold", "Open the record; in it, unfold the node", "audit"),
        Action("fold_in", ("left", "h"), "fold", "Fold the node, or close the record", "audit"),
        Action("event_on", ("greater_than_sign",), "next record", "The next record, with its details open",
               "audit"),
        Action("event_back", ("less_than_sign",), "record before", "The record before, with its details open",
               "audit"),
        Action("filter", ("vertical_line",), "jq filter", "Type a jq filter; it is shown as it is typed",
               "audit", footer=True),
        Action("preset", ("P",), "presets", "Choose one of the usual filters", "audit"),
        Action("unfilter", ("u",), "unfilter", "Show every record again, as it is", "audit"),
        Action("only", ("i",), "only this", "Only records with this value, or this type of event", "audit"),
        Action("without", ("x",), "not this", "No records with this value, or this type of event", "audit"),
        Action("damage", ("b",), "damage", "The next damaged line", "audit"),
        Action("damage_back", ("B",), "damage before", "The damaged line before", "audit"),
    )  # fmt: skip

    # Filters.

    def do_filter(self) -> None:
        self.jq.open()

    def do_preset(self) -> None:
        def chosen(text: str | None) -> None:
            if text is not None:
                self.jq.put(text)

        about = "Shown at once; | changes it, u takes it away again."
        self.app.push_screen(Choice(self.desk, "Filter the audit trail", about, PRESETS), chosen)

    def do_unfilter(self) -> None:
        self.jq.put("")

    def why_not_unfilter(self) -> str:
        return "" if self.jq.text else "nothing is filtered"

    def do_only(self) -> None:
        self._by_value("==")

    def do_without(self) -> None:
        self._by_value("!=")

    def why_not_only(self) -> str:
        return self._value()[2]

    why_not_without = why_not_only

    def _by_value(self, comparison: str) -> None:
        path, value, _ = self._value()
        rest = f" | {self.jq.text}" if self.jq.text else ""
        self.jq.put(f"select({path} {comparison} {value}){rest}")

    def _value(self) -> tuple[str, str, str]:
        """The path and the value under the cursor, as a filter has them, or why there are none."""
        tree = self.details.tree
        node = tree.node if tree is not None else None
        if node is not None:
            if not self.details.is_one:
                return "", "", "the line is not one whole record"
            if not (node.path and node.is_single):
                return "", "", "choose a single value of the record"
            path, value = node.path, node.value
        else:
            path, value = self._event()
            if not path:
                return "", "", "select an event first, or a value of an open record"
        if REDACTED in (text := written(value)):
            return "", "", "it is masked"
        return path, text, ""

    def _event(self) -> tuple[str, str]:
        """The type of the selected event, and where it stands in its record."""
        at, store = self.view.selected, self.view.store
        line = store.at(at) if store is not None and at is not None else None
        row = next((row for row in rows_of(record_of(line)) if row.event), None) if line is not None else None
        if row is None:
            return "", ""
        key = next((key for key in EVENT_KEYS if key in row.fields), EVENT_KEYS[0])
        return f".{key}", self.desk.mask.text(row.event)

    # Damage.

    def do_damage(self) -> None:
        self._damaged(forward=True)

    def do_damage_back(self) -> None:
        self._damaged(forward=False)

    def _damaged(self, *, forward: bool) -> None:
        def begin(store: LineStore, start: Position, accepts: Accepts | None) -> Search:
            return damage_search(store, start, forward=forward, accepts=accepts)

        self.finder.seeker.seek(begin, "any damage", forward=forward)
