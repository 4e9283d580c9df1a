"""The reference of the import: django-import-export as its documentation shows it."""

import tablib
from import_export import fields, resources, widgets
from import_export.formats.base_formats import XLSX

from benchmarks.workbook_rows import LEFT_OUT, community_sheet
from communities.models import Community
from governance.divisions.models import Division
from governance.exchange.cells import ChoiceWidget, CountWidget, DateWidget, YesNoWidget


class LabelWidget(widgets.CharWidget):
    """Labels of a choice to its values."""

    def __init__(self, labels: dict[str, str]) -> None:
        super().__init__()
        self.labels = labels

    def clean(self, value, row=None, **kwargs):
        return self.labels.get(value, value or "")


class YesNo(widgets.Widget):
    def clean(self, value, row=None, **kwargs):
        return {"是": True, "否": False}.get(value)


class StockResource(resources.ModelResource):
    """Our columns with the library's own widgets; its defaults for everything else, model validation on."""

    division = fields.Field("division", "社区代码", widgets.ForeignKeyWidget(Division, "code"))

    class Meta:
        model = Community
        import_id_fields = ("division",)
        fields = ("division",)
        clean_model_instances = True


def stock_resource() -> StockResource:
    resource = StockResource()
    for name, ours in community_sheet().columns.items():
        if len(ours.path) != 1 or name in LEFT_OUT:
            continue
        field = Community._meta.get_field(ours.path[0])
        match ours.widget:
            case ChoiceWidget():
                widget: widgets.Widget = LabelWidget({str(label): value for value, label in field.choices})
            case YesNoWidget():
                widget = YesNo()
            case CountWidget():
                widget = widgets.IntegerWidget()
            case DateWidget():
                widget = widgets.DateWidget()
            case _:
                widget = widgets.CharWidget()
        resource.fields[field.name] = fields.Field(field.name, name, widget)
    return resource


def read(content: bytes) -> tablib.Dataset:
    return XLSX().create_dataset(content)


def load(dataset: tablib.Dataset) -> None:
    """The library's whole import of a dataset; raises on the first fault."""
    result = stock_resource().import_data(dataset, use_transactions=True, raise_errors=True)
    assert not result.has_errors() and not result.has_validation_errors(), "the stock import found errors"
    assert result.totals["update"] == len(dataset), dict(result.totals)
