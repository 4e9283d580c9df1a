"""Invented persons: every name begins with 演示, every number comes from a pattern nobody was given.

ID numbers begin with 10, which is no province, followed by street and community; their check digit is right,
so that they pass the rules of the workbook. Phone numbers are 1380000 and a running number.
"""

from collections.abc import Iterator
from random import Random

from governance.people.identity import check_digit, id_index
from governance.people.models import Person, Sex

MARK = "演示"
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏"
_GIVEN = "一二三四五六七八九十甲乙丙丁春夏秋冬东南西北"


def invented_persons(code: str, phone_from: int) -> Iterator[Person]:
    """Unsaved persons of a community, no name twice, always the same ones; phones run from `phone_from`."""
    rng = Random(f"{MARK}人员 {code}")
    names: set[str] = set()
    for number in range(1, 1000):
        name = ""
        while not name or name in names:
            name = MARK + rng.choice(_SURNAMES) + rng.choice(_GIVEN) + rng.choice(_GIVEN)
        names.add(name)
        year, month, day = rng.randint(1966, 2001), rng.randint(1, 12), rng.randint(1, 28)
        first_17 = f"10{code[7:9]}{code[10:12]}{year}{month:02d}{day:02d}{number:03d}"
        id_number = first_17 + check_digit(first_17)
        yield Person(
            name=name,
            id_number=id_number,
            id_index=id_index(id_number),
            sex=Sex.MALE if number % 2 else Sex.FEMALE,
            birth_date=f"{year}-{month:02d}-{day:02d}",
            phone=f"1380000{phone_from + number - 1:04d}",
        )


def invented_id(number: int) -> str:
    """An ID number (`number` below 1000) beside those of the registries: their communities end at 99."""
    first_17 = f"10019919900{number % 9 + 1}01{number:03d}"
    return first_17 + check_digit(first_17)
