"""Resident identity numbers (GB 11643): folding, check digit, sex and birth date in them."""

import re
from dataclasses import dataclass
from datetime import date

from governance.crypto.index import blind_index

_FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789XX")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


class InvalidIdNumber(ValueError):
    """Not an ID number; the text is Chinese and says what is wrong."""


@dataclass(frozen=True)
class Identity:
    """What an ID number says."""

    number: str
    birth_date: date
    sex: str


def fold_id(text: str) -> str:
    """Full-width digits, stray spaces and a lower-case x folded."""
    return re.sub(r"\s+", "", str(text)).translate(_FULL_WIDTH).upper()


def check_digit(first_17: str) -> str:
    """The last character that belongs to the first 17 digits."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True)) % 11]


def parse_id(text: str) -> Identity:
    """Check a number of 18 characters; raises `InvalidIdNumber`."""
    number = fold_id(text)
    if not re.fullmatch(r"\d{17}[\dX]", number):
        raise InvalidIdNumber("身份证号应为 18 位数字（末位可为 X）。")
    if check_digit(number[:17]) != number[17]:
        raise InvalidIdNumber("身份证号校验码不符，请核对是否录错。")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise InvalidIdNumber("身份证号中的出生日期不存在。") from error
    return Identity(number, born, "male" if int(number[16]) % 2 else "female")


def id_index(text: str) -> str:
    """Blind index of an ID number as stored in `Person.id_index`."""
    return blind_index(fold_id(text), "id_number")
