"""Which rules are in force where: standards by jurisdiction and date (D01), and the local values of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects

from governance.divisions.paths import ancestor_paths, is_under, under
from governance.policies.comparisons import comparison_for
from governance.policies.comparisons.conditions import conditions_for
from governance.policies.evaluation.rule import Rule
from governance.policies.indicators import indicator
from governance.policies.models import LocalValue, Standard, StandardValue
from governance.policies.outcomes import is_weaker

__all__ = ["Replacement", "Rule", "catalogue", "catalogue_rows", "enacted_values", "replacement", "rules_for"]

_ENACTED = "enacted_values"
"""Where the local values in force are kept on a standard that was read for evaluation."""


@dataclass(frozen=True)
class Replacement:
    """Whether a narrower rule takes the place of a wider one of the same indicator, and why (Chinese)."""

    holds: bool
    reason: str


def _is_narrower(narrow: Rule, wide: Rule) -> bool:
    """Whether one rule is a more specific form of the other.

    A local value is narrower than what it is a value of, in the same division too; the other standards of
    its document are its sisters, whatever they measure.
    """
    if narrow.standard.pk == wide.standard.pk:
        is_detail = narrow.local is not None and wide.local is None
        return is_under(narrow.path, wide.path) and (narrow.path != wide.path or is_detail)
    if (narrow.local or wide.local) and narrow.document.pk == wide.document.pk:
        return False
    return narrow.path != wide.path and is_under(narrow.path, wide.path)


def replacement(narrow: Rule, wide: Rule) -> Replacement | None:
    """A more specific rule in force replaces the wider one unless weaker, or easier in the same terms.

    None when the two have nothing to do with each other.
    """
    if narrow.indicator.code != wide.indicator.code or not _is_narrower(narrow, wide):
        return None
    if not narrow.in_force:
        return Replacement(False, "所在文件不是现行有效文件，不能替代")
    if narrow.standard.pk == wide.standard.pk and not wide.in_force:
        return Replacement(True, "原文件不是现行有效文件，经本地印发的文件采用，在该地以采用的值为准")
    narrow_areas, wide_areas = set(narrow.standard.area_types), set(wide.standard.area_types)
    if narrow_areas and (not wide_areas or not wide_areas <= narrow_areas):
        return Replacement(False, "只适用部分区域类型的社区，不能替代，两项都核查")
    if is_weaker(narrow.binding, wide.binding):
        return Replacement(False, "约束力较弱，不能替代，两项都核查")
    if narrow.comparison.is_easier_than(wide.comparison):
        return Replacement(False, "要求较低，不能替代，两项都核查")
    return Replacement(True, "适用范围更具体、约束力不弱、要求不低，在该地替代上级标准")


def _replaces(narrow: Rule, wide: Rule) -> bool:
    found = replacement(narrow, wide)
    return found is not None and found.holds


def _with_replacements(rules: Sequence[Rule]) -> list[Rule]:
    """The rules, each with the places where a rule of another standard takes its place."""
    by_indicator: dict[str, list[Rule]] = {}
    for rule in rules:
        by_indicator.setdefault(rule.indicator.code, []).append(rule)
    resolved = []
    for rule in rules:
        others = [
            other
            for other in by_indicator[rule.indicator.code]
            if other.standard.pk != rule.standard.pk and _replaces(other, rule)
        ]
        resolved.append(replace(rule, replaced_in=tuple(sorted({other.path for other in others}))))
    return resolved


def _family(rules: Sequence[Rule], path: str, beside: Collection[str] | None) -> list[Rule]:
    """The rules of one standard as evaluation sees them from a division: one that judges, with its variants,
    and those that stand beside it.

    A local value takes the place of the narrowest rule above it, or is shown beside it. `beside` are the
    codes of those known to do the latter, of a run that was stored.
    """
    judging: list[Rule] = []
    parallel: list[Rule] = []
    for rule in sorted(rules, key=lambda each: (len(each.path), each.local is not None, each.path)):
        wider = next((each for each in reversed(judging) if is_under(rule.path, each.path)), None)
        if rule.local is None or wider is None:
            judges = True
        elif beside is None:
            judges = _replaces(rule, wider)
        else:
            judges = rule.code_beside not in beside
        (judging if judges else parallel).append(rule)
    found = []
    if judging:
        covering = [each for each in judging if is_under(path, each.path)]
        base = covering[-1] if covering else judging[0]
        variants = tuple(each for each in judging if each is not base and not is_under(path, each.path))
        base = replace(base, variants=variants)
        if variants or not any(is_under(path, each) for each in base.replaced_in):
            found.append(base)
    for rule in parallel:
        ended = {other.path for other in rules if _replaces(other, rule)}
        rule = replace(rule, is_beside=True, replaced_in=tuple(sorted({*rule.replaced_in, *ended})))
        if not any(is_under(path, each) for each in rule.replaced_in):
            found.append(rule)
    return found


def _local_values() -> Prefetch:
    rows = LocalValue.objects.enacted().select_related("division").order_by("path", "effective_from")
    return Prefetch("local_values", rows, to_attr=_ENACTED)


def catalogue_rows() -> QuerySet[Standard]:
    """Standards with what evaluation reads of them."""
    rows = Standard.objects.select_related("measure__document__jurisdiction", "measure__clause")
    return rows.prefetch_related("values", _local_values())


def catalogue(path: str = "") -> list[Standard]:
    """All standards as evaluation reads them, or those that may say something inside the division at `path`;
    good for several calls of `rules_for` about it.

    Nothing is kept between calls: packs and local values change in other processes, and a stale rule would
    judge wrongly. Most packs say nothing of most divisions, so reading fewer is the larger gain.
    """
    rows = catalogue_rows()
    if path:
        place = "measure__document__jurisdiction__path"
        local = LocalValue.objects.enacted().filter(standard=OuterRef("pk"))
        rows = rows.filter(_touches(path, place) | Exists(local.filter(_touches(path, "path"))))
    return list(rows)


def _touches(path: str, field: str) -> Q:
    """What lies above a division, is the division, or lies below it."""
    return Q(**{f"{field}__in": ancestor_paths(path)}) | under(path, field)


def enacted_values(standard: Standard) -> list[LocalValue]:
    """Every local value that was put in force, of a standard of the catalogue."""
    found: list[LocalValue] = getattr(standard, _ENACTED)
    return found


def _local_on(
    standard: Standard, on: date, used: Collection[int] | None, extra: LocalValue | None
) -> list[LocalValue]:
    """The local values of a standard on a day, one of each division; those of a stored run are known."""
    rows = enacted_values(standard)
    if used is not None:
        return [row for row in rows if row.pk in used]
    if extra is not None and extra.standard_id == standard.pk:
        rows = sorted([*rows, extra], key=lambda row: row.effective_from)
    current = {row.division_id: row for row in rows if row.effective_from <= on}
    return [row for row in current.values() if not row.is_repeal]


def _rules_of_standard(
    standard: Standard, on: date, used: Collection[int] | None, extra: LocalValue | None
) -> list[Rule]:
    value = standard.value_on(on)
    local = _local_on(standard, on, used, extra)
    if (value is None or value.parameters is None) and not local:
        return []
    measured = indicator(standard.indicator)
    conditions = conditions_for(standard.conditions)

    def rule(value: StandardValue | LocalValue, path: str, local: LocalValue | None = None) -> Rule:
        comparison = comparison_for(standard.comparison, value.parameters or {})
        return Rule(standard, value, comparison, measured, conditions, path, on, local=local)

    own = [] if value is None else [rule(value, standard.measure.document.jurisdiction.path)]
    return own + [rule(each, each.path, each) for each in local]


def rules_for(
    *,
    path: str,
    on: date,
    standards: Iterable[Standard] | None = None,
    used: Collection[int] | None = None,
    beside: Collection[str] | None = None,
    extra: LocalValue | None = None,
) -> list[Rule]:
    """The rules valid on a day anywhere inside the division at `path`, in the order of the catalogue.

    A rule without a valid value on the day yields nothing; rules of drafts and guidance are kept, but never
    replace another. `used` and `beside` are the local values of a stored run and which of them stood beside
    a wider rule; `extra` is a value looked at as if it were in force.
    """
    standards = catalogue(path) if standards is None else list(standards)
    if standards and not hasattr(standards[0], _ENACTED):
        prefetch_related_objects(standards, _local_values())
    rules = [
        rule
        for standard in standards
        for rule in _rules_of_standard(standard, on, used, extra)
        if is_under(path, rule.path) or is_under(rule.path, path)
    ]
    families: dict[int, list[Rule]] = {}
    for rule in _with_replacements(rules):
        families.setdefault(rule.standard.pk, []).append(rule)
    return [rule for family in families.values() for rule in _family(family, path, beside)]
