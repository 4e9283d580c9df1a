"""Characters that do not mean anything in a cell, and the nearest known word for one that is unknown."""

import difflib
import re
from collections.abc import Iterable

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
"""Control, bidirectional and zero-width characters. Variation selectors stay: rare characters need them."""


def strip_invisible(text: str) -> str:
    """Without control, bidirectional and zero-width characters; tabs and line breaks stay."""
    return _INVISIBLE.sub("", text)


def fold(text: str) -> str:
    """For codes, numbers and dates: half-width, no blanks, nothing invisible."""
    return "".join(strip_invisible(text).translate(_FULL_WIDTH).split())


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word a mistyped one most probably stands for, or None."""
    words = list(known)
    if close := difflib.get_close_matches(word, words, n=1, cutoff=0.5):
        return close[0]
    within = [other for other in words if len(word) > 1 and (word in other or other in word)]
    return min(within, key=lambda other: abs(len(other) - len(word)), default=None)
