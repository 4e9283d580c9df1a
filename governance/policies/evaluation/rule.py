"""A rule: a standard with the value that holds in a place on a day, from the pack or a division's own."""

from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from governance.divisions.paths import is_under, next_path
from governance.policies.comparisons import Comparison
from governance.policies.comparisons.conditions import Conditions
from governance.policies.indicators import Indicator
from governance.policies.models import LocalValue, PolicyDocument, Standard, StandardValue
from governance.policies.outcomes import Binding
from governance.policies.units import UNITS, Unit

LAST_PATH = "A"
"""Behind every path: see `next_path`."""


def end_of(path: str) -> str:
    """The first path behind a subtree; that of the whole country ends behind all."""
    return next_path(path) if path else LAST_PATH


@dataclass(frozen=True)
class Rule:
    """A standard with its value of the day.

    `path` is the jurisdiction, or the division of the `local` value. `replaced_in`: the narrower places where
    a rule of another standard takes its place. `variants`: local values that judge in its place, widest
    first; they are read through `at`, so that a standard has one result in every place. `is_beside`: a local
    value that is weaker or easier, shown beside the wider rule, which decides.
    """

    standard: Standard
    value: StandardValue | LocalValue
    comparison: Comparison
    indicator: Indicator
    conditions: Conditions
    path: str
    on: date
    replaced_in: tuple[str, ...] = field(default=())
    local: LocalValue | None = None
    variants: tuple["Rule", ...] = field(default=())
    is_beside: bool = False

    @property
    def measure_code(self) -> str:
        return self.standard.measure.code

    @property
    def code(self) -> str:
        """The measure's id; that of a rule beside another one names its place too."""
        return self.code_beside if self.is_beside else self.measure_code

    @property
    def code_beside(self) -> str:
        return f"{self.measure_code}@{self.local.place_code}" if self.local else self.measure_code

    @property
    def title(self) -> str:
        title = self.standard.measure.title
        return f"{title}（{self.place}标准值）" if self.is_beside else title

    @property
    def document(self) -> PolicyDocument:
        return self.standard.measure.document

    @property
    def place(self) -> str:
        """The name of the division for which the rule was made."""
        return self.local.division.name if self.local else self.document.jurisdiction.name

    @property
    def source_title(self) -> str:
        """The paper in which the value stands."""
        return self.local.paper if self.local else self.document.title

    @property
    def citation(self) -> str:
        """Paper and clause in short: LH (四), or the number of the local paper."""
        return f"{self.local.number if self.local else self.document.code} {self.value.clause}"

    @property
    def binding(self) -> Binding:
        return Binding(self.local.binding if self.local else self.standard.binding)

    @property
    def in_force(self) -> bool:
        """Whether the paper is: a local value put in force adopts what it is a value of."""
        return self.local is not None or self.document.binds

    @property
    def binds(self) -> bool:
        """Whether its result may be held against a division; beside a wider rule that one decides."""
        return self.in_force and not self.is_beside

    @property
    def unit(self) -> Unit:
        return UNITS[self.indicator.unit]

    @property
    def is_target(self) -> bool:
        return self.standard.due_on is not None

    @property
    def is_due(self) -> bool:
        """Past its due day (24:00 of that day): from then on a standing floor."""
        return self.standard.due_on is None or self.on > self.standard.due_on

    @property
    def for_communities(self) -> bool:
        """Whether a community has a result of its own, or only higher divisions have."""
        return not self.standard.upper.get("only", False)

    @property
    def is_of_division(self) -> bool:
        """Whether it speaks of a higher division's own figure, which its communities only inherit."""
        return self.standard.upper.get("kind") in {"units", "stages"}

    @property
    def inputs(self) -> set[str]:
        """The names of all inputs that its result may depend on."""
        return {*self.indicator.inputs, *self.comparison.named(), *self.conditions.inputs}

    @property
    def everywhere(self) -> tuple["Rule", ...]:
        """The rule itself and the values that judge in its place somewhere."""
        return (self, *self.variants)

    def at(self, path: str) -> "Rule":
        """The rule that judges a division: the narrowest local value that covers it, else this one."""
        found = self
        for variant in self.variants:
            if is_under(path, variant.path):
                found = variant
        return found

    def reaches(self, path: str) -> bool:
        """Whether it holds anywhere in the division at `path`, or over it."""
        return any(is_under(path, each.path) or is_under(each.path, path) for each in self.everywhere)

    def pieces(self) -> list[tuple[str, str, "Rule"]]:
        """Ranges of paths without overlap that cover the whole tree, and which rule judges in each."""
        ends = {"", LAST_PATH}
        for variant in self.variants:
            ends |= {variant.path, end_of(variant.path)}
        points = sorted(ends)
        return [(low, high, self.at(low)) for low, high in pairwise(points)]
