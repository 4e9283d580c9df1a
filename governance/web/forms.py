"""表格式表单: forms as label cells and field cells, errors summed up on top, dates as clerks type them."""

from datetime import date
from pathlib import Path
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates
from django.utils.functional import cached_property

from governance.web import dates
from governance.web.columns import stretched

_WIDE = (forms.Textarea, forms.CheckboxSelectMultiple, forms.ClearableFileInput)
_PLAIN = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.HiddenInput)


class TableBoundField(BoundField):
    """Gives widgets the classes of the theme, so that forms need not name them."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        if not isinstance(widget, _PLAIN):
            theme = "form-select" if isinstance(widget, forms.Select) else "form-control"
            own = (widget.attrs.get("class"), attrs.get("class"), theme)
            attrs["class"] = " ".join(str(each) for each in own if each)
        return attrs

    @property
    def is_wide(self) -> bool:
        """Whether the field takes the whole row: long texts, files, or named in the form's `wide_fields`."""
        return isinstance(self.field.widget, _WIDE) or self.name in getattr(self.form, "wide_fields", ())

    @property
    def is_stretched(self) -> bool:
        """Whether the field cell takes the rest of its row: wide, or with nothing to stand beside it."""
        fields = self.form.visible_fields()
        names = [field.name for field in fields]
        spans = stretched([getattr(field, "is_wide", False) for field in fields])
        return self.name in names and spans[names.index(self.name)]

    @property
    def is_group(self) -> bool:
        return isinstance(self.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


class TableFormRenderer(DjangoTemplates):
    """FORM_RENDERER: one template for every form, one for every field."""

    form_template_name = "web/forms/form.html"
    field_template_name = "web/forms/field.html"
    bound_field_class = TableBoundField

    @cached_property
    def engine(self) -> Any:
        # Django's own engine for forms does not know the project's template folder.
        project = cast("list[Path]", settings.TEMPLATES[0]["DIRS"])
        shipped = Path(forms.__file__).parent / "templates"
        return self.backend(
            {
                "APP_DIRS": True,
                "DIRS": [*project, shipped],
                "NAME": "portalforms",
                "OPTIONS": {},
            }
        )


class DateWidget(forms.DateInput):
    """A plain text field with the browser's calendar behind a button."""

    template_name = "web/forms/date.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        base = {"placeholder": "如 20261201", "inputmode": "numeric", "autocomplete": "off", "maxlength": 14}
        super().__init__({**base, **(attrs or {})}, format="%Y-%m-%d")


class DateField(forms.DateField):
    """A day as 20261201, 2026.12.1, 2026-12-01 or 2026年12月1日."""

    widget = DateWidget
    default_error_messages = {"invalid": f"日期写法不对或不存在这一天。{dates.HINT}。"}

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or not isinstance(value, str):
            return super().to_python(value)
        try:
            return dates.parse_date(value)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
