"""What people write into rounds: tidied, not too long, without numbers of persons."""

import re

from django.core.exceptions import ValidationError

_PERSONAL = re.compile(r"(?<!\d)(\d{17}[\dXx]|1[3-9]\d{9})(?!\d)")
"""ID numbers and mobile numbers: every street of the round would read them."""


def clean_text(text: str, field: str, *, longest: int, missing: str = "") -> str:
    """A text without surplus space; `missing` is said of an empty one, which is allowed without it.

    Raises `ValidationError` at `field`.
    """
    text = text.strip()
    if missing and not text:
        raise ValidationError({field: missing})
    if len(text) > longest:
        raise ValidationError({field: f"最多 {longest} 个字，现为 {len(text)} 个，请删减后再提交。"})
    if _PERSONAL.search(text):
        raise ValidationError({field: "请勿填写身份证号、手机号，删去后再提交。"})
    return text
