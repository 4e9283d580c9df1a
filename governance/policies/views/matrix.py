"""达标对照表: the communities of a division against the standards, a lamp in every cell."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from governance.accounts.roles import Action
from governance.console.views.division import find_division
from governance.divisions.models import Division, Level
from governance.divisions.paths import under
from governance.policies.evaluation.resolve import Rule
from governance.policies.filters import MatrixFilter
from governance.policies.models import EvaluationRun, Finding, Scorecard
from governance.policies.outcomes import LETTERS, NO_RESULT, Outcome, Severity, severity
from governance.policies.presentation import standard_url
from governance.policies.themes import OTHER, THEMES, theme_of
from governance.policies.views.common import current_run, division_crumbs
from governance.web.outcomes import look
from governance.web.paging import KeysetPager
from governance.web.policy import Needs
from governance.web.views import Crumb, TemplatePage

PAGE_SIZE = 50


@dataclass(frozen=True)
class StandardHead:
    """A column: a rule of the run and the place of its letter."""

    rule: Rule
    place: int

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def title(self) -> str:
        return self.rule.title

    @property
    def url(self) -> str:
        return standard_url(self.code)

    @property
    def theme(self) -> str:
        return theme_of(self.code).slug


def cell_html(head: StandardHead, outcome: Outcome, division: Division, url: str) -> SafeString:
    """A lamp without a visible word: the shape tells too, the word stands in the title and is read out."""
    rule = head.rule.at(division.path)
    binds = rule.binds
    shape = look(outcome, severity(outcome, rule.binding) if binds else Severity.GREY)
    text = outcome.label if binds else f"{outcome.label}（参考）"
    return format_html(
        '<a class="lamp {}" href="{}" title="{} {}：{}"><span class="visually-hidden">{}</span></a>',
        shape.css,
        url,
        division.name,
        head.title,
        text,
        text,
    )


class MatrixPage(TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "policies/matrix.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.division = find_division(request.user, kwargs["code"])
        if self.division.level == Level.COMMUNITY:
            return HttpResponseRedirect(reverse("policies:checkup", kwargs={"code": self.division.code}))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run = current_run()
        form = MatrixFilter(self.request.GET)
        form.is_valid()
        context = {"division": self.division, "run": run, "filter_form": form}
        if run is not None:
            context |= self._table(run, **form.cleaned_data)
        return super().get_context_data(**context, **kwargs)

    def _heads(self, run: EvaluationRun, theme: str) -> list[StandardHead]:
        """The columns: standards that judge communities somewhere in the division, by theme."""
        path = self.division.path
        heads = [
            StandardHead(rule, place)
            for place, rule in enumerate(run.rules)  # type: ignore[attr-defined]
            if rule.for_communities and rule.reaches(path)
        ]
        order = [each.slug for each in (*THEMES, OTHER)]
        heads.sort(key=lambda head: order.index(head.theme))
        return [head for head in heads if not theme or head.theme == theme]

    def _table(self, run: EvaluationRun, theme: str = "", severity: str = "") -> dict[str, Any]:
        heads = self._heads(run, theme)
        findings = Finding.objects.filter(
            resolved_on=None, standard__in=[head.rule.standard.pk for head in heads]
        )
        if severity:
            findings = findings.filter(severity=severity)
        cards: QuerySet[Scorecard] = Scorecard.objects.filter(run=run).select_related("division__parent")
        if severity:
            cards = cards.filter(Exists(findings.filter(under(self.division.path), path=OuterRef("path"))))
        page = KeysetPager(cards, paths=(self.division.path,), size=PAGE_SIZE).page(self.request)
        divisions = [card.division_id for card in page.rows]
        opened: dict[tuple[int, int], Finding] = {
            (finding.division_id, finding.standard_id): finding
            for finding in findings.filter(division__in=divisions, path__in=[card.path for card in page.rows])
        }
        return {
            "page": page,
            "total_text": page.total_text.replace(" 条", " 个社区（村）"),
            "heads": heads,
            "rows": [self._row(card, heads, opened) for card in page.rows],
            "groups": self._groups(heads),
        }

    def _groups(self, heads: list[StandardHead]) -> list[tuple[str, int]]:
        """Themes above the columns with how many each spans."""
        labels = {theme.slug: theme.label for theme in (*THEMES, OTHER)}
        widths: dict[str, int] = {}
        for head in heads:
            widths[head.theme] = widths.get(head.theme, 0) + 1
        return [(labels[slug], width) for slug, width in widths.items()]

    def _row(
        self, card: Scorecard, heads: list[StandardHead], opened: dict[tuple[int, int], Finding]
    ) -> dict[str, Any]:
        division = card.division
        checkup = reverse("policies:checkup", kwargs={"code": division.code})
        cells: list[Any] = []
        problems = 0
        for head in heads:
            letter = card.letters[head.place]
            pair = (card.division_id, head.rule.standard.pk)
            finding = None if head.rule.is_beside else opened.get(pair)
            problems += finding is not None
            url = finding.get_absolute_url() if finding else f"{checkup}#{head.code}"
            cells.append("" if letter == NO_RESULT else cell_html(head, LETTERS[letter], division, url))
        return {
            "division": division,
            "url": checkup,
            "cells": cells,
            "problems": problems,
            "findings_url": f"{reverse('policies:findings')}?area={division.code}",
        }

    def get_title(self) -> str:
        return f"{self.division.name} 达标对照表"

    def get_breadcrumb(self) -> list[Crumb]:
        return division_crumbs(self.request.user, self.division, "达标对照表")
