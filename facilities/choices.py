"""Choices of the facility registry."""

from django.db import models


class FacilityKind(models.TextChoices):
    COMPREHENSIVE = "comprehensive", "社区综合服务设施"
    STATION = "station", "服务站"
    RURAL_CENTRE = "rural_centre", "农村社区服务中心"
    EMBEDDED = "embedded", "嵌入式服务设施"


class ProvisionWay(models.TextChoices):
    NEW_BUILD = "new_build", "新建"
    REBUILD = "rebuild", "改扩建"
    PURCHASE = "purchase", "购买"
    LEASE = "lease", "租赁"
    ALLOCATION = "allocation", "划拨"
    SHARING = "sharing", "共享"
    HANDOVER = "handover", "移交"
