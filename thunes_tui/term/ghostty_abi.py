"""The few dozen declarations of libghostty-vt that the console uses, and the library itself.

pyghostty's own binding parses a header of 3,500 lines at import, which takes longer than starting Textual.
These declarations are the same ABI for the same pinned version (pyproject.toml); `load` refuses another one.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from typing import Any

from thunes_tui.errors import Unusable

CDEF = """
typedef int Result;
typedef void *Handle;
typedef struct { uint8_t r, g, b; } Rgb;
typedef union { uint8_t palette; Rgb rgb; uint64_t pad; } ColourValue;
typedef struct { int tag; ColourValue value; } Colour;
typedef struct {
    size_t size;
    Colour fg, bg, underline_colour;
    bool bold, italic, faint, blink, inverse, invisible, strikethrough, overline;
    int underline;
} Style;
typedef struct { const uint64_t *ptr; size_t len; } CellsView;
typedef struct { uint16_t mode; bool value; } ModeConfig;
typedef struct { int tag; size_t row; uint64_t pad; } ScrollViewport;
typedef struct {
    size_t size;
    bool cursor, style, hyperlink, protection, kitty_keyboard, charsets;
} ScreenExtra;
typedef struct {
    size_t size;
    bool palette, modes, scrolling_region, tabstops, pwd, keyboard;
    ScreenExtra screen;
} TerminalExtra;
typedef struct {
    size_t size;
    int emit;
    bool unwrap, trim;
    TerminalExtra extra;
    const void *selection;
} FormatterOptions;
typedef void (*WritePty)(Handle terminal, void *user, const uint8_t *data, size_t len);

Result ghostty_build_info(int key, void *out);
Result ghostty_terminal_new(const void *allocator, Handle *terminal, uint16_t cols, uint16_t rows);
void ghostty_terminal_free(Handle terminal);
Result ghostty_terminal_resize(Handle terminal, uint16_t cols, uint16_t rows, uint32_t w, uint32_t h);
Result ghostty_terminal_set(Handle terminal, int option, const void *value);
Result ghostty_terminal_get(Handle terminal, int key, void *out);
void ghostty_terminal_vt_write(Handle terminal, const uint8_t *data, size_t len);
void ghostty_terminal_scroll_viewport(Handle terminal, ScrollViewport to);
Result ghostty_terminal_continuation_buf(Handle terminal, uint8_t *buffer, size_t room, size_t *written);
Result ghostty_row_get(uint64_t row, int key, void *out);
Result ghostty_cell_get(uint64_t cell, int key, void *out);
Result ghostty_render_state_new(const void *allocator, Handle *state);
void ghostty_render_state_free(Handle state);
Result ghostty_render_state_update(Handle state, Handle terminal);
Result ghostty_render_state_clean(Handle state);
Result ghostty_render_state_get(Handle state, int key, void *out);
Result ghostty_render_state_row_iterator_new(const void *allocator, Handle *iterator);
void ghostty_render_state_row_iterator_free(Handle iterator);
bool ghostty_render_state_row_iterator_next(Handle iterator);
bool ghostty_render_state_row_iterator_next_dirty(Handle iterator, uint16_t *y);
Result ghostty_render_state_row_get(Handle iterator, int key, void *out);
Result ghostty_render_state_row_cells_new(const void *allocator, Handle *cells);
void ghostty_render_state_row_cells_free(Handle cells);
Result ghostty_render_state_row_cells_select(Handle cells, uint16_t x);
Result ghostty_render_state_row_cells_get(Handle cells, int key, void *out);
Result ghostty_formatter_terminal_new(const void *allocator, Handle *formatter, Handle terminal,
                                      FormatterOptions options);
Result ghostty_formatter_format_buf(Handle formatter, uint8_t *buffer, size_t room, size_t *written);
void ghostty_formatter_free(Handle formatter);
Result ghostty_snapshot_encode_buf(Handle terminal, uint8_t *buffer, size_t room, size_t *written);
Result ghostty_snapshot_decoder_new_buf(const void *allocator, Handle *decoder, const uint8_t *data,
                                        size_t len);
Result ghostty_snapshot_decoder_decode(Handle decoder, Handle *terminal);
void ghostty_snapshot_decoder_free(Handle decoder);
"""

# ghostty_terminal_set
SET_WRITE_PTY, SET_SCROLLBACK_MAX_BYTES, SET_SCROLLBACK_MAX_LINES = 1, 27, 28
SET_CONTINUATION_MAX_BYTES = 31
# ghostty_terminal_get
GET_COLS, GET_ROWS, GET_CURSOR_X, GET_CURSOR_Y, GET_PENDING_WRAP = 1, 2, 3, 4, 5
GET_ACTIVE_SCREEN, GET_CURSOR_VISIBLE, GET_KITTY_FLAGS, GET_MOUSE_TRACKING = 6, 7, 8, 11
GET_TOTAL_ROWS, GET_SCROLLBACK_ROWS, GET_MODE = 14, 15, 37
# ghostty_render_state_get, _row_get, _row_cells_get
STATE_DIRTY, STATE_ROW_ITERATOR = 3, 4
ROW_RAW, ROW_CELLS, ROW_CELLS_RAW = 2, 3, 5
CELLS_STYLE, CELLS_GRAPHEMES_LEN, CELLS_GRAPHEMES_BUF = 2, 3, 4
DIRTY_NONE, DIRTY_PARTIAL, DIRTY_FULL = 0, 1, 2
# ghostty_row_get
ROW_WRAPS = 1
# ghostty_cell_get
CELL_CODEPOINT, CELL_CONTENT_TAG, CELL_WIDE, CELL_STYLE_ID, CELL_PALETTE, CELL_RGB = 1, 2, 3, 6, 10, 11
# ghostty_terminal_scroll_viewport
SCROLL_TOP, SCROLL_BOTTOM, SCROLL_DELTA, SCROLL_ROW = 0, 1, 2, 3
FORMAT_PLAIN, FORMAT_VT = 0, 1
OUT_OF_SPACE = -3


@functools.cache
def load() -> tuple[Any, Any]:
    """The cffi interface and the library; loaded once a process, on first use.

    Raises Unusable where the library is missing or is not the one these declarations are for.
    """
    from cffi import FFI

    package = importlib.util.find_spec("pyghostty")
    if package is None or not package.submodule_search_locations:
        raise Unusable("the terminal emulator (pyghostty) is not installed: run make install")
    folder = Path(next(iter(package.submodule_search_locations))) / "_lib"
    found = sorted(folder.glob("libghostty-vt.*"))
    if not found:
        raise Unusable("the terminal emulator's library is missing from pyghostty: run make install")
    ffi = FFI()
    ffi.cdef(CDEF)
    return ffi, ffi.dlopen(str(found[0]))


def check(result: int, what: str) -> None:
    """Raise RuntimeError unless the library's answer was success."""
    if result:
        raise RuntimeError(f"terminal emulator: {what} failed ({result})")
