"""Where the panes stand, at every size."""

from __future__ import annotations

import pytest

from thunes_tui.ui.layout import Look, name_for, plan


@pytest.mark.parametrize(
    ("size", "name"),
    [
        ((200, 50), "five"),
        ((160, 40), "five"),
        ((160, 39), "four"),
        ((159, 40), "four"),
        ((100, 30), "four"),
        ((99, 30), "two"),
        ((80, 24), "two"),
        ((79, 24), "one"),
        ((60, 15), "one"),
        ((59, 15), "line"),
        ((200, 14), "line"),
        ((20, 5), "line"),
        ((1, 1), "line"),
    ],
)
def test_the_largest_layout_that_fits_both_ways_is_used(size: tuple[int, int], name: str) -> None:
    assert name_for(*size) == name


@pytest.mark.parametrize("size", [(160, 40), (200, 50), (100, 30), (130, 60), (80, 24), (60, 15), (300, 90)])
@pytest.mark.parametrize("zoomed", [False, True])
def test_boxes_fill_the_field_without_a_gap_or_an_overlap(size: tuple[int, int], zoomed: bool) -> None:
    width, height = size

    made = plan(width, height, Look("audit", zoomed=zoomed).at("audit"))

    rows = height - 1 - int(made.tabs) - made.footer_rows
    cells = [
        (x, y)
        for b in made.boxes.values()
        for x in range(b.x, b.x + b.width)
        for y in range(b.y, b.y + b.height)
    ]
    assert len(cells) == len(set(cells)) == width * rows
    assert {x for x, _ in cells} == set(range(width))
    assert {y for _, y in cells} == set(range(rows))


@pytest.mark.parametrize("size", [(160, 40), (100, 30), (80, 24), (60, 15)])
@pytest.mark.parametrize("pane", ["checklist", "control", "log", "audit", "processes"])
def test_the_pane_that_has_the_focus_is_always_visible(size: tuple[int, int], pane: str) -> None:
    assert pane in plan(*size, Look().at(pane)).boxes


def test_the_shell_has_its_eighty_by_twenty_four_where_there_is_room() -> None:
    box = plan(200, 50, Look()).boxes["control"]

    assert box.width - 1 >= 80
    assert box.height - 1 >= 24


def test_the_pane_that_was_looked_at_last_keeps_the_shared_place() -> None:
    look = Look().at("audit").at("checklist")

    assert "audit" in plan(100, 30, look).boxes
    assert "audit" in plan(80, 24, look).boxes
