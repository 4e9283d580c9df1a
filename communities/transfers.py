"""How the rows of the community registry follow a split or a merger."""

from communities.models import Adjustment, Community, CommunityBoundary, Compound, SocialOrganisation
from governance.divisions.transfers import Transfer, Way, register, stays, with_origin

COMMUNITY = Transfer(
    Community,
    Way.FIGURES,
    label="社区",
    figures=(
        "households_resident",
        "households_registered",
        "population_resident",
        "population_registered",
        "population_urban_resident",
        "villager_groups",
        "registered_volunteers",
    ),
    copied=("area_type", "community_type", "is_converted_village", "is_new_build"),
    # What a successor must set up or measure anew: it has no organisation, boundary or number of its own yet.
    dropped=(
        "usual_name",
        "founded_on",
        "party_org_kind",
        "has_env_property_committee",
        "boundary_east",
        "boundary_south",
        "boundary_west",
        "boundary_north",
        "credit_code",
        "establishment",
        "ledger_number",
    ),
    units={
        "households_resident": "户",
        "households_registered": "户",
        "villager_groups": "个",
    },
)


def register_all() -> None:
    register(
        COMMUNITY,
        Transfer(
            Compound,
            Way.WHOLE,
            label="小区",
            order=10,
            renamed="name",
            rename=with_origin,
            sums=("households", "buildings"),
        ),
        Transfer(
            SocialOrganisation, Way.WHOLE, label="社会组织", order=60, renamed="name", rename=with_origin
        ),
    )
    stays("方案记在街道名下", Adjustment)
    stays("边界按原社区保留，后继社区重新勘定", CommunityBoundary)
