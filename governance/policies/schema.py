"""The strict schema of a pack: unknown keys, missing clauses, unknown units, indicators or ids are errors."""

from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from governance.policies.comparisons import COMPARISONS
from governance.policies.comparisons.base import Exact
from governance.policies.comparisons.conditions import Conditions
from governance.policies.indicators import UnknownIndicator, all_inputs, indicator
from governance.policies.units import UNITS

BindingCode = Literal[
    "mandatory", "in_principle", "strive", "recommended", "promote", "encourage", "explore", "guidance"
]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RelationEntry(Strict):
    title: str
    number: str | None = None
    relation: Literal["basis", "named", "to_be_issued"]
    issuer: str | None = None


class DocumentEntry(Strict):
    id: str
    code: str
    title: str
    issuer: str | None = None
    number: str | None = None
    number_note: str | None = None
    issued: date | None = None
    status: Literal["in_force", "draft", "guidance"]
    jurisdiction: str
    adopted: str | None = None
    disclosure: str | None = None
    addressees: list[str] = []
    relations: list[RelationEntry] = []
    note: str | None = None


class ClauseEntry(Strict):
    id: str
    heading: str
    summary: str


class UnitEntry(Strict):
    """A unit of a task. A group that stands for all divisions of a `level` (各街办) is answered by each."""

    name: str
    role: Literal["lead", "cooperate", "responsible"]
    group: bool = False
    level: Literal["city", "county", "street", "community"] | None = None

    @model_validator(mode="after")
    def _only_groups_stand_for_a_level(self) -> Self:
        if self.level is not None and not self.group:
            raise ValueError("a unit that stands for all divisions of a level is a group")
        return self


class TaskEntry(Strict):
    number: int
    clause: str
    title: str
    units: list[UnitEntry]


class RealisedBy(Strict):
    """What does what a measure asks.

    `registry` is a column of a sheet of the workbook: `sheet` is its slug, `column` the column whose values
    are counted as the measure's live figures (empty: the rows).
    """

    kind: Literal["indicator", "standard", "target", "page", "workflow", "ledger", "registry", "command"]
    name: str
    url: str = ""
    sheet: str = ""
    column: str = ""


class MeasureEntry(Strict):
    id: str
    clause: str
    title: str
    text: str
    kind: Literal["standard", "target", "workflow", "role", "record", "deadline", "report", "principle"]
    binding: BindingCode
    scope: Literal["all", "urban", "town", "rural", "province", "city", "district", "street"]
    task: int | None = None
    due: date | None = None
    due_early: date | None = None
    recurring: str | None = None
    reading: str | None = None
    realised_by: list[RealisedBy] = []


class ValueEntry(Strict):
    """A dated value: `from`, its clause, and the parameters of the comparison; `repealed: true` ends it."""

    model_config = ConfigDict(extra="allow")
    effective_from: date = Field(alias="from")
    clause: str
    note: str = ""
    repealed: bool = False

    @property
    def parameters(self) -> dict[str, Any] | None:
        return None if self.repealed else dict(self.model_extra or {})


class UpperEntry(Strict):
    """`in_steps`: what falls short only warns, because no day is named or its year still goes on."""

    kind: Literal["ratio", "sum", "coverage", "shortfall", "quota", "units", "stages"]
    only: bool = False
    value: int = Field(100, ge=0, le=100)
    level: Literal[0, 1, 2, 3, 4] | None = None
    in_steps: bool = False
    of: list[str] = []

    @model_validator(mode="after")
    def _is_of_higher_divisions(self) -> Self:
        if self.kind in {"units", "stages"} and not self.only:
            raise ValueError(f"{self.kind} are of higher divisions only")
        if self.kind == "units" and self.level not in {1, 2, 3, 4}:
            raise ValueError("units need the level of the divisions that are judged")
        return self


class PaceEntry(Strict):
    """Where a target began: the day, and the figure of that day in the indicator's unit (D37)."""

    start: date
    baseline: Exact


class StandardEntry(Strict):
    id: str
    indicator: str
    unit: str
    compare: str
    binding: BindingCode | None = None
    due: date | None = None
    area_types: list[Literal["urban", "town", "rural"]] = []
    when: Conditions = Conditions()
    values: list[ValueEntry] = Field(min_length=1)
    upper: UpperEntry | None = None
    pace: PaceEntry | None = None
    remedy: dict[Literal["below", "above", "infeasible"], str] = {}
    reading: str = ""

    @model_validator(mode="after")
    def _known_names(self) -> Self:
        if self.compare not in COMPARISONS:
            raise ValueError(f"unknown comparison {self.compare!r}; known: {', '.join(COMPARISONS)}")
        if self.unit not in UNITS:
            raise ValueError(f"unknown unit {self.unit!r}; known: {', '.join(UNITS)}")
        try:
            measured = indicator(self.indicator)
        except UnknownIndicator as error:
            raise ValueError(f"unknown indicator {self.indicator!r}") from error
        if measured.unit != self.unit:
            raise ValueError(f"indicator {self.indicator} is measured in {measured.unit}, not {self.unit}")
        inputs = all_inputs()
        for value in self.values:
            if value.parameters is None:
                continue
            comparison = COMPARISONS[self.compare].model_validate(value.parameters)
            unknown = set(comparison.named()) - inputs.keys()
            if unknown:
                raise ValueError(f"unknown input {', '.join(sorted(unknown))}")
            for name in comparison.alike():
                if inputs[name].unit != self.unit:
                    raise ValueError(f"input {name} is measured in {inputs[name].unit}, not {self.unit}")
        unknown = self.when.inputs.keys() - inputs.keys()
        if unknown:
            raise ValueError(f"unknown input {', '.join(sorted(unknown))}")
        dates = [value.effective_from for value in self.values]
        if len(set(dates)) != len(dates):
            raise ValueError("two values begin on the same day")
        return self


class DocumentFile(Strict):
    document: DocumentEntry


class ClausesFile(Strict):
    clauses: list[ClauseEntry]


class TasksFile(Strict):
    tasks: list[TaskEntry]


class MeasuresFile(Strict):
    measures: list[MeasureEntry]


class StandardsFile(Strict):
    standards: list[StandardEntry]
