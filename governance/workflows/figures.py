"""Live figures of measures that are carried out by procedures: running, late and closed cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from governance.divisions.models import Division
from governance.divisions.paths import under
from governance.policies.figures import Figure
from governance.policies.models import Measure
from governance.workflows.catalogue import kinds
from governance.workflows.models import LIVE_STEPS, Case, CaseState, CaseStep

SECONDS = 60
"""How old the counts may be: they stand on many pages."""


def figures(measures: Sequence[Measure], division: Division, on: date) -> Mapping[str, Sequence[Figure]]:
    """For each measure of a procedure the cases under a division."""
    wanted: dict[str, list[str]] = {}
    codes = {measure.code for measure in measures}
    for slug, kind in kinds().items():
        for code in set(kind.procedure.all_measures()) & codes:
            wanted.setdefault(code, []).append(slug)
    if not wanted:
        return {}
    counts = _counts(division, on)
    found = {}
    for code, slugs in wanted.items():
        found[code] = [_figure(slug, counts) for slug in slugs]
    return found


def _counts(division: Division, on: date) -> dict[tuple[str, str], tuple[int, int]]:
    """Cases under a division, and how many of them are late, by procedure and state; kept for a minute."""
    key = f"case-figures:{division.path}:{on}"
    kept: dict[tuple[str, str], tuple[int, int]] | None = cache.get(key)
    if kept is None:
        late = CaseStep.objects.filter(case=OuterRef("pk"), state__in=LIVE_STEPS, due_on__lt=on)
        rows = Case.objects.filter(under(division.path)).order_by().annotate(is_late=Exists(late))
        counted = rows.values("slug", "state").annotate(
            number=Count("pk"), late=Count("pk", filter=Q(is_late=True, state=CaseState.OPEN))
        )
        kept = {(row["slug"], row["state"]): (row["number"], row["late"]) for row in counted}
        cache.set(key, kept, SECONDS)
    return kept


def _figure(slug: str, counts: Mapping[tuple[str, str], tuple[int, int]]) -> Figure:
    title = kinds()[slug].procedure.title
    running, late = counts.get((slug, CaseState.OPEN), (0, 0))
    done, _ = counts.get((slug, CaseState.DONE), (0, 0))
    note = f"其中超期 {late} 件" if late else ""
    url = f"{reverse('workflows:list')}?tab=all&procedure={slug}"
    return Figure(
        title,
        f"办理中 {running} 件，办结 {done} 件",
        url,
        note,
        late,
        late_text=f"“{title}”超期 {late} 件",
        shared=f"procedure {slug}",
    )
