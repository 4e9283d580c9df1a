"""填报说明: every column of every registered sheet, and which standards measure by the sheet."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from governance.accounts.roles import Action
from governance.exchange import cells
from governance.exchange import sheets as registry
from governance.exchange.sheets import Sheet, SheetField
from governance.policies.indicators import all_indicators, all_inputs
from governance.policies.models import Standard
from governance.web.policy import AUTHENTICATED
from governance.web.views import Button, TemplatePage

_OTHER_NAMES = {"community": "communities"}
"""Names by which inputs know a registry, where it is not the slug of its sheet."""


@dataclass(frozen=True)
class Described:
    """One column as clerks are told of it."""

    name: str
    required: bool
    format: str
    choices: tuple[str, ...]
    description: str
    is_personal: bool
    is_key: bool


@dataclass(frozen=True)
class DescribedSheet:
    sheet: Sheet
    columns: list[Described]
    standards: list[Standard]


def format_of(column: SheetField) -> str:
    """How a cell is written, in a few words."""
    widget = column.widget
    match widget:
        case cells.IdNumberWidget():
            return "18 位身份证号"
        case cells.PhoneWidget():
            return "11 位手机号"
        case cells.CreditCodeWidget():
            return "18 位统一社会信用代码"
        case cells.CodeWidget():
            return "编码，文本格式"
        case cells.DateWidget():
            return "日期，如 20261201"
        case cells.YesNoWidget():
            return "是 / 否"
        case cells.ChoiceWidget():
            return "从下列中选择"
        case cells.CountWidget():
            return f"整数{_unit(widget.unit)}"
        case cells.QuantityWidget():
            return f"数字{_unit(widget.unit)}，最多 {widget.decimals} 位小数"
        case cells.TextWidget() if widget.max_length:
            return f"文字，最多 {widget.max_length} 字"
    return "文字"


def _unit(unit: str) -> str:
    return f"（{unit}）" if unit else ""


def described(sheet: Sheet, column: SheetField) -> Described:
    return Described(
        name=column.name,
        required=column.required,
        format=format_of(column),
        choices=tuple(getattr(column.widget, "labels", ())) if _is_choice(column) else (),
        description=column.description,
        is_personal=column.is_personal,
        is_key=column.name in {registry.COMMUNITY_CODE, *sheet.key},
    )


def _is_choice(column: SheetField) -> bool:
    return isinstance(column.widget, cells.ChoiceWidget)


def standards_by_sheet(standards: Iterable[Standard]) -> dict[str, list[Standard]]:
    """Sheet slug → standards whose indicator counts rows of the sheet."""
    inputs = all_inputs()
    sheets_of = {
        indicator.code: {
            _OTHER_NAMES.get(inputs[name].rows, inputs[name].rows)
            for name in indicator.inputs
            if name in inputs
        }
        for indicator in all_indicators()
    }
    found: dict[str, list[Standard]] = defaultdict(list)
    for standard in standards:
        for slug in sheets_of.get(standard.indicator, ()):
            found[slug].append(standard)
    return found


class FieldsPage(TemplatePage):
    policy = AUTHENTICATED
    template_name = "policies/fields.html"
    title = "填报说明"
    crumbs = (("使用帮助", "web:help"),)
    buttons = (Button("下载工作簿", "exchange:download", "download", action=Action.VIEW),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        used = standards_by_sheet(Standard.objects.select_related("measure").order_by("measure__code"))
        sheets = [
            DescribedSheet(
                sheet,
                [described(sheet, column) for column in sheet.columns.values()],
                used.get(sheet.slug, []),
            )
            for sheet in registry.registered()
        ]
        return super().get_context_data(sheets=sheets, **kwargs)
