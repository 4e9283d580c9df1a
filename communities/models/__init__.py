"""The community registry, and the card that keeps its inputs in evaluations."""

from communities.models.boundary import CommunityBoundary
from communities.models.card import CommunityCard
from communities.models.community import Community
from communities.models.compound import Compound
from communities.models.organisation import SocialOrganisation

__all__ = ["Community", "CommunityBoundary", "CommunityCard", "Compound", "SocialOrganisation"]
