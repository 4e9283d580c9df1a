"""Dates as people write them."""

import re
import unicodedata
from datetime import date

_FORMS = (
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
    re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?"),
)
HINT = "日期可写成 20261201、2026.12.1、2026-12-01 或 2026年12月1日"


def parse_date(text: str) -> date:
    """A day from 20261201, 2026.12.1, 2026/12/1, 2026-12-01 or 2026年12月1日, full-width digits allowed.

    Raises ValueError for anything else and for days that do not exist or lie outside 1900–2100.
    """
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    for form in _FORMS:
        match = form.fullmatch(folded)
        if match:
            year, month, day = (int(part) for part in match.groups() if part.isdigit())
            if not 1900 <= year <= 2100:
                break
            return date(year, month, day)
    raise ValueError(text)
