"""Cells about persons, and the columns that sheets of persons share."""

from datetime import date
from typing import Any

from governance.exchange.cells import ChoiceWidget, DateWidget, IdNumberWidget, PhoneWidget, TextWidget
from governance.exchange.cells.base import Notify
from governance.exchange.sheets import SheetField
from governance.people.identity import parse_id
from governance.people.masks import mask_birth_date, mask_id, mask_phone
from governance.people.models import Sex


class BirthDateWidget(DateWidget):
    """A birth date, kept as YYYY-MM-DD text because the column is encrypted."""

    def __init__(self) -> None:
        super().__init__(empty="", masked=True)

    def parse(self, value: Any, notify: Notify) -> str:
        return super().parse(value, notify).isoformat()

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return date.fromisoformat(value) if value else None


NAME = "姓名"
ID_NUMBER = "身份证号"
SEX = "性别"
BIRTH_DATE = "出生日期"
PHONE = "手机号"


def name_field() -> SheetField:
    return SheetField("person__name", NAME, TextWidget(40), required=True, description="同名时请填写身份证号")


def id_number_field() -> SheetField:
    return SheetField(
        "person__id_number",
        ID_NUMBER,
        IdNumberWidget(parse_id),
        mask=mask_id,
        description="18 位，文本格式；导出时隐藏，未改动的请保持原样",
    )


def sex_field() -> SheetField:
    return SheetField(
        "person__sex", SEX, ChoiceWidget(Sex.choices), description="填写身份证号时可留空，自动得出"
    )


def birth_date_field() -> SheetField:
    return SheetField(
        "person__birth_date",
        BIRTH_DATE,
        BirthDateWidget(),
        mask=mask_birth_date,
        description="填写身份证号时可留空，自动得出；导出时隐藏月日",
    )


def phone_field() -> SheetField:
    return SheetField(
        "person__phone", PHONE, PhoneWidget(), mask=mask_phone, description="导出时隐藏，未改动的请保持原样"
    )
