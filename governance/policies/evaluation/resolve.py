"""Which rules are in force where: standards by jurisdiction and date (D01)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from governance.divisions.paths import is_under
from governance.policies.comparisons import Comparison, comparison_for
from governance.policies.comparisons.conditions import Conditions
from governance.policies.indicators import Indicator, indicator
from governance.policies.models import PolicyDocument, Standard, StandardValue
from governance.policies.outcomes import is_weaker
from governance.policies.units import UNITS, Unit


@dataclass(frozen=True)
class Rule:
    """A standard with its value of the day.

    `path` is the jurisdiction; `replaced_in` the narrower jurisdictions where a more specific rule takes
    its place.
    """

    standard: Standard
    value: StandardValue
    comparison: Comparison
    indicator: Indicator
    conditions: Conditions
    path: str
    on: date
    replaced_in: tuple[str, ...] = field(default=())

    @property
    def code(self) -> str:
        return self.standard.measure.code

    @property
    def document(self) -> PolicyDocument:
        return self.standard.measure.document

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


@dataclass(frozen=True)
class Replacement:
    """Whether a narrower rule takes the place of a wider one of the same indicator, and why (Chinese)."""

    holds: bool
    reason: str


def replacement(narrow: Rule, wide: Rule) -> Replacement | None:
    """A more specific rule in force replaces the wider one unless weaker, or easier in the same terms.

    None when the two have nothing to do with each other.
    """
    if narrow.indicator.code != wide.indicator.code:
        return None
    if narrow.path == wide.path or not is_under(narrow.path, wide.path):
        return None
    if not narrow.document.binds:
        return Replacement(False, "所在文件不是现行有效文件，不能替代")
    narrow_areas, wide_areas = set(narrow.standard.area_types), set(wide.standard.area_types)
    if narrow_areas and (not wide_areas or not wide_areas <= narrow_areas):
        return Replacement(False, "只适用部分区域类型的社区，不能替代，两项都核查")
    if is_weaker(narrow.standard.binding, wide.standard.binding):
        return Replacement(False, "约束力较弱，不能替代，两项都核查")
    if narrow.comparison.is_easier_than(wide.comparison):
        return Replacement(False, "要求较低，不能替代，两项都核查")
    return Replacement(True, "适用范围更具体、约束力不弱、要求不低，在该地替代上级标准")


def _replaces(narrow: Rule, wide: Rule) -> bool:
    found = replacement(narrow, wide)
    return found is not None and found.holds


def _resolved(rules: list[Rule]) -> list[Rule]:
    by_indicator: dict[str, list[Rule]] = {}
    for rule in rules:
        by_indicator.setdefault(rule.indicator.code, []).append(rule)
    resolved = []
    for rule in rules:
        narrower = [other for other in by_indicator[rule.indicator.code] if other is not rule]
        replaced = tuple(sorted({other.path for other in narrower if _replaces(other, rule)}))
        if any(is_under(rule.path, path) for path in replaced):
            continue
        resolved.append(replace(rule, replaced_in=replaced))
    return resolved


def rules_for(*, path: str, on: date, standards: Iterable[Standard] | None = None) -> list[Rule]:
    """The rules valid on a day anywhere inside the division at `path`, in the order of the catalogue.

    A rule without a valid value on the day yields nothing; rules of drafts and guidance are kept, but never
    replace another.
    """
    if standards is None:
        standards = Standard.objects.select_related(
            "measure__document__jurisdiction", "measure__clause"
        ).prefetch_related("values")
    rules = []
    for standard in standards:
        jurisdiction = standard.measure.document.jurisdiction.path
        if not (is_under(path, jurisdiction) or is_under(jurisdiction, path)):
            continue
        value = standard.value_on(on)
        if value is None or value.parameters is None:
            continue
        rules.append(
            Rule(
                standard=standard,
                value=value,
                comparison=comparison_for(standard.comparison, value.parameters),
                indicator=indicator(standard.indicator),
                conditions=Conditions.model_validate(standard.conditions),
                path=jurisdiction,
                on=on,
            )
        )
    return [rule for rule in _resolved(rules) if not any(is_under(path, p) for p in rule.replaced_in)]
