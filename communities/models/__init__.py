"""The community registry."""

from communities.models.community import Community
from communities.models.compound import Compound
from communities.models.organisation import SocialOrganisation

__all__ = ["Community", "Compound", "SocialOrganisation"]
