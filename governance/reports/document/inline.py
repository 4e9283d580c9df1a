"""Runs of text → inline HTML: anchors for figures, spans for characters the text faces lack.

Built here and not in templates, because a line break in a template would print as a space between Chinese
characters.
"""

import re
from collections.abc import Iterable
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .model import Figure, Run

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff]+")
# Unicode's rules forbid a line break on both sides of a curly quote; Chinese ones allow it outside the pair.
BEFORE_QUOTE = re.compile("(?<=[^（《〔【〈「『“‘ ])(?=[“‘])")
AFTER_QUOTE = re.compile("(?<=[”’])(?=[^，。、；：？！）》〕】〉」』”’…—％%  ])")
BREAK = "\u200b"
PLACEHOLDER = "〓"
"""Printed for a character no font has, as is the custom; the conformance check then refuses the document."""
EM = re.compile(
    r"[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u2014\u2018-\u201d\u2026]|[^\x00-\uffff]"
)


class Typesetter:
    """Sets runs for one document; remembers which figure ids already have their destination."""

    def __init__(self, common: frozenset[int], printable: frozenset[int]) -> None:
        self._common = common
        self._printable = printable | {ord(c) for c in (" ", "\u3000", BREAK)}
        self._seen: set[str] = set()

    def text(self, value: str) -> SafeString:
        """Escaped text in which each stretch of rare characters stands in a span of class `r`."""
        value = "".join(c if ord(c) in self._printable else PLACEHOLDER for c in clean(value))
        pieces = [(rare, "".join(group)) for rare, group in groupby(breakable(value), key=self._is_rare)]
        return format_html_join(
            "", "{}", ((format_html('<span class="r">{}</span>', t) if rare else t,) for rare, t in pieces)
        )

    def _is_rare(self, character: str) -> bool:
        return ord(character) not in self._common and character not in " \u3000\u200b"

    def figure(self, figure: Figure) -> SafeString:
        """A figure with its unit; the first use of an id is the destination for links."""
        inner = self.text(str(figure))
        if figure.id in self._seen:
            return inner
        self._seen.add(figure.id)
        return format_html('<span id="{}">{}</span>', figure.id, inner)

    def runs(self, runs: Iterable[Run]) -> SafeString:
        """Several runs without anything between them."""
        return format_html_join(
            "", "{}", ((self.figure(r) if isinstance(r, Figure) else self.text(r),) for r in runs)
        )


def clean(value: str) -> str:
    """The text without control characters, which neither HTML nor PDF may hold."""
    return CONTROL.sub("", value)


def breakable(value: str) -> str:
    """The text with zero-width break opportunities before opening and behind closing curly quotes."""
    return AFTER_QUOTE.sub(BREAK, BEFORE_QUOTE.sub(BREAK, value))


def width_em(value: str) -> float:
    """Approximate width in ems: full-width characters 1, all others a half."""
    return sum(1.0 if EM.match(c) else 0.5 for c in value)
