"""An emergency as lines: the four by severity, one checklist item by item, and what it spoils."""

from __future__ import annotations

from collections.abc import Callable

from thunes_tui.drill.asked_emergency import text_of
from thunes_tui.drill.draft import short
from thunes_tui.drill.emergencies import SEVERITY, Emergency, ItemState
from thunes_tui.drill.emergency_catalogue import PROCEDURES, SOURCE, Item
from thunes_tui.drill.emergency_results import how_left
from thunes_tui.drill.emergency_touch import consequences
from thunes_tui.drill.model import DrillState
from thunes_tui.ui.outline.row import Row, text
from thunes_tui.ui.widgets.line import Line, Part, cut, data, wrapped

STYLES = {"critical": "bad", "serious": "warn", "workaround": "warn"}
SIGN: dict[str, Part] = {
    "": ("·", "dialog_dim"),
    "requested": ("▸", "accent"),
    "held": ("‖", "warn"),
    "running": ("▸", "accent"),
    "done": ("✓", "good"),
    "failed": ("✗", "bad"),
    "refused": ("!", "warn"),
    "unknown": ("?", "warn"),
    "skipped": ("–", "dialog_dim"),
}
WORD = {"": "to do", "requested": "checked", "held": "confirm", "running": "running"}
"""Of a status that does not say it itself."""
BY = {"person": "you", "block": "shell", "stop": "signal", "look": "console"}
INDENT = 16
BLOCK_LINES = 14
SEVERE = max(len(word) for word in STYLES) + 2


def latest(state: DrillState, kind: str) -> Emergency | None:
    """The one that is not closed, else the last one that was."""
    return state.emergencies.of(kind) or state.emergencies.last(kind)


def kinds(state: DrillState) -> tuple[str, ...]:
    """All four, those that need somebody first, each time the gravest first."""
    active = [each.kind for each in state.emergencies.active]
    return (*active, *(kind for kind in PROCEDURES if kind not in active))


def list_lines(state: DrillState, selected: str, width: int, time_of_day: Callable[[int], str]) -> list[Line]:
    """A line for each kind: how it stands, its title in the seed's words, how grave it is."""
    lines = []
    for kind in kinds(state):
        procedure, known = PROCEDURES[kind], latest(state, kind)
        sign, said = _standing(known, time_of_day)
        here = kind == selected
        left: Line = [(" ▸ " if here else "   ", "accent"), sign, (f" {SEVERITY[kind]:<{SEVERE}}", sign[1])]
        left.append(data(procedure.title, "strong" if here else "text"))
        lines.append(cut([*left, ("   ", "text"), *said], width))
    return lines


def _standing(known: Emergency | None, time_of_day: Callable[[int], str]) -> tuple[Part, Line]:
    if known is None:
        return ("·", "dialog_dim"), [("not sensed", "dialog_dim")]
    since = time_of_day(known.since.t)
    if known.closed is not None:
        return ("✓", "good"), [data(how_left(known), "dialog_dim")]
    word = "SENSED" if known.causes else "opened"
    words: Line = [(f"{word} {since}", STYLES[known.severity] if known.causes else "accent")]
    if known.opened is not None and known.causes:
        words.append((" handled", "accent"))
    return ("!", STYLES[known.severity]), words


def about_lines(state: DrillState, kind: str, width: int) -> list[Line]:
    """The seed's rule, what was sensed, and which criteria it touches; that the others stand."""
    procedure, known = PROCEDURES[kind], latest(state, kind)
    lines = wrapped([(procedure.rule, "strong"), (f"   {SOURCE}", "dialog_dim")], width, 2)
    for cause in known.causes if known is not None else ():
        lines += wrapped([("sensed  ", "bad"), data(cause)], width, 8)
    named = known.criteria if known is not None and known.criteria else consequences(state, kind)
    is_so = known is not None and (known.in_force or (bool(known.causes) and known.outcome == "mended"))
    head = "NOT VERIFIED because of it  " if is_so else "would be NOT VERIFIED  "
    lines += wrapped([(head, "warn"), data(_criteria(state, named))], width, 2)
    return [*lines, []]


def _criteria(state: DrillState, named: tuple[str, ...]) -> str:
    if not named:
        return "no criterion: all stand"
    texts = {c.id: c.text for test in state.plan for c in test.criteria}
    words = "; ".join(f"{_name(each)} {texts.get(each, '')}" for each in named)
    return f"{words}. The others stand"


def _name(criterion: str) -> str:
    """`T1.C3` as a person says it: `1.c3`."""
    return short(criterion) if ".S" in criterion else criterion[1:].replace(".C", ".c")


