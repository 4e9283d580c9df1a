"""Members of the two committees, and community workers."""

from django.db import models
from django.db.models import Q

from cadres.choices import CommitteePost, EntryWay, PartyPost, SocialWorkCertificate, WorkerPost
from governance.divisions.registry import register_scoped
from governance.exchange.rows import DatedRow
from governance.people.models import Person
from governance.policies.models import CardRow


@register_scoped
class TwoCommitteeMember(DatedRow):
    """A person's posts in the party leadership and the residents' committee of one community.

    `counts_toward_quota` is false for elected part-time officials, enterprise staff and police, who stand
    outside the approved seats (SX-CAD-03).
    """

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="memberships", verbose_name="姓名"
    )
    party_post = models.CharField("党组织职务", max_length=16, choices=PartyPost.choices, blank=True)
    committee_post = models.CharField("居委会职务", max_length=16, choices=CommitteePost.choices, blank=True)
    heads_supervision = models.BooleanField("监委会主任", null=True, blank=True)
    is_fulltime = models.BooleanField("专职")
    counts_toward_quota = models.BooleanField("占职数")
    started_on = models.DateField("任职日期")
    ended_on = models.DateField("离任日期", null=True, blank=True)

    class Meta(DatedRow.Meta):
        verbose_name = "两委成员"
        indexes = [models.Index(fields=["path"], name="member_by_path")]
        constraints = [
            *DatedRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["division", "person"],
                condition=Q(voided_on=None, ended_on=None),
                name="member_in_office_once",
                violation_error_message="此人已在本社区任职，请先填写原任职的离任日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.person.name


@register_scoped
class CommunityWorker(DatedRow):
    """A community worker's employment in one community (三岗十八级: post and grade 1–18, LH-CAD-11)."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="employments", verbose_name="姓名"
    )
    post = models.CharField("岗位", max_length=7, choices=WorkerPost.choices, blank=True)
    grade = models.PositiveSmallIntegerField("级别", null=True, blank=True)
    started_on = models.DateField("入职日期")
    entry_way = models.CharField("入职方式", max_length=11, choices=EntryWay.choices, blank=True)
    certificate = models.CharField(
        "社会工作者证书", max_length=13, choices=SocialWorkCertificate.choices, blank=True
    )
    ended_on = models.DateField("离职日期", null=True, blank=True)

    class Meta(DatedRow.Meta):
        verbose_name = "社区工作者"
        indexes = [models.Index(fields=["path"], name="worker_by_path")]
        constraints = [
            *DatedRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["division", "person"],
                condition=Q(voided_on=None, ended_on=None),
                name="worker_employed_once",
                violation_error_message="此人已在本社区在职，请先填写原记录的离职日期。",
            ),
            models.CheckConstraint(
                condition=Q(grade=None) | Q(grade__gte=1, grade__lte=18),
                name="worker_grade_1_to_18",
                violation_error_message="级别应为 1 至 18。",
            ),
        ]

    def __str__(self) -> str:
        return self.person.name


class CadreCard(CardRow):
    """Inputs of one community in one run (see the card below for what each means)."""

    party_members = models.BigIntegerField(null=True)
    committee_members = models.BigIntegerField(null=True)
    cross_members = models.BigIntegerField(null=True)
    two_committee_persons = models.BigIntegerField(null=True)
    fulltime_persons = models.BigIntegerField(null=True)
    outside_quota_persons = models.BigIntegerField(null=True)
    secretaries = models.BigIntegerField(null=True)
    directors = models.BigIntegerField(null=True)
    secretary_directors = models.BigIntegerField(null=True)
    supervision_heads = models.BigIntegerField(null=True)
    supervision_heads_in_party = models.BigIntegerField(null=True)
    workers = models.BigIntegerField(null=True)
    workers_employed = models.BigIntegerField(null=True)
    workers_certificate_known = models.BigIntegerField(null=True)
    workers_certified = models.BigIntegerField(null=True)

    class Meta(CardRow.Meta):
        verbose_name = "两委与社工指标"

    def __str__(self) -> str:
        return self.path
