"""Forms of local values: the fields for the figures are made from the standard's own comparison."""

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.divisions.models import Division, Level
from governance.divisions.paths import is_under
from governance.policies.comparisons import Comparison, comparison_for
from governance.policies.comparisons.editing import BadFigures, Figure, figures, with_figures
from governance.policies.follow_up import contains_personal
from governance.policies.indicators import all_inputs, indicator
from governance.policies.local_values import Citation, Draft, may_have_local
from governance.policies.models import LocalValue, PolicyDocument, Standard
from governance.policies.outcomes import Binding
from governance.policies.units import UNITS
from governance.policies.value_states import STATES
from governance.web.areas import MOST_OPTIONS, AreaFilterForm
from governance.web.forms import DateField

_MOST = Decimal(9_999_999)
_BINDINGS = [choice for choice in Binding.choices if choice[0] != Binding.GUIDANCE]


def template_of(standard: Standard) -> Comparison | None:
    """The latest value of the pack: the shape that a local value keeps."""
    values = [each for each in standard.values.all() if each.parameters is not None]
    latest = max(values, key=lambda each: each.effective_from, default=None)
    return comparison_for(standard.comparison, latest.parameters or {}) if latest else None


def figures_of(standard: Standard, comparison: Comparison) -> list[Figure]:
    known = all_inputs()
    labels = {name: item.label for name, item in known.items()}
    by = next(iter((*comparison.bases(), *comparison.choices())), None)
    base = None
    if by is not None:
        labels |= known[by].labels
        base = UNITS.get(known[by].unit)
    return figures(comparison, UNITS[indicator(standard.indicator).unit], labels, base)


def standards_for(user: User) -> list[Standard]:
    """Standards of which the user may draft a local value somewhere, in the order of the catalogue."""
    mine = scope_of(user).paths(Action.DRAFT_POLICY)
    rows = Standard.objects.select_related("measure__document__jurisdiction")

    def is_near(standard: Standard) -> bool:
        where = standard.measure.document.jurisdiction.path
        return any(is_under(path, where) or is_under(where, path) for path in mine)

    rows = rows.order_by("measure__document__code", "measure__order")
    return [standard for standard in rows if may_have_local(standard) and is_near(standard)]


def divisions_for(user: User, document: PolicyDocument) -> QuerySet[Division]:
    """Where the user may draft values of a document: his divisions and those below, down to the street."""
    rows: QuerySet[Division] = permitted(Division.objects.current(), user, Action.DRAFT_POLICY)
    jurisdiction = document.jurisdiction.path
    rows = rows.filter(level__lte=Level.STREET).order_by("path")
    return rows.under(jurisdiction) if jurisdiction else rows  # type: ignore[attr-defined, no-any-return]


class FigureField(forms.DecimalField):
    """A figure in the unit of the standard; cleans to a `Fraction`."""

    default_error_messages = {"invalid": "请填写数字，如 600 或 12.5，不带单位。"}

    def __init__(self, figure: Figure, **kwargs: Any) -> None:
        most = Decimal(100) if figure.unit.code == "percent" else _MOST
        places = 0 if figure.is_whole else 2
        unit = figure.unit.symbol
        super().__init__(
            label=f"{figure.label}（{unit}）" if unit else figure.label,
            min_value=Decimal(0),
            max_value=most,
            decimal_places=places,
            max_digits=9,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            error_messages={
                "max_value": f"不能大于 {most}。",
                "min_value": "不能小于 0。",
                "max_decimal_places": "须为整数。" if places == 0 else "最多两位小数。",
                "max_digits": "数字太长，请核对。",
                "max_whole_digits": "数字太长，请核对。",
            },
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return None if found is None else Fraction(found)


def shown(value: Fraction | str) -> str:
    return value if isinstance(value, str) else f"{float(value):.10g}"


class CitationForm(forms.Form):
    """Where a value, or its end, is written."""

    effective_from = DateField(label="生效日期")
    paper = forms.CharField(label="文件名称", max_length=100, help_text="定下这个值的文件，不加书名号。")
    number = forms.CharField(label="文号", max_length=60, help_text="如“莲政发〔2026〕3号”。")
    clause = forms.CharField(label="条款", max_length=40, help_text="如“第三条第二款”。")
    reading = forms.CharField(
        label="口径说明",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明依据和理解：为什么这样定，边界上的数怎么算。最多 500 字。",
    )
    key = forms.CharField(max_length=32, min_length=8, widget=forms.HiddenInput)
    wide_fields = ("paper",)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4().hex, **(kwargs.get("initial") or {})}
        super().__init__(data, **kwargs)

    def clean_paper(self) -> str:
        return str(self.cleaned_data["paper"]).strip("《》 ")

    def clean_reading(self) -> str:
        text = str(self.cleaned_data["reading"])
        if contains_personal(text):
            raise ValidationError("请勿填写身份证号、手机号，请删去后再保存。")
        return text


