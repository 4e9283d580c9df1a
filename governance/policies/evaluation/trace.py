"""The one object by which every result explains itself: page, command, PDF and finding show the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from governance.policies.comparisons import AtLeast, Nominal
from governance.policies.comparisons.conditions import FOUNDING
from governance.policies.evaluation.rule import Rule
from governance.policies.indicators import Input, all_inputs
from governance.policies.outcomes import Binding, Outcome, Severity, severity
from governance.policies.units import UNITS, Unit, as_number, as_text, printed, rounded


@dataclass(frozen=True)
class TraceInput:
    """A raw figure behind a result, and the registry whose rows it was counted from."""

    name: str
    label: str
    value: Any
    text: str
    rows: str


@dataclass(frozen=True)
class Trace:
    """What a standard asked of a division, what was there, and what to do.

    `value`, `required`, `gap` are figures as printed, in `unit`; None when unknown. `outcome` is None for a
    higher division without a value of its own.
    """

    rule: Rule
    outcome: Outcome | None
    value: Decimal | None
    required: Decimal | tuple[Decimal, Decimal] | None
    gap: Decimal | None
    remedy: str
    inputs: tuple[TraceInput, ...]
    unit: Unit
    counts: Mapping[str, int] = field(default_factory=dict)
    exact: Fraction | None = None
    """The value before it was rounded for print."""

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def title(self) -> str:
        return self.rule.title

    @property
    def document(self) -> Any:
        return self.rule.document

    @property
    def clause(self) -> str:
        return self.rule.value.clause

    @property
    def since(self) -> date:
        return self.rule.value.effective_from

    @property
    def binding(self) -> Binding:
        return self.rule.binding

    @property
    def binds(self) -> bool:
        return self.rule.binds

    @property
    def source_title(self) -> str:
        return self.rule.source_title

    @property
    def citation(self) -> str:
        return self.rule.citation

    @property
    def severity(self) -> Severity | None:
        """Only for results that a document in force may hold against the division."""
        if self.outcome is None or not self.binds:
            return None
        return severity(self.outcome, self.binding)

    @property
    def value_text(self) -> str:
        return as_text(self.value, self.unit)

    @property
    def required_text(self) -> str:
        return self.rule.comparison.wording(self.unit)

    @property
    def gap_text(self) -> str:
        return "" if not self.gap else as_text(self.gap, self.unit)

    def as_json(self) -> dict[str, Any]:
        """The object of `check_standards --json`."""
        required: Any = None
        if isinstance(self.required, tuple):
            required = {"min": as_number(self.required[0]), "max": as_number(self.required[1])}
        else:
            required = as_number(self.required)
        result: dict[str, Any] = {
            "standard": self.code,
            "measure": self.rule.measure_code,
            "document": self.document.key,
            "clause": self.clause,
            "indicator": self.rule.indicator.code,
            "binding": self.binding.value,
            "outcome": self.outcome.value if self.outcome else None,
            "value": as_number(self.value),
            "required": required,
            "gap": as_number(self.gap),
            "unit": self.unit.symbol,
            "remedy": self.remedy,
            "inputs": {item.name: item.value for item in self.inputs},
        }
        if self.rule.local is not None:
            result["local"] = {"division": self.rule.local.place_code, "citation": self.rule.local.citation}
        if self.counts:
            result["counts"] = dict(self.counts)
        return result


def _json_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value)
    return value.isoformat() if isinstance(value, date) else value


def _input_text(item: Input, value: Any) -> str:
    if value is None or value == "":
        return "暂无数据"
    if isinstance(value, date | str):
        return item.labels.get(str(value), str(value))
    unit = UNITS[item.unit]
    return as_text(rounded(unit.value(int(value)), unit.decimals), unit)


def _trace_inputs(names: list[str], row: Mapping[str, Any]) -> tuple[TraceInput, ...]:
    known = all_inputs()
    return tuple(
        TraceInput(
            name,
            known[name].label,
            _json_value(row.get(name)),
            _input_text(known[name], row.get(name)),
            known[name].rows,
        )
        for name in names
    )


def explain(
    *,
    rule: Rule,
    outcome: Outcome | None,
    numerator: int | None,
    denominator: int | None,
    row: Mapping[str, Any],
    counts: Mapping[str, int] | None = None,
    with_value: bool = True,
) -> Trace:
    """Build the trace of an outcome that the SQL decided, from the same inputs.

    `with_value` is false for a higher division that has only counts.
    """
    unit, comparison = rule.unit, rule.comparison
    value = gap = None
    required = comparison.required(row) if with_value else None
    if with_value and numerator is not None and denominator:
        value = unit.value(int(numerator), int(denominator))
        gap = comparison.gap(value, row)
    thresholds = required if isinstance(required, tuple) else (required,) if required is not None else ()
    names = list(dict.fromkeys([*rule.indicator.inputs, *comparison.named(), *rule.conditions.inputs]))
    return Trace(
        rule=rule,
        outcome=outcome,
        value=None if value is None else printed(value, unit, thresholds),
        required=tuple(printed(end, unit) for end in required)  # type: ignore[arg-type]
        if isinstance(required, tuple)
        else None
        if required is None
        else printed(required, unit),
        gap=None if gap is None else printed(gap, unit, (Fraction(0),)),
        remedy=_remedy(rule, outcome, value, gap, numerator, denominator, row),
        inputs=_trace_inputs(names, row) if with_value else (),
        unit=unit,
        counts=counts or {},
        exact=value,
    )


def _remedy(
    rule: Rule,
    outcome: Outcome | None,
    value: Fraction | None,
    gap: Fraction | None,
    numerator: int | None,
    denominator: int | None,
    row: Mapping[str, Any],
) -> str:
    """What to do, in the user's words; empty where nothing is to be done."""
    known = all_inputs()
    if outcome == Outcome.NO_DATA:
        names = [*rule.indicator.inputs, *rule.comparison.named(), *rule.conditions.inputs]
        missing = [known[name].label for name in dict.fromkeys(names) if row.get(name) in (None, "")]
        if row.get("area_type", "-") is None:
            missing = ["社区基本信息（区域类型等）"]
        return f"请补录：{'、'.join(missing)}。" if missing else "请补录相关台账数据。"
    if outcome == Outcome.DATA_ERROR:
        return rule.indicator.invalid_text
    if outcome == Outcome.NOT_APPLICABLE and row.get(FOUNDING) == 1 and not rule.conditions.from_approval:
        return "社区正在建设，列入台账后核查。"
    if outcome not in {Outcome.NOT_MET, Outcome.WARNING, Outcome.INFEASIBLE} or value is None or gap is None:
        return ""
    place = "above" if rule.comparison.is_above(value, row) else "below"
    template = rule.standard.remedy.get("infeasible" if outcome == Outcome.INFEASIBLE else place, "")
    return template.format(
        gap=as_text(printed(gap, rule.unit, (Fraction(0),)), rule.unit),
        need=_need(rule, gap, numerator, denominator),
        expected=rule.comparison.expected(row) if isinstance(rule.comparison, Nominal) else "",
        **{name: row.get(name) for name in known if name in row},
    )


def _need(rule: Rule, gap: Fraction, numerator: int | None, denominator: int | None) -> str:
    """Whole heads or pieces to add (for a share: to the numerator) or to take away."""
    unit = rule.unit
    if isinstance(rule.comparison, AtLeast) and numerator is not None and denominator:
        wanted = ceil(rule.comparison.value * int(denominator) * unit.scale / unit.factor)
        return str(max(0, wanted - int(numerator)))
    return str(ceil(gap))
