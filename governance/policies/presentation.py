"""How results look on pages: lamp, links to clause and standard, the requirement of this very community."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import quote

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from governance.divisions.models import Level
from governance.exchange import sheets
from governance.policies.comparisons import AtLeastInput, AtLeastPer, Bands, EqualShares, Matching, Rises
from governance.policies.evaluation.trace import Trace
from governance.policies.outcomes import Outcome, Severity
from governance.policies.themes import Theme, theme_of
from governance.policies.units import as_text
from governance.web.columns import lamp_html, tag_html

PROBLEMS = (Outcome.NOT_MET, Outcome.WARNING, Outcome.INFEASIBLE, Outcome.DATA_ERROR)
"""Outcomes that make a finding."""


_REFERENCES = re.compile(r"[，、；]?[DGL]\d{2}(?:、[DGL]\d{2})*：?")


def without_references(text: str) -> str:
    """A text of a pack or indicator without the numbers of our own notes (G05, D22)."""
    return _REFERENCES.sub("", text).replace("（）", "")


def clause_url(document_key: str, ref: str) -> str:
    """The place of a clause on its document's page."""
    return f"{reverse('policies:document', kwargs={'key': document_key})}#{quote(ref)}"


def standard_url(code: str) -> str:
    """The page of a standard; that of a rule beside another one is the same."""
    return reverse("policies:standard", kwargs={"standard": code.partition("@")[0]})


_pages_of_rows: dict[str, str] = {}


def register_rows_page(registry: str, url_name: str) -> None:
    """Where the rows behind `Input.rows` stand that are no sheet: a list that takes `area`."""
    _pages_of_rows[registry] = url_name


def rows_url(division_code: str, registry: str = "", on: date | None = None) -> str:
    """The rows of a registry on the page of a community, as they were on a day other than today.

    Ledgers of packs are too many for that page: theirs is the list of the community.
    """
    if registry in _pages_of_rows:
        return f"{reverse(_pages_of_rows[registry])}?area={division_code}"
    sheet = sheets.by_slug(registry)
    if sheet is not None and sheet.level != Level.COMMUNITY:
        return reverse("records:list", args=[registry])  # inherited from a division above
    if sheet is not None and sheet not in sheets.registered():
        since = f"&on={on:%Y-%m-%d}" if on is not None and on != timezone.localdate() else ""
        return f"{reverse('records:list', args=[registry])}?area={division_code}{since}"
    page = reverse("communities:detail", kwargs={"code": division_code})
    day = f"?on={on:%Y-%m-%d}" if on is not None and on != timezone.localdate() else ""
    return f"{page}{day}#{registry}" if registry else f"{page}{day}"


def severity_lamp(severity: str) -> SafeString:
    """Colour, shape and word of a severity."""
    return lamp_html(severity, text=Severity(severity).label)


def outcome_lamp(outcome: str, severity: str | None, *, binds: bool = True) -> SafeString:
    """Lamp of an outcome; a draft's or guidance's outcome is a plain tag without colour."""
    if not binds:
        return tag_html(f"{Outcome(outcome).label}（参考）", "grey")
    return lamp_html(outcome, severity or "", Outcome(outcome).label)


@dataclass(frozen=True)
class Result:
    """A trace as a page shows it."""

    trace: Trace

    @property
    def lamp(self) -> SafeString | str:
        outcome = self.trace.outcome
        if outcome is None:
            return ""
        return outcome_lamp(outcome, self.trace.severity, binds=self.trace.binds)

    @property
    def is_problem(self) -> bool:
        return self.trace.outcome in PROBLEMS

    @property
    def is_held(self) -> bool:
        """Whether it is a problem that a finding may stand for: not of a rule beside the one that decides."""
        return self.is_problem and not self.trace.rule.is_beside

    @property
    def gap_text(self) -> str:
        """How far away, where that means something: for problems and for ideal values."""
        distant = self.is_problem or self.trace.outcome == Outcome.INFORMATION
        distant = distant and self.trace.unit.code != "yes_no"
        return self.trace.gap_text if distant else ""

    @property
    def severity_label(self) -> str:
        """严重, 一般 or 提示 for a problem that binds, else empty."""
        severity = self.trace.severity
        return Severity(severity).label if severity and self.is_problem else ""

    @cached_property
    def theme(self) -> Theme:
        return theme_of(self.trace.code)

    @property
    def clause_url(self) -> str:
        """The clause on its document's page, or the page of the local value."""
        local = self.trace.rule.local
        return local.get_absolute_url() if local else clause_url(self.trace.document.key, self.trace.clause)

    @property
    def standard_url(self) -> str:
        return standard_url(self.trace.code)

    @property
    def reading(self) -> str:
        local = self.trace.rule.local
        return local.reading if local else without_references(self.trace.rule.standard.reading)

    @property
    def own_required(self) -> str:
        """The figure for this community where the requirement depends on it, else empty."""
        depends = isinstance(
            self.trace.rule.comparison, AtLeastPer | Bands | Matching | AtLeastInput | Rises | EqualShares
        )
        required = self.trace.required
        if not depends or required is None or isinstance(required, tuple):
            return ""
        return as_text(required, self.trace.unit)
