"""Outcomes of a standard, their one-letter form in scorecards, and severity by binding strength."""

from collections.abc import Mapping

from django.db import models


class Outcome(models.TextChoices):
    MET = "met", "达标"
    NOT_MET = "not_met", "未达标"
    WARNING = "warning", "预警"
    INFEASIBLE = "infeasible", "无法满足"
    NO_DATA = "no_data", "缺数据"
    NOT_APPLICABLE = "not_applicable", "不适用"
    DATA_ERROR = "data_error", "数据有误"
    INFORMATION = "information", "仅供参考"


LETTERS: dict[str, Outcome] = {
    "M": Outcome.MET,
    "N": Outcome.NOT_MET,
    "W": Outcome.WARNING,
    "F": Outcome.INFEASIBLE,
    "D": Outcome.NO_DATA,
    "A": Outcome.NOT_APPLICABLE,
    "E": Outcome.DATA_ERROR,
    "I": Outcome.INFORMATION,
}
NO_RESULT = "-"
"""The rule is not valid at this place on this date."""

LETTER_OF: dict[Outcome, str] = {outcome: letter for letter, outcome in LETTERS.items()}
FINDING_LETTERS = ("N", "W", "F", "E")
"""Outcomes that make a finding, when the document binds."""
JUDGED_LETTERS = ("M", "N", "W", "F", "I")
"""Outcomes of a community whose data were complete enough to be judged."""


COUNTED = (
    Outcome.MET,
    Outcome.NOT_MET,
    Outcome.WARNING,
    Outcome.INFEASIBLE,
    Outcome.DATA_ERROR,
    Outcome.NO_DATA,
)
"""Outcomes of standards that apply; missing data stay in the denominator of every share (D25)."""


def applicable(counts: Mapping[str, int]) -> int:
    """How many results a share of met results is taken of."""
    return sum(counts.get(outcome.value, 0) for outcome in COUNTED)


class Binding(models.TextChoices):
    """Strength of a rule, strongest first."""

    MANDATORY = "mandatory", "应当"
    IN_PRINCIPLE = "in_principle", "原则上"
    STRIVE = "strive", "力争"
    RECOMMENDED = "recommended", "建议"
    PROMOTE = "promote", "推行"
    ENCOURAGE = "encourage", "鼓励"
    EXPLORE = "explore", "探索"
    GUIDANCE = "guidance", "参考"


_STRENGTH = list(Binding.values)


def is_weaker(binding: str, than: str) -> bool:
    return _STRENGTH.index(binding) > _STRENGTH.index(than)


class Severity(models.TextChoices):
    RED = "red", "严重"
    AMBER = "amber", "一般"
    GREY = "grey", "提示"


def severity(outcome: str, binding: str) -> Severity:
    """Only mandatory failures are red; warnings are never more than amber."""
    if binding == Binding.MANDATORY:
        return Severity.RED if outcome in {Outcome.NOT_MET, Outcome.DATA_ERROR} else Severity.AMBER
    if binding in {Binding.IN_PRINCIPLE, Binding.STRIVE}:
        return Severity.AMBER
    return Severity.GREY
