"""The community registry, the card that keeps its inputs in evaluations, and splits and mergers."""

from communities.models.adjustment import (
    Adjustment,
    AdjustmentKind,
    AdjustmentSource,
    AdjustmentState,
    Assignment,
    Successor,
)
from communities.models.boundary import CommunityBoundary
from communities.models.card import CommunityCard
from communities.models.community import Community
from communities.models.compound import Compound
from communities.models.organisation import SocialOrganisation

__all__ = [
    "Adjustment",
    "AdjustmentKind",
    "AdjustmentSource",
    "AdjustmentState",
    "Assignment",
    "Community",
    "CommunityBoundary",
    "CommunityCard",
    "Compound",
    "SocialOrganisation",
    "Successor",
]
