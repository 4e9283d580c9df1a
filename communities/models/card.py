"""The community registry's inputs in stored evaluations."""

from django.db import models

from governance.policies.models import CardRow


class CommunityCard(CardRow):
    """Inputs of one community in one run (see INPUTS for what each means)."""

    area_type = models.CharField(max_length=5, null=True)  # noqa: DJ001 - missing is not empty here
    party_org_kind = models.CharField(max_length=14, null=True)  # noqa: DJ001
    households_resident = models.BigIntegerField(null=True)
    households_registered = models.BigIntegerField(null=True)
    population_resident = models.BigIntegerField(null=True)
    population_registered = models.BigIntegerField(null=True)
    population_urban_resident = models.BigIntegerField(null=True)
    founded_on = models.DateField(null=True)
    is_new_build = models.SmallIntegerField(null=True)
    is_founding = models.SmallIntegerField(null=True)
    villager_groups = models.BigIntegerField(null=True)
    registered_volunteers = models.BigIntegerField(null=True)
    env_property_committee = models.SmallIntegerField(null=True)
    boundary_sides = models.SmallIntegerField(null=True)
    boundary_known = models.SmallIntegerField(null=True)
    compound_count = models.BigIntegerField(null=True)
    compounds_known = models.BigIntegerField(null=True)
    compounds_managed = models.BigIntegerField(null=True)
    compounds_unmanaged = models.BigIntegerField(null=True)
    compounds_committee_known = models.BigIntegerField(null=True)
    compounds_with_committee = models.BigIntegerField(null=True)
    organisations_registered = models.BigIntegerField(null=True)
    organisations_filed = models.BigIntegerField(null=True)
    organisation_count = models.BigIntegerField(null=True)
    listed_splits = models.BigIntegerField(null=True)
    listed_merges = models.BigIntegerField(null=True)

    class Meta(CardRow.Meta):
        verbose_name = "社区指标"

    def __str__(self) -> str:
        return self.path
