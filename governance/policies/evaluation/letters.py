"""Outcome letters as SQL over the inputs of a community: the order of the cases is the rule of precedence."""

import re
from collections.abc import Sequence

from governance.policies.comparisons import Measured
from governance.policies.comparisons.conditions import FOUNDING, condition_sql
from governance.policies.evaluation.rule import Rule
from governance.policies.evaluation.spans import Span, span_of
from governance.policies.outcomes import NO_RESULT

_NOTHING = f"'{NO_RESULT}'"
_LITERAL = re.compile(r"'[^']*'")


def _range(path: str) -> str:
    """Path condition with digits only, so it may stand in the SQL text."""
    span = span_of(path)
    return f"(path >= '{span.low}' AND path < '{span.high}')"


def letter_sql(rule: Rule, span: Span) -> str:
    """The outcome letter of one rule for the communities of a span: that of the narrowest value which judges
    there. What is the same in the whole span is not asked again for each of them."""
    own = _by_one(rule, span)
    whens: list[str] = []
    for each in rule.variants:
        if span.lies_in(each.path):
            own, whens = _by_one(each, span), []
        elif span.meets(each.path):
            whens.append(f"WHEN {_range(each.path)} THEN {_by_one(each, span_of(each.path))}")
    return f"CASE {' '.join(reversed(whens))} ELSE {own} END" if whens else own


def _by_one(rule: Rule, span: Span) -> str:
    """The letter by one value alone; the order of the cases is the rule of precedence."""
    if not span.meets(rule.path) or any(span.lies_in(path) for path in rule.replaced_in):
        return _NOTHING
    standard, comparison, indicator = rule.standard, rule.comparison, rule.indicator
    measured = Measured(indicator.numerator, indicator.denominator, rule.unit)
    conditions = condition_sql(rule.conditions)
    cases: list[tuple[str, str]] = []
    if not span.lies_in(rule.path):
        cases.append((f"NOT {_range(rule.path)}", NO_RESULT))
    cases += [(_range(path), NO_RESULT) for path in rule.replaced_in if span.meets(path)]
    if not rule.is_of_division:
        if not rule.conditions.from_approval:
            cases.append((f"{FOUNDING} = 1", "A"))
        cases.append(("area_type IS NULL", "D"))
    if standard.area_types:
        areas = ", ".join(f"'{area}'" for area in standard.area_types)
        cases.append((f"area_type NOT IN ({areas})", "A"))
    cases += [(condition, "A") for condition in conditions.excluded]
    cases += [(condition, "D") for condition in conditions.unknown]
    if indicator.invalid:
        cases.append((indicator.invalid, "E"))
    cases.append((f"({indicator.numerator}) IS NULL OR ({indicator.denominator}) IS NULL", "D"))
    cases += [(f"{name} IS NULL", "D") for name in (*comparison.bases(), *comparison.needed())]
    cases += [(f"{name} IS NULL OR {name} = ''", "D") for name in comparison.choices()]
    if indicator.denominator != "1":
        cases.append((f"({indicator.denominator}) = 0", "A"))
    cases += [(f"{name} = 0", "A") for name in comparison.bases()]
    whens = " ".join(f"WHEN {condition} THEN '{letter}'" for condition, letter in cases)
    return f"CASE {whens} ELSE {_judged(rule, measured)} END"


def _judged(rule: Rule, measured: Measured) -> str:
    """The letter of a community whose data are there and that the rule speaks of."""
    if not rule.for_communities:
        return "'I'"
    warned = rule.comparison.letter_sql(measured, "W")
    if not rule.is_due:
        return warned
    failed = rule.comparison.letter_sql(measured, "N")
    if not rule.conditions.only_warns:
        return failed
    areas = ", ".join(f"'{area}'" for area in rule.conditions.only_warns)
    return f"CASE WHEN area_type IN ({areas}) THEN {warned} ELSE {failed} END"


def letters_sql(rules: Sequence[Rule], span: Span) -> str:
    """All letters in one string, in the order of the rules."""
    return joined([letter_sql(rule, span) for rule in rules])


def joined(parts: Sequence[str]) -> str:
    """Strings one after the other: literals side by side become one."""
    found: list[str] = []
    for part in parts:
        if found and _LITERAL.fullmatch(part) and _LITERAL.fullmatch(found[-1]):
            found[-1] = f"{found[-1][:-1]}{part[1:]}"
        else:
            found.append(part)
    return _in_pairs(found) if found else "''"


def _in_pairs(parts: list[str]) -> str:
    """In pairs of pairs: SQLite refuses an expression a thousand terms deep."""
    if len(parts) <= 8:
        return " || ".join(parts)
    half = len(parts) // 2
    return f"({_in_pairs(parts[:half])}) || ({_in_pairs(parts[half:])})"
