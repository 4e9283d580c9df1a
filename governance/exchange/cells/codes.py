"""Codes, identity and phone numbers: texts of digits, which Excel damages when it makes numbers of them."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from governance.exchange.folding import fold

from .base import AS_TEXT, CellWidget, Notify, number_as_text, show


class CodeWidget(CellWidget):
    """Codes: full-width digits and stray blanks folded. ``lengths`` are the allowed numbers of digits.

    With ``letters`` letters and signs are kept as written.
    """

    as_text = True

    def __init__(
        self,
        lengths: Iterable[int] = (),
        *,
        letters: bool = False,
        max_length: int | None = None,
        empty: Any = "",
    ) -> None:
        super().__init__(empty=empty)
        self.lengths = tuple(lengths)
        self.letters = letters
        self.max_length = max_length

    def parse(self, value: Any, notify: Notify) -> Any:
        if type(value) is not str:
            code = number_as_text(value)
        else:
            code = value if value.isascii() and value.isalnum() else fold(value).lstrip("'‘’")
        if not self.letters and not (code.isascii() and code.isdigit()):
            if re.fullmatch(r"\d+(\.\d+)?[eE]\+?\d+", code):
                raise ValueError(f"“{show(value)}”是 Excel 的科学计数，后几位已经丢失，{AS_TEXT}。")
            raise ValueError(f"“{show(value)}”应当只有数字，请核对代码。")
        if self.lengths and len(code) not in self.lengths:
            wanted = "、".join(map(str, self.lengths))
            raise ValueError(f"“{show(value)}”有 {len(code)} 位，应为 {wanted} 位，请核对代码。")
        if self.max_length is not None and len(code) > self.max_length:
            raise ValueError(f"最多 {self.max_length} 位，现在有 {len(code)} 位，请缩短。")
        return code


class CreditCodeWidget(CellWidget):
    """统一社会信用代码 (GB 32100): 18 digits and capitals; a wrong check character is a notice only, because
    codes of the years before the standard are still in use."""

    as_text = True
    _ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

    def __init__(self, *, empty: Any = "") -> None:
        super().__init__(empty=empty)

    def parse(self, value: Any, notify: Notify) -> Any:
        if type(value) is not str:
            raise ValueError(f"这一格被 Excel 存成了数字，后几位已经丢失，{AS_TEXT}。")
        code = fold(value).upper()
        if not re.fullmatch(r"[0-9A-Z]{18}", code):
            raise ValueError(f"“{show(value)}”应为 18 位数字和大写字母，请核对。")
        if notify and not self._is_well_made(code):
            notify(f"“{show(value)}”的校验位不符，已照原样保存，请核对是否录错。")
        return code

    def _is_well_made(self, code: str) -> bool:
        if not set(code) <= set(self._ALPHABET):
            return False
        total = sum(self._ALPHABET.index(sign) * 3**place % 31 for place, sign in enumerate(code[:17]))
        return self._ALPHABET[-total % 31] == code[17]


class IdNumberWidget(CellWidget):
    """Resident identity numbers, folded. ``check(text)`` raises ``ValueError`` on a wrong one.

    A number stored by Excel as a number is damaged beyond its fifteenth digit: refused, never repaired.
    """

    as_text = True

    def __init__(self, check: Callable[[str], object], *, empty: Any = "", masked: bool = True) -> None:
        super().__init__(empty=empty, masked=masked)
        self.check = check

    def parse(self, value: Any, notify: Notify) -> Any:
        if type(value) is not str:
            raise ValueError(f"身份证号被 Excel 存成了数字，后几位已经丢失，无法修复；{AS_TEXT}完整的号码。")
        number = fold(value).lstrip("'‘’").upper()
        if re.fullmatch(r"\d+(\.\d+)?E\+?\d+", number):
            raise ValueError(f"身份证号是 Excel 的科学计数，后几位已经丢失，无法修复；{AS_TEXT}完整的号码。")
        self.check(number)
        return number


class PhoneWidget(CellWidget):
    """Mobile numbers, with ``landline`` also 029-12345678; blanks, hyphens and +86 folded away."""

    as_text = True

    def __init__(self, *, landline: bool = False, empty: Any = "", masked: bool = True) -> None:
        super().__init__(empty=empty, masked=masked)
        self.landline = landline

    def parse(self, value: Any, notify: Notify) -> Any:
        text = fold(value) if type(value) is str else number_as_text(value)
        number = re.sub(r"^(\+86|0086|86(?=1\d{10}$))|[-—－()]", "", text)
        if re.fullmatch(r"1[3-9]\d{9}", number):
            return number
        if self.landline and (match := re.fullmatch(r"(0(?:10|2\d|[3-9]\d{2}))(\d{7,8})", number)):
            return f"{match[1]}-{match[2]}"
        wanted = "11 位手机号或带区号的座机号" if self.landline else "11 位手机号"
        raise ValueError(f"“{show(value)}”不是有效号码，请填写 {wanted}。")
