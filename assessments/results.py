"""How far a scheme is and what comes out: the scores of every community, results, places and averages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from assessments.formulas import mean, weighted_score
from assessments.models import Assessment, Criterion, Scheme, Score


@dataclass
class Line:
    """One community: its scores in the order of the criteria (None: not scored), and its place."""

    assessment: Assessment
    criteria: Sequence[Criterion]
    scores: dict[int, Score] = field(default_factory=dict)
    rank: int | None = None

    @property
    def cells(self) -> list[tuple[Criterion, Score | None]]:
        return [(criterion, self.scores.get(criterion.pk)) for criterion in self.criteria]

    def value(self, criterion: Criterion) -> int | None:
        score = self.scores.get(criterion.pk)
        return None if score is None else score.value_c

    @property
    def result(self) -> int | None:
        """The weighted score (D38), None as long as one is missing."""
        return weighted_score([(each.weight_c, self.value(each)) for each in self.criteria])

    @property
    def missing(self) -> list[Criterion]:
        return [each for each in self.criteria if self.value(each) is None]

    @property
    def missing_text(self) -> str:
        names = "、".join(f"“{each.name}”" for each in self.missing)
        return f"{self.assessment.division.name} 缺{names}"


@dataclass(frozen=True)
class Average:
    """A criterion over all communities that scored it; unknown below the floor."""

    criterion: Criterion
    given: int
    mean_c: int | None


def lines_of(scheme: Scheme, *, only: Collection[int] | None = None) -> list[Line]:
    """Every community of a scheme in path order, or some by primary key (three statements)."""
    criteria = list(scheme.criteria.all())
    rows = scheme.assessments.select_related("division").order_by("path")
    if only is not None:
        rows = rows.filter(pk__in=only)
    lines = {row.pk: Line(row, criteria) for row in rows}
    scores = Score.objects.filter(assessment__scheme=scheme)
    if only is not None:
        scores = scores.filter(assessment__in=only)
    for score in scores:
        lines[score.assessment_id].scores[score.criterion_id] = score
    return list(lines.values())


def ranked(lines: Sequence[Line]) -> list[Line]:
    """The counted lines that have a result, the highest first; equal results share a place."""
    found = [line for line in lines if line.assessment.is_counted and line.result is not None]
    found.sort(key=lambda line: (-(line.result or 0), line.assessment.path))
    for place, line in enumerate(found, start=1):
        same = place > 1 and found[place - 2].result == line.result
        line.rank = found[place - 2].rank if same else place
    return found


def averages_of(
    lines: Sequence[Line], criteria: Sequence[Criterion], *, floor: int | None = 1
) -> list[Average]:
    """Per criterion over the counted lines; no mean below `floor` communities, none at all without one."""
    counted = [line for line in lines if line.assessment.is_counted]
    found = []
    for criterion in criteria:
        values = [value for line in counted if (value := line.value(criterion)) is not None]
        is_told = floor is not None and len(values) >= floor
        found.append(Average(criterion, len(values), mean(values) if is_told else None))
    return found
