"""Justification between ideographs for WeasyPrint, which by itself stretches spaces only.

Chinese lines hold no spaces, so punctuation that may not start a line would leave the right edge ragged by
up to 14 mm. Three functions are replaced: the one that counts where a line may stretch, the one that
stretches it, and the one that gives the text to Pango, which now spreads the extra width as letter spacing.

Bound to WeasyPrint 70.0 (pinned). An upgrade that breaks it fails the geometry test and conformance check.
"""

import re
from typing import Any

from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline
from weasyprint.text import line_break
from weasyprint.text.ffi import TO_UNITS, ffi, pango

# Ideographs, kana, bopomofo, CJK punctuation, full-width forms, curly quotes, dash, ellipsis, circled digits.
STRETCHABLE = re.compile(
    "[\u2014\u2018\u2019\u201c\u201d\u2026\u2460-\u249b\u2e80-\u303f\u3040-\u30ff\u3105-\u312f\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]+"
)

BREAK = "\u200b"

_original_set_text = line_break.Layout.set_text
_original_justify_line = inline.justify_line


def stretchable_gaps(text: str) -> float:
    """Gaps of one text box that may widen.

    Pango puts letter spacing half before and half behind each character of a run and drops the halves at the
    edges of the text: a run inside the text has one gap per character, one at an edge loses a half there.
    """
    gaps = 0.0
    for run in STRETCHABLE.finditer(text):
        gaps += run.end() - run.start() - 1 + 0.5 * (run.start() > 0) + 0.5 * (run.end() < len(text))
    return gaps


def count_expandable_spaces(box: Any) -> float:
    """Replacement of WeasyPrint's function of this name: spaces and gaps between ideographs."""
    if isinstance(box, boxes.TextBox):
        return box.text.count(" ") + box.text.count("\u00a0") + stretchable_gaps(box.text)
    if isinstance(box, boxes.LineBox | boxes.InlineBox):
        return sum(count_expandable_spaces(child) for child in box.children)
    return 0


def justify_line(context: Any, line: Any, extra_width: float) -> None:
    """Replacement of WeasyPrint's function of this name: drops the break opportunity a line ends with first.

    It has no width itself, but the last visible character would get letter spacing behind it.
    """
    last = _last_text(line)
    if last is not None and last.text.endswith(BREAK):
        before = _width(last)
        last.text = last.text.rstrip(BREAK)
        difference = before - _width(last)
        last.width -= difference
        extra_width += difference
    _original_justify_line(context, line, extra_width)


def _last_text(box: Any) -> Any:
    while isinstance(box, boxes.LineBox | boxes.InlineBox):
        if not box.children:
            return None
        box = box.children[-1]
    return box if isinstance(box, boxes.TextBox) and box.text.rstrip(BREAK) else None


def _width(box: Any) -> float:
    layout = line_break.Layout(box.style)
    layout.set_text(box.text)
    width, _height = line_break.line_size(layout.get_first_line()[0], box.style)
    layout.deactivate()
    return float(width)


def set_text(layout: Any, text: str, justify: bool = False) -> None:
    """Replacement of `Layout.set_text`: adds the justification of the line to the letter spacing."""
    _original_set_text(layout, text, justify)
    extra = layout.justification_spacing
    if not (justify and extra and STRETCHABLE.search(layout.text)):
        return
    spacing = layout.style["letter_spacing"]
    spacing = 0 if spacing == "normal" else spacing
    attributes = pango.pango_layout_get_attributes(layout.layout)
    if attributes == ffi.NULL:
        attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
    for run in STRETCHABLE.finditer(layout.text):
        attribute = pango.pango_attr_letter_spacing_new(int((spacing + extra) * TO_UNITS))
        # Pango counts in bytes of UTF-8.
        attribute.start_index = len(layout.text[: run.start()].encode())
        attribute.end_index = attribute.start_index + len(run.group().encode())
        pango.pango_attr_list_change(attributes, attribute)
    pango.pango_layout_set_attributes(layout.layout, attributes)


def install() -> None:
    """Put the replacements in place; doing it twice changes nothing."""
    line_break.Layout.set_text = set_text
    inline.justify_line = justify_line
    inline.count_expandable_spaces = count_expandable_spaces
