"""Choices of the cadre registries."""

from django.db import models


class PartyPost(models.TextChoices):
    SECRETARY = "secretary", "书记"
    DEPUTY_SECRETARY = "deputy_secretary", "副书记"
    MEMBER = "member", "委员"


class CommitteePost(models.TextChoices):
    DIRECTOR = "director", "主任"
    DEPUTY_DIRECTOR = "deputy_director", "副主任"
    MEMBER = "member", "委员"


class WorkerPost(models.TextChoices):
    CHIEF = "chief", "正职"
    DEPUTY = "deputy", "副职"
    GENERAL = "general", "一般"


class EntryWay(models.TextChoices):
    RECRUITMENT = "recruitment", "公开招聘"
    ELECTION = "election", "选举"


class SocialWorkCertificate(models.TextChoices):
    NONE = "none", "无"
    ASSISTANT = "assistant", "助理"
    SOCIAL_WORKER = "social_worker", "社工师"
    SENIOR = "senior", "高级"