def item_lines(state: DrillState, kind: str, selected: int, width: int) -> tuple[list[Line], range]:
    """The checklist, its selected item in full, and which lines that is."""
    procedure, known = PROCEDURES[kind], latest(state, kind)
    lines: list[Line] = []
    chosen = range(0)
    for place, item in enumerate(procedure.items):
        first = len(lines)
        status = known.item(item.id) if known is not None else ItemState()
        lines += _head(place + 1, item, status, place == selected, width)
        if place == selected:
            lines += _detail(state, known, item, status, width)
            chosen = range(first, len(lines))
    return lines, chosen


def _head(number: int, item: Item, status: ItemState, here: bool, width: int) -> list[Line]:
    word = WORD.get(status.status, status.status)
    sign = SIGN.get(status.status, ("?", "warn"))
    left: Line = [(" ▸ " if here else "   ", "accent"), (f"{number} ", "text"), sign]
    left += [(f" {word:<8} ", sign[1]), data(item.text, "strong" if here else "text")]
    if item.optional:
        left.append(("  (only if needed)", "dialog_dim"))
    rows = wrapped([*left, (f"  {BY[item.how]}", "dialog_dim")], width, INDENT)
    if status.detail:
        exit_status = f"exit {status.exit}: " if status.exit is not None else ""
        told: Line = [(" " * INDENT, "text"), data(f"{exit_status}{status.detail}", sign[1])]
        rows += wrapped(told, width, INDENT) if here or not status.done else [told]
    return rows


def _detail(
    state: DrillState,
    known: Emergency | None,
    item: Item,
    status: ItemState,
    width: int,
) -> list[Line]:
    """The seed's own command, what was made safe about it, what would run, and the evidence on record."""
    lines: list[Line] = []
    if item.seed:
        lines += labelled("seed", item.seed.split("\n"), "dialog_dim", width)
    if item.safe:
        lines += wrapped(
            [(f"{'made safe':>{INDENT - 2}}  ", "dialog_dim"), (item.safe, "good")], width, INDENT
        )
    is_open = known is not None and known.closed is None and item.how == "block"
    block = text_of(state, known, item.id) if known is not None and is_open else ""
    if block:
        rows = block.rstrip("\n").split("\n")
        shown = rows[:BLOCK_LINES] + (
            [f"… {len(rows) - BLOCK_LINES} more"] if len(rows) > BLOCK_LINES else []
        )
        lines += labelled("would run" if not status.attempt else "again", shown, "accent", width)
    for path, size, sha256 in status.evidence:
        words = f"{path}  {size} bytes  SHA-256 {sha256}"
        lines += wrapped([(f"{'evidence':>{INDENT - 2}}  ", "dialog_dim"), data(words)], width, INDENT)
    return [*lines, []]


def labelled(label: str, rows: list[str], style: str, width: int, indent: int = INDENT) -> list[Line]:
    """Every character of it, also of a path that is longer than the screen is wide."""
    room = max(20, width - indent)
    parts = [row[at : at + room] for row in rows for at in range(0, max(len(row), 1), room)]
    heads = (label, *([""] * (len(parts) - 1)))
    return [
        [(f"{head:>{indent - 2}}  ", "dialog_dim"), data(part, style)]
        for head, part in zip(heads, parts, strict=True)
    ]


def rows_for(state: DrillState) -> list[Row]:
    """For the checklist pane: what needs somebody, before everything else."""
    rows = []
    for each in state.emergencies.active:
        procedure, style = PROCEDURES[each.kind], STYLES[each.severity]
        said = "being handled" if each.opened is not None else "sensed"
        words = f" {procedure.title}, {said}: "
        rows.append(
            text(0, ("! EMERGENCY", style), (words, style), ("&", "key"), (" opens its checklist", style))
        )
        if each.causes:
            rows.append(text(1, data(each.causes[0], "dim")))
    return rows


def summary_lines(state: DrillState, width: int) -> list[Line]:
    """For the summary: each with how it was left and what it made NOT VERIFIED."""
    lines: list[Line] = []
    for each in state.emergencies.known:
        procedure = PROCEDURES.get(each.kind)
        title = procedure.title if procedure is not None else each.kind
        head: Line = [(f"  {each.number} ", "dialog_dim"), (title, STYLES[each.severity])]
        lines += wrapped([*head, data(f"  {how_left(each)}")], width, 4)
        if each.criteria and each.outcome != "false alarm":
            words = f"NOT VERIFIED because of it: {_criteria(state, each.criteria)}"
            lines += wrapped([("    ", "text"), data(words, "warn")], width, 4)
    return [[("Emergencies", "strong")], *lines] if lines else []
