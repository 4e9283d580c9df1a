"""Every cleaning rule of the workbook, with the text a clerk sees."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from import_export.fields import Field

from governance.exchange.cells import (
    CellWidget,
    ChoiceWidget,
    CodeWidget,
    CountWidget,
    CreditCodeWidget,
    DateWidget,
    IdNumberWidget,
    ListWidget,
    Masked,
    PhoneWidget,
    QuantityWidget,
    TextWidget,
    YesNoWidget,
)
from governance.exchange.folding import nearest

KINDS = [("old", "老旧城区型"), ("unit", "单位型"), ("new", "新楼盘型")]
DAY = dt.date(2024, 6, 30)


def check_id(text: str) -> None:
    if len(text) != 18:
        raise ValueError("身份证号应为 18 位数字（末位可为 X）。")


def error(widget: CellWidget, value: object) -> str:
    with pytest.raises(ValueError) as caught:
        widget.clean(value)
    message = str(caught.value)
    assert message.endswith("。") and "Error" not in message
    return message


@pytest.mark.parametrize("value", [None, "", "  ", "　\n"])
def test_empty(value: object) -> None:
    assert TextWidget().clean(value) == ""
    assert TextWidget(empty=None).clean(value) is None
    assert CodeWidget((12,)).clean(value) == ""
    assert [w.clean(value) for w in (DateWidget(), CountWidget(), QuantityWidget(), YesNoWidget())] == [
        None
    ] * 4
    assert ListWidget().clean(value) == []


@pytest.mark.parametrize("text", ["=1+1", "+86 x", "-5", "@x", "１号网格", "欧阳 娜娜", "O'Neil", "𠮷", "葛󠄀"])
def test_text_is_kept(text: str) -> None:
    notices: list[str] = []
    assert TextWidget().clean(text, notify=notices.append) == text
    assert not notices


@pytest.mark.parametrize(
    ("text", "clean", "notice"),
    [
        ("张\u200b三", "张三", "控制字符"),
        ("\u202e张三\u202c", "张三", "控制字符"),
        ("\ufeff张三\x00", "张三", "控制字符"),
        ("张三 ", "张三", "空格"),
        ("东至\n南至", "东至 南至", "换行"),
    ],
)
def test_invisible_characters_go_with_a_notice(text: str, clean: str, notice: str) -> None:
    notices: list[str] = []
    assert TextWidget().clean(text, notify=notices.append) == clean
    assert notice in notices[0] and len(notices) == 1


def test_text_of_nothing_but_invisible_characters_is_empty() -> None:
    assert TextWidget().clean("\u200b\u200b") == ""


def test_text_limits_and_lines() -> None:
    assert TextWidget(multiline=True).clean("甲\r\n乙") == "甲\n乙"
    assert "最多 2 个字，现在有 3 个" in error(TextWidget(2), "一二三")


def test_numbers_and_dates_in_text_columns() -> None:
    assert [TextWidget().clean(value) for value in (3, 3.0, 1.5)] == ["3", "3", "1.5"]
    assert "存成了日期（2024-03-01）" in error(TextWidget(), dt.date(2024, 3, 1))
    assert "逻辑值" in error(TextWidget(), True)
    assert "后几位已经丢失" in error(TextWidget(), 6.1e17)


@pytest.mark.parametrize(
    "value",
    [
        "610104001001",
        " 6101 0400 1001 ",
        "６１０１０４００１００１",
        "'610104001001",
        610104001001,
        "6101\u200b04001001",
    ],
)
def test_codes_are_folded(value: object) -> None:
    assert CodeWidget((12,)).clean(value) == "610104001001"


def test_wrong_codes() -> None:
    assert "有 11 位，应为 12 位" in error(CodeWidget((12,)), "61010400100")
    assert "应为 9、12 位" in error(CodeWidget((9, 12)), "6101")
    assert "应当只有数字" in error(CodeWidget((12,)), "61010400100A")
    assert "科学计数" in error(CodeWidget((12,)), "6.10104E+11")
    assert "日期" in error(CodeWidget((12,)), DAY)
    assert CodeWidget(letters=True).clean(" WG－０1 ") == "WG-01"
    assert "最多 3 位" in error(CodeWidget(letters=True, max_length=3), "WG-1")


def test_credit_code() -> None:
    assert CreditCodeWidget().clean(" 91350100m000100y４3") == "91350100M000100Y43"
    notices: list[str] = []
    assert CreditCodeWidget().clean("91350100M000100Y44", notify=notices.append) == "91350100M000100Y44"
    assert "校验位" in notices[0]
    assert "18 位" in error(CreditCodeWidget(), "91350100M000100Y4")
    assert "丢失" in error(CreditCodeWidget(), 9.1e17)


def test_id_numbers() -> None:
    widget = IdNumberWidget(check_id)
    assert widget.clean(" 11010519491231002x") == "11010519491231002X"
    assert widget.clean("１１０１０５１９４９１２３１００２ｘ") == "11010519491231002X"
    for damaged in (110105194912310020, 1.1010519491231e17, "1.10105E+17"):
        assert "后几位已经丢失，无法修复" in error(widget, damaged)
    assert "18 位" in error(widget, "1101051949")


def test_masks_are_told_apart() -> None:
    widget = IdNumberWidget(check_id)
    mask = widget.clean("1****************X")
    assert isinstance(mask, Masked) and mask == "1****************X"
    assert isinstance(PhoneWidget().clean("138****1234"), Masked)
    assert isinstance(DateWidget(masked=True).clean("1976-**-**"), Masked)
    assert "不是有效日期" in error(DateWidget(), "1976-**-**")


def test_phones() -> None:
    for value in (
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+86 13812345678",
        13812345678,
        "１３８12345678",
    ):
        assert PhoneWidget().clean(value) == "13812345678"
    assert "11 位手机号" in error(PhoneWidget(), "1381234567")
    assert "11 位手机号" in error(PhoneWidget(), "029-87654321")
    assert PhoneWidget(landline=True).clean("（029）8765 4321") == "029-87654321"
    assert PhoneWidget(landline=True).clean("0912-3456789") == "0912-3456789"
    assert "区号" in error(PhoneWidget(landline=True), "87654321")


@pytest.mark.parametrize(
    "value",
    [
        DAY,
        dt.datetime(2024, 6, 30, 23, 59),
        "2024-06-30",
        "2024.6.30",
        "2024/6/30",
        "2024年6月30日",
        "２０２４年６月３０日",
        "2024 年 6 月 30 日",
        "20240630",
        "2024-06-30 00:00:00",
        "2024-06-30T08:30",
        20240630,
        20240630.0,
        45473,
        45473.25,
    ],
)
def test_dates(value: object) -> None:
    assert DateWidget().clean(value) == DAY


def test_a_bare_serial_number_is_read_with_a_notice() -> None:
    notices: list[str] = []
    DateWidget().clean(45473, notify=notices.append)
    assert "2024-06-30" in notices[0]


def test_a_time_does_not_swallow_a_digit_of_the_day() -> None:
    assert DateWidget().clean("2024-6-3 12:00") == dt.date(2024, 6, 3)


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("2024-02-30", "不存在"),
        ("2024-13-01", "不存在"),
        ("2024年6月", "没有写到日"),
        ("2024.6", "没有写到日"),
        (2024, "没有写到日"),
        ("24.6.30", "不是有效日期"),
        ("2024-6.30", "不是有效日期"),
        ("六月", "不是有效日期"),
        (2024.6, "不是有效日期"),
        (True, "不是有效日期"),
        ("1024-06-30", "1900"),
        (dt.date(2924, 6, 30), "1900"),
    ],
)
def test_wrong_dates(value: object, part: str) -> None:
    assert part in error(DateWidget(), value)


@pytest.mark.parametrize(
    ("value", "small"),
    [
        (128.4, 12840),
        ("128.40", 12840),
        (600, 60000),
        ("1,234.5", 123450),
        ("１２．５", 1250),
        (0.1 + 0.2, 30),
        (0, 0),
    ],
)
def test_quantities_are_exact(value: object, small: int) -> None:
    assert QuantityWidget(2).clean(value) == small


def test_wrong_quantities() -> None:
    area = QuantityWidget(2, "平方米")
    for value in (128.405, "128.405", 0.001):
        assert "最多 2 位小数" in error(area, value)
    assert "不能小于 0 平方米" in error(area, -1)
    assert "不要带单位" in error(area, "128平方米")
    assert "只填数字" in error(area, "约一百")
    assert "不能大于 10 平方米" in error(QuantityWidget(2, "平方米", maximum=1000), 11)
    for value in ("9" * 400, 1e300, 10**40):
        assert "请核对" in error(area, value)
    for value in (True, DAY, "1e5", "1,23", "٣"):
        assert "不是数字" in error(area, value)


def test_counts() -> None:
    assert [CountWidget().clean(value) for value in (300, 300.0, "300", "1,234")] == [300, 300, 300, 1234]
    assert "应为整数" in error(CountWidget("户"), 1.5)
    assert "不能大于 18 级" in error(CountWidget("级", minimum=1, maximum=18), 19)


def test_choices() -> None:
    widget = ChoiceWidget(KINDS)
    assert [widget.clean(value) for value in ("单位型", " 单位 型 ")] == ["unit", "unit"]
    assert "是不是“老旧城区型”？" in error(widget, "老旧城区")
    assert "老旧城区型、单位型、新楼盘型" in error(widget, "其它")
    assert "不是可选值" in error(widget, 3)
    assert widget.render("unit") == "单位型" and widget.render("") is None
    assert widget.labels == ["老旧城区型", "单位型", "新楼盘型"]


def test_yes_and_no() -> None:
    widget = YesNoWidget()
    assert [widget.clean(value) for value in ("是", "否 ", True, False)] == [True, False, True, False]
    for value in ("有", 1, "TRUE"):
        assert "“是”或“否”" in error(widget, value)
    assert [widget.render(value) for value in (True, False, None)] == ["是", "否", None]


def test_lists() -> None:
    widget = ListWidget(4)
    assert widget.clean("一组、二组，三组; 一组") == ["一组", "二组", "三组"]
    assert widget.render(["一组", "二组"]) == "一组、二组"
    assert "最多 4 个字" in error(widget, "第一村民小组")


def test_widgets_work_in_a_field_of_import_export() -> None:
    field = Field(attribute="area_c", column_name="建筑面积", widget=QuantityWidget(2))
    target = type("Row", (), {"area_c": None})()
    field.save(target, {"建筑面积": "128.4"})
    assert target.area_c == 12840
    assert field.export(target) == Decimal("128.40")


def test_nearest() -> None:
    assert nearest("社区类别", ["社区代码", "社区类型"]) == "社区类型"
    assert nearest("常住户", ["常住户数", "户籍户数"]) == "常住户数"
    assert nearest("备注", ["社区代码"]) is None


@given(st.integers(0, 10**13))
def test_any_quantity_survives_the_way_through_a_float(small: int) -> None:
    widget = QuantityWidget(2)
    assert widget.clean(float(widget.render(small))) == small
    assert widget.clean(str(widget.render(small))) == small


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_any_date_survives_in_every_notation(day: dt.date) -> None:
    widget = DateWidget()
    notations = [f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day.year}.{day.month}.{day.day}", widget.render(day)]
    assert [widget.clean(text) for text in notations] == [day] * 4


@given(st.text())
def test_cleaning_text_twice_changes_nothing(text: str) -> None:
    once = TextWidget().clean(text)
    assert TextWidget().clean(once) == once
