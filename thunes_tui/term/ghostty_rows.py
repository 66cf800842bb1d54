"""Rows of styled text out of libghostty-vt's render state, which knows what changed since the last look."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from thunes_tui.term import ghostty_abi as abi
from thunes_tui.term.backend import PLAIN, Colour, Row, Run, Style, glyph

Parts = tuple[int, int, int, int]
"""A cell's code point, content tag, width class and style number."""

TEXT, CLUSTER, PALETTE_BLANK, RGB_BLANK = 0, 1, 2, 3
"""Content tags: a character, a character with marks, a blank with a background of its own."""
NARROW, WIDE, TAIL, HEAD = 0, 1, 2, 3
"""Width classes: one column, two, the second of two, the gap where a wide one did not fit."""
MARKS = 32
"""Code points read of one cell; more are a joke or an attack."""


def split_fast(cell: int) -> Parts:
    """By the layout of the pinned version's 64-bit cell; trusted only after `RowReader` compared it."""
    return (cell >> 2) & 0x1FFFFF, cell & 3, (cell >> 42) & 3, (cell >> 26) & 0xFFFF


class RowReader:
    """One render state with its iterators."""

    def __init__(self, ffi: Any, lib: Any) -> None:
        self._ffi, self._lib = ffi, lib
        self._state = self._own("ghostty_render_state")
        self._iterator = self._own("ghostty_render_state_row_iterator")
        self._cells = self._own("ghostty_render_state_row_cells")
        self._view = ffi.new("CellsView*")
        self._style = ffi.new("Style*")
        self._style.size = ffi.sizeof("Style")
        self._split: Callable[[int], Parts] | None = None

    def _own(self, kind: str) -> Any:
        """A boxed handle of this kind, freed with the reader."""
        box = self._ffi.new("Handle*")
        abi.check(getattr(self._lib, kind + "_new")(self._ffi.NULL, box), "a render state")
        weakref.finalize(self, getattr(self._lib, kind + "_free"), box[0])
        return box

    def changed(self, terminal: Any) -> list[tuple[int, Row]]:
        """Rows of the viewport that differ from the last call, with their place."""
        level = self._update(terminal)
        if level == abi.DIRTY_NONE:
            return []
        if level == abi.DIRTY_FULL:
            found = list(enumerate(self._walk()))
        else:
            y = self._ffi.new("uint16_t*")
            found = []
            while self._lib.ghostty_render_state_row_iterator_next_dirty(self._iterator[0], y):
                found.append((int(y[0]), self._read()))
        self._lib.ghostty_render_state_clean(self._state[0])
        return found

    def everything(self, terminal: Any) -> list[Row]:
        """Every row of the viewport."""
        self._update(terminal)
        return self._walk()

    def flowing(self, terminal: Any) -> set[int]:
        """Rows of the viewport whose line goes on in the next row."""
        self._update(terminal)
        row, flag, found, y = self._ffi.new("uint64_t*"), self._ffi.new("bool*"), set(), 0
        while self._lib.ghostty_render_state_row_iterator_next(self._iterator[0]):
            self._lib.ghostty_render_state_row_get(self._iterator[0], abi.ROW_RAW, row)
            if not self._lib.ghostty_row_get(row[0], abi.ROW_WRAPS, flag) and flag[0]:
                found.add(y)
            y += 1
        return found

    def _update(self, terminal: Any) -> int:
        """Copy the viewport; returns how much of it changed."""
        state, level = self._state[0], self._ffi.new("int*")
        abi.check(self._lib.ghostty_render_state_update(state, terminal), "a render update")
        abi.check(self._lib.ghostty_render_state_get(state, abi.STATE_DIRTY, level), "what changed")
        found = self._lib.ghostty_render_state_get(state, abi.STATE_ROW_ITERATOR, self._iterator)
        abi.check(found, "the rows")
        return int(level[0])

    def _walk(self) -> list[Row]:
        rows = []
        while self._lib.ghostty_render_state_row_iterator_next(self._iterator[0]):
            rows.append(self._read())
        return rows

    def _read(self) -> Row:
        """The iterator's row as runs of one style each."""
        iterator = self._iterator[0]
        abi.check(self._lib.ghostty_render_state_row_get(iterator, abi.ROW_CELLS_RAW, self._view), "a row")
        raw: list[int] = self._ffi.unpack(self._view.ptr, self._view.len)
        abi.check(self._lib.ghostty_render_state_row_get(iterator, abi.ROW_CELLS, self._cells), "cells")
        split = self._split or self._choose(raw)
        runs: list[Run] = []
        texts: list[str] = []
        columns, last, style = 0, (-1, 0), PLAIN
        for x, cell in enumerate(raw):
            code, tag, wide, number = split(cell)
            if wide == TAIL:
                continue
            look = (number, cell if tag >= PALETTE_BLANK else 0)
            if look != last:
                before, style, last = style, self._style_at(x, cell, tag, number), look
                if columns and style != before:
                    runs.append(Run("".join(texts), columns, before))
                    texts, columns = [], 0
            text = chr(code) if tag == TEXT else self._cluster(x, code) if tag == CLUSTER else " "
            width = 2 if wide == WIDE else 1
            texts.append(glyph(text, width))
            columns += width
        if columns:
            runs.append(Run("".join(texts), columns, style))
        return tuple(runs)

    def _choose(self, raw: list[int]) -> Callable[[int], Parts]:
        """The fast way to take cells apart if it agrees with the library's own on this row, else that one.

        Blank rows prove nothing, so the choice is kept only from a row that holds something.
        """
        agrees = True
        for cell in raw:
            fast, slow = split_fast(cell), self._split_slow(cell)
            blank = slow[1] >= PALETTE_BLANK  # holds a colour where the others hold a code point
            agrees = agrees and fast[1:] == slow[1:] and (blank or fast[0] == slow[0])
        chosen = split_fast if agrees else self._split_slow
        if any(raw):
            self._split = chosen
        return chosen

    def _split_slow(self, cell: int) -> Parts:
        keys = (
            (abi.CELL_CODEPOINT, "uint32_t*"),
            (abi.CELL_CONTENT_TAG, "int*"),
            (abi.CELL_WIDE, "int*"),
            (abi.CELL_STYLE_ID, "uint16_t*"),
        )
        code, tag, wide, number = (self._cell(cell, key, kind) for key, kind in keys)
        return code, tag, wide, number

    def _cell(self, cell: int, key: int, kind: str) -> int:
        out = self._ffi.new(kind)
        return int(out[0]) if not self._lib.ghostty_cell_get(cell, key, out) else 0

    def _cluster(self, x: int, code: int) -> str:
        """The characters of a cell that holds more than one code point."""
        self._lib.ghostty_render_state_row_cells_select(self._cells[0], x)
        length, marks = self._ffi.new("uint32_t*"), self._ffi.new("uint32_t[]", MARKS)
        get = self._lib.ghostty_render_state_row_cells_get
        if get(self._cells[0], abi.CELLS_GRAPHEMES_LEN, length) or not 0 < length[0] <= MARKS:
            return chr(code)
        if get(self._cells[0], abi.CELLS_GRAPHEMES_BUF, marks):
            return chr(code)
        return "".join(chr(marks[i]) for i in range(length[0]))

    def _style_at(self, x: int, cell: int, tag: int, number: int) -> Style:
        if tag == PALETTE_BLANK:
            return Style(bg=self._cell(cell, abi.CELL_PALETTE, "uint8_t*"))
        if tag == RGB_BLANK:
            rgb = self._ffi.new("Rgb*")
            self._lib.ghostty_cell_get(cell, abi.CELL_RGB, rgb)
            return Style(bg=(rgb.r, rgb.g, rgb.b))
        if not number:
            return PLAIN
        self._lib.ghostty_render_state_row_cells_select(self._cells[0], x)
        style = self._style
        if self._lib.ghostty_render_state_row_cells_get(self._cells[0], abi.CELLS_STYLE, style):
            return PLAIN
        return Style(
            fg=colour(style.fg),
            bg=colour(style.bg),
            bold=bool(style.bold),
            dim=bool(style.faint),
            italic=bool(style.italic),
            underline=style.underline != 0,
            reverse=bool(style.inverse),
            strike=bool(style.strikethrough),
        )


def colour(value: Any) -> Colour:
    """The library's tagged colour as ours."""
    if value.tag == 1:
        return int(value.value.palette)
    if value.tag == 2:
        rgb = value.value.rgb
        return int(rgb.r), int(rgb.g), int(rgb.b)
    return None
