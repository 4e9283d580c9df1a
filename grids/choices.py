"""Choices of the grid registry."""

from django.db import models


class GridKind(models.TextChoices):
    RESIDENTIAL = "residential", "居民网格"
    VILLAGER_GROUP = "villager_group", "村民小组网格"
    DEDICATED = "dedicated", "专属网格"


class GridPartyOrg(models.TextChoices):
    NONE = "none", "无"
    BRANCH = "branch", "党支部"
    GROUP = "group", "党小组"