class LocalValueForm(CitationForm):
    """A local value of one standard: place, day, figures, binding, citation, reading."""

    division = forms.ChoiceField(label="适用区划")
    binding = forms.ChoiceField(
        label="约束力", choices=_BINDINGS, help_text="约束力较弱、要求较低的，不替代上级标准，两项并列核查。"
    )

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        standard: Standard,
        value: LocalValue | None = None,
        **kwargs: Any,
    ) -> None:
        self.standard, self.user = standard, user
        pack = template_of(standard)
        assert pack is not None
        self.pack = pack
        own = value.parameters if value is not None and value.parameters is not None else None
        current = comparison_for(standard.comparison, own) if own else pack
        self.figures = figures_of(standard, current)
        initial: dict[str, Any] = {"binding": standard.binding}
        if value is not None:
            names = ("effective_from", "paper", "number", "clause", "reading", "binding")
            initial = {name: getattr(value, name) for name in names} | {"division": value.place_code}
        initial |= {f"figure_{each.name}": shown(each.value) for each in self.figures}
        super().__init__(data, initial={**initial, **(kwargs.pop("initial", None) or {})}, **kwargs)
        self.places = {row.code: row for row in divisions_for(user, standard.measure.document)[:MOST_OPTIONS]}
        place = self.fields["division"]
        assert isinstance(place, forms.ChoiceField)
        place.choices = [("", "请选择"), *((code, row.name) for code, row in self.places.items())]
        place.error_messages["invalid_choice"] = "只能为您负责的区划及其下级定标准值，请重新选择。"
        for each in self.figures:
            name = f"figure_{each.name}"
            if each.choices:
                self.fields[name] = forms.ChoiceField(label=each.label, choices=each.choices)
            else:
                self.fields[name] = FigureField(each)
        self.order_fields(
            ["division", "effective_from", *(f"figure_{each.name}" for each in self.figures), "binding"]
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        answers = {each.name: cleaned.get(f"figure_{each.name}") for each in self.figures}
        if all(answer is not None for answer in answers.values()):
            try:
                cleaned["parameters"] = with_figures(self.pack, answers)  # type: ignore[arg-type]
            except BadFigures as error:
                name = f"figure_{error.name}"
                self.add_error(name if name in self.fields else None, str(error))
        return cleaned

    @property
    def draft(self) -> Draft:
        """What the form asks for, after it was found valid."""
        data = self.cleaned_data
        return Draft(
            standard=self.standard,
            division=self.places[data["division"]],
            parameters=data["parameters"],
            **{
                name: data[name]
                for name in ("effective_from", "binding", "paper", "number", "clause", "reading")
            },
        )

    @property
    def digest(self) -> str:
        """A mark of what was looked at, so that nothing else is saved."""
        data = self.cleaned_data
        seen = [data["division"], data["effective_from"].isoformat(), data["binding"], data["parameters"]]
        return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:32]


class AdoptForm(CitationForm):
    """Which division adopts a document, and by which paper."""

    division = forms.ChoiceField(label="适用区划")
    field_order = ("division", "effective_from")

    def __init__(self, data: Any = None, *, places: Iterable[Division], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.places = {row.code: row for row in places}
        place = self.fields["division"]
        assert isinstance(place, forms.ChoiceField)
        place.choices = [(code, row.name) for code, row in self.places.items()]
        self.fields["paper"].help_text = "决定采用的文件，不加书名号。"

    @property
    def citation(self) -> Citation:
        data = self.cleaned_data
        return Citation(**{name: data[name] for name in Citation.__dataclass_fields__})


class ChooseForm(forms.Form):
    """Which standard to draft a value for."""

    standard = forms.ChoiceField(label="标准")
    one_column = True

    def __init__(self, *args: Any, standards: list[Standard], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["standard"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(each.code, f"{each.code} {each.measure.title}") for each in standards]


class RemarkForm(forms.Form):
    remark = forms.CharField(label="意见", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    one_column = True


class RepealForm(CitationForm):
    """The end of a value, and the paper that ends it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_from"].label = "废止日期"
        self.fields["effective_from"].help_text = "从这一天起不再适用。"
        self.fields["paper"].help_text = "废止这个值的文件，不加书名号。"
        self.fields["reading"].label = "废止原因"
        self.fields["reading"].help_text = "最多 500 字。"


class LocalValueFilter(AreaFilterForm):
    """Filters 地方标准值."""

    standard = forms.ChoiceField(label="标准")
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *STATES.items()])

    def __init__(
        self, data: QueryDict, *, user: Any, standards: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(data, user=user, **kwargs)
        self.lookups = {  # type: ignore[misc]
            **self.lookups,
            "standard": "standard__measure__code",
            "state": lambda rows, state: rows.filter(shown_state=state),
        }
        field = self.fields["standard"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = standards
