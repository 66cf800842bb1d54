"""A window over lines stays where the person put it, and shows what the file holds there."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from thunes_tui.lines.line import Line
from thunes_tui.lines.store import FileStore
from thunes_tui.ui.widgets.line_view import LineView

HEIGHT = 7


def rows_of(line: Line) -> list[str]:
    """A row for each letter: lines of different heights."""
    text = line.data.decode()
    return [f"{text}.{n}" for n in range(1 + int(text[-1]) % 3)]


class Window:
    """A view over a real file, and what all its rows are."""

    def __init__(self, path: Path, count: int) -> None:
        self.path = path
        self.written = 0
        path.write_bytes(b"")
        self.write(count)
        self.store = FileStore(path)
        self.store.poll()
        self.view: LineView[str] = LineView(rows_of)
        self.view.open(self.store)

    def write(self, count: int) -> None:
        with self.path.open("a") as file:
            for _ in range(count):
                file.write(f"line {self.written}\n")
                self.written += 1

    def grow(self, count: int) -> None:
        self.write(count)
        self.store.poll()
        self.view.arrived(count)

    def page(self) -> list[str]:
        return [row for _, row in self.view.page(HEIGHT)]

    def all(self) -> list[str]:
        return [row for n in range(self.written) for row in rows_of(Line(0, f"line {n}".encode()))]


def window(tmp_path: Path, count: int) -> Window:
    return Window(tmp_path / "log", count)


def follows(seen: Window) -> bool:
    return seen.view.following


def test_it_follows_the_end(tmp_path: Path) -> None:
    seen = window(tmp_path, 20)
    assert seen.page() == seen.all()[-HEIGHT:]
    seen.grow(3)
    assert seen.page() == seen.all()[-HEIGHT:]


def test_paused_it_stays_and_counts(tmp_path: Path) -> None:
    seen = window(tmp_path, 20)
    before = seen.page()
    seen.view.pause(HEIGHT)
    seen.grow(137)
    assert seen.page() == before
    assert seen.view.new == 137
    seen.view.follow()
    assert seen.page() == seen.all()[-HEIGHT:]
    assert seen.view.new == 0


def test_scrolled_to_the_end_it_follows_again_unless_it_was_paused(tmp_path: Path) -> None:
    seen = window(tmp_path, 20)
    seen.view.scroll(-HEIGHT, HEIGHT)
    assert not follows(seen)
    seen.view.scroll(HEIGHT, HEIGHT)
    assert follows(seen)

    seen.view.pause(HEIGHT)
    seen.view.scroll(-3, HEIGHT)
    seen.view.scroll(30, HEIGHT)
    assert not seen.view.following
    assert seen.page() == seen.all()[-HEIGHT:]


def test_a_short_file_is_not_scrolled(tmp_path: Path) -> None:
    seen = window(tmp_path, 2)
    seen.view.scroll(-HEIGHT, HEIGHT)
    assert seen.view.following
    assert seen.page() == seen.all()


def test_the_selection_moves_by_lines_and_the_window_with_it(tmp_path: Path) -> None:
    seen = window(tmp_path, 30)
    for _ in range(25):
        seen.view.select(-1, HEIGHT)
    assert seen.view.selected is not None
    assert seen.page()[0] == "line 5.0"
    for _ in range(40):
        seen.view.select(1, HEIGHT)
    assert seen.view.following


def test_an_empty_file_and_no_file_show_nothing(tmp_path: Path) -> None:
    seen = window(tmp_path, 0)
    view: LineView[str] = LineView(rows_of)
    for one in (seen.view, view):
        one.scroll(-3, HEIGHT)
        one.select(-1, HEIGHT)
        one.to_beginning(HEIGHT)
        assert one.page(HEIGHT) == []


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("scroll"), st.integers(-40, 40)),
        st.tuples(st.just("select"), st.sampled_from([-1, 1, -5, 5])),
        st.tuples(st.just("grow"), st.integers(0, 30)),
        st.tuples(st.sampled_from(["pause", "follow", "begin"]), st.just(0)),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(start=st.integers(0, 40), moves=MOVES)
def test_whatever_is_pressed_the_page_is_a_full_piece_of_the_file(
    tmp_path_factory: object, start: int, moves: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("view")  # type: ignore[attr-defined]  # pytest's, without its import
    seen = Window(folder / "log", start)
    for what, by in moves:
        view = seen.view
        if what == "grow":
            was, before = view.following, seen.page()
            seen.grow(by)
            if not was and len(before) == HEIGHT:
                assert seen.page() == before, "it moved by itself"
        elif what == "scroll":
            view.scroll(by, HEIGHT)
        elif what == "select":
            view.select(by, HEIGHT)
        elif what == "pause":
            view.pause(HEIGHT)
        elif what == "begin":
            view.to_beginning(HEIGHT)
        else:
            view.follow()
        page, rows = seen.page(), seen.all()
        assert len(page) == min(HEIGHT, len(rows))
        starts = [at for at in range(len(rows)) if rows[at : at + len(page)] == page]
        assert starts or not page
        if view.following:
            assert page == rows[-HEIGHT:]
        if view.selected is not None and page:
            assert view.selected in [position for position, _ in view.page(HEIGHT)]
