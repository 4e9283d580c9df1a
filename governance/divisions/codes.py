"""Reading division codes as people write them."""

import re

_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_LENGTHS = (12, 9, 6, 4, 2)
COUNTRY_CODE = "0"


def fold_code(text: str) -> str:
    """Full-width digits and stray spaces folded away."""
    return re.sub(r"\s+", "", str(text)).translate(_FULL_WIDTH)


def code_candidates(text: str) -> list[str]:
    """Codes that a text may mean: as written, then without trailing zeros, level by level."""
    code = fold_code(text)
    if not code.isdigit():
        return []
    if not code.strip("0"):
        return [COUNTRY_CODE]
    candidates = [code]
    for length in _LENGTHS:
        if length < len(code) and not code[length:].strip("0"):
            candidates.append(code[:length])
    return candidates
