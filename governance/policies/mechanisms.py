"""Whether a measure of the catalogue is live or planned, and by what it is realised."""

from dataclasses import dataclass

from django.urls import reverse

from governance.policies.models import Measure, Standard

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


def measure_state(measure: Measure) -> MeasureState:
    """What realises a measure: its own standard or target, and what its pack names.

    Select `measure` with `select_related("standard")` when there are many.
    """
    found = []
    standard: Standard | None = getattr(measure, "standard", None)
    if standard is not None:
        kind = "target" if standard.due_on else "standard"
        url = reverse("policies:standard", kwargs={"standard": measure.code})
        found.append(Realisation(kind, measure.title, url))
    found += [Realisation(item["kind"], item["name"], item.get("url", "")) for item in measure.realised_by]
    return MeasureState(tuple(found))
