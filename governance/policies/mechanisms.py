"""Whether a measure of the catalogue is live or planned, and by what it is realised."""

from dataclasses import dataclass
from urllib.parse import quote

from django.db.models import Q
from django.urls import reverse

from governance.policies.models import Measure, Standard
from governance.policies.models.documents import MeasureKind

LIVE, PLANNED = "live", "planned"
STATE_LABELS = {LIVE: "已实现", PLANNED: "规划中"}


@dataclass(frozen=True)
class Realisation:
    """A standard, page, command … that does what a measure asks; `url` is empty for commands."""

    kind: str
    name: str
    url: str = ""

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "name": self.name, "url": self.url}


@dataclass(frozen=True)
class MeasureState:
    """`live` when something realises the measure, else `planned`."""

    realised_by: tuple[Realisation, ...]

    @property
    def state(self) -> str:
        return LIVE if self.realised_by else PLANNED

    @property
    def label(self) -> str:
        return STATE_LABELS[self.state]

    @property
    def is_live(self) -> bool:
        return bool(self.realised_by)


LIVE_OF_DOCUMENT = (
    Q(measures__standard__isnull=False)
    | ~Q(measures__realised_by=[])
    | Q(measures__kind=MeasureKind.PRINCIPLE)
)
"""The condition for the live measures of documents, as `measure_state` says."""


def measure_url(measure: Measure) -> str:
    """The line of a measure on the page of its document."""
    page = reverse("policies:document", kwargs={"key": measure.document.key})
    return f"{page}#{quote(measure.code)}"


def measure_state(measure: Measure) -> MeasureState:
    """What realises a measure: its own standard or target, and what its pack names.

    A principle, of which nothing can be measured, is realised by its line on the page of its document (and
    in the half-year report). Select `measure` with `select_related("standard", "document")` when there are
    many.
    """
    found = []
    standard: Standard | None = getattr(measure, "standard", None)
    if standard is not None:
        kind = "target" if standard.due_on else "standard"
        url = reverse("policies:standard", kwargs={"standard": measure.code})
        found.append(Realisation(kind, measure.title, url))
    found += [Realisation(item["kind"], item["name"], item.get("url", "")) for item in measure.realised_by]
    if measure.kind == MeasureKind.PRINCIPLE:
        found.append(Realisation("page", f"{measure.document.title} {measure.code}", measure_url(measure)))
    return MeasureState(tuple(found))
