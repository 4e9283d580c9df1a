"""What pages of assessments share."""

from assessments.choices import SchemeState
from assessments.models import Scheme

TITLE = "社区考核"
CRUMBS = ((TITLE, "assessments:list"),)
COLOURS = {
    SchemeState.DRAFT: "grey",
    SchemeState.SCORING: "blue",
    SchemeState.FINAL: "amber",
    SchemeState.PUBLISHED: "green",
    SchemeState.WITHDRAWN: "grey",
}


def state_tag(scheme: Scheme) -> tuple[str, str]:
    return scheme.get_state_display(), COLOURS[SchemeState(scheme.state)]
