"""How a result compares with that of the last frozen period: better, worse or the same, in words."""

from dataclasses import dataclass
from datetime import date

from governance.divisions.models import Division
from governance.policies.evaluation.community import explained_rows, traces_of
from governance.policies.evaluation.relation import stored_relation
from governance.policies.evaluation.store import rules_of
from governance.policies.evaluation.trace import Trace
from governance.policies.models import EvaluationRun
from governance.policies.models.runs import RunKind
from governance.policies.outcomes import Outcome

_MISSED = {Outcome.NOT_MET, Outcome.WARNING, Outcome.INFEASIBLE, Outcome.DATA_ERROR}
_UNKNOWN = {Outcome.NO_DATA, Outcome.DATA_ERROR}


@dataclass(frozen=True)
class Progress:
    """The figure of last time and what became of it; `colour` is that of a tag."""

    value_text: str
    outcome: Outcome
    text: str
    colour: str = "grey"


BETTER, WORSE, SAME = ("好转", "green"), ("变差", "red"), ("持平", "grey")


def _verdict(before: Trace, now: Trace) -> tuple[str, str]:
    old, new = before.outcome, now.outcome
    if Outcome.NOT_APPLICABLE in (old, new):
        return ("", "") if old == new else ("适用范围有变", "grey")
    if old == Outcome.NO_DATA or new == Outcome.NO_DATA:
        return (
            SAME
            if old == new
            else ("上期缺数据", "grey")
            if old == Outcome.NO_DATA
            else ("本期缺数据", "amber")
        )
    if (old in _MISSED) != (new in _MISSED):
        return BETTER if old in _MISSED else WORSE
    if old in _UNKNOWN or new in _UNKNOWN:
        return SAME if old == new else BETTER if old in _UNKNOWN else WORSE
    if before.gap is None or now.gap is None or before.unit.code != now.unit.code or before.gap == now.gap:
        return SAME
    return BETTER if abs(now.gap) < abs(before.gap) else WORSE


def compare(before: Trace | None, now: Trace) -> Progress | None:
    """None where the standard had no result last time."""
    if before is None or before.outcome is None:
        return None
    text, colour = _verdict(before, now)
    if text and before.required_text != now.required_text:
        text = f"{text}（要求已调整）"
    return Progress(before.value_text, before.outcome, text, colour)


def last_frozen(before: date) -> EvaluationRun | None:
    """The latest version of the latest period frozen for a day before `before`."""
    return EvaluationRun.objects.filter(kind=RunKind.FROZEN, on__lt=before).order_by("-on", "-pk").first()


def frozen_results(run: EvaluationRun, division: Division) -> dict[str, Trace]:
    """What a frozen run says of one community, by standard; {} where it knows nothing of it."""
    try:
        rules = rules_of(run)
    except KeyError:  # a standard of that time is no longer in the catalogue
        return {}
    relation = stored_relation(run=run, path=division.path, rules=rules)
    rows = explained_rows(relation)
    return {trace.code: trace for trace in traces_of(relation, rows[0])} if rows else {}
