"""The tables of two-committee members and community workers: identity data masked."""

from datetime import date
from typing import Any

from django.db.models import Count, Q

from cadres.models import CommunityWorker, TwoCommitteeMember
from governance.exchange.rows import RegistryQuerySet
from governance.people.masks import mask_id, mask_phone
from governance.records.tables import RowTable
from governance.web.columns import Column


def age_on(birth_date: str, on: date) -> int | None:
    """Full years on a day from YYYY-MM-DD; None when the date is missing or cannot be read."""
    try:
        born = date.fromisoformat(birth_date)
    except ValueError:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _person_columns(on: date) -> tuple[Column, ...]:
    def age(row: Any) -> int | None:
        return age_on(row.person.birth_date, on)

    return (
        Column("姓名", "person.name", strong=True, sort="person__name"),
        Column("性别", "person.get_sex_display"),
        Column("年龄", age, "number"),
        Column("身份证号", lambda row: mask_id(row.person.id_number or "")),
    )


def _members() -> RegistryQuerySet:
    return TwoCommitteeMember.objects.select_related("person")


def _member_columns(on: date) -> tuple[Column, ...]:
    return (
        *_person_columns(on),
        Column("党组织职务", "get_party_post_display", sort="party_post"),
        Column("居委会职务", "get_committee_post_display", sort="committee_post"),
        Column("监委会主任", lambda row: "是" if row.heads_supervision else "—"),
        Column("专职", "is_fulltime", "yes_no"),
        Column("占职数", "counts_toward_quota", "yes_no"),
        Column("任职日期", "started_on", "date", sort="started_on"),
        Column("离任日期", "ended_on", "date", sort="ended_on"),
    )


MEMBER_COUNTS = {
    "在任": Count("pk"),
    "党组织班子": Count("pk", filter=~Q(party_post="")),
    "居委会": Count("pk", filter=~Q(committee_post="")),
    "专职": Count("pk", filter=Q(is_fulltime=True)),
}


def _workers() -> RegistryQuerySet:
    return CommunityWorker.objects.select_related("person")


def _worker_columns(on: date) -> tuple[Column, ...]:
    return (
        *_person_columns(on),
        Column("手机号", lambda row: mask_phone(row.person.phone or "")),
        Column("岗位", "get_post_display", sort="post"),
        Column("级别", "grade", "number", sort="grade"),
        Column("社会工作者证书", "get_certificate_display", sort="certificate"),
        Column("入职方式", "get_entry_way_display"),
        Column("入职日期", "started_on", "date", sort="started_on"),
        Column("离职日期", "ended_on", "date", sort="ended_on"),
    )


WORKER_COUNTS = {
    "在职": Count("pk"),
    "持社会工作者证书": Count("pk", filter=~Q(certificate__in=["", "none"])),
}
_BY_TERM = ("ended_on", "started_on", "pk")

TABLES = (
    RowTable(
        "members",
        _member_columns,
        _members,
        ordering=_BY_TERM,
        search=("person__name",),
        search_label="姓名",
        order=20,
        icon="users-group",
        summary=MEMBER_COUNTS,
    ),
    RowTable(
        "workers",
        _worker_columns,
        _workers,
        ordering=_BY_TERM,
        search=("person__name",),
        search_label="姓名",
        order=30,
        icon="id-badge-2",
        summary=WORKER_COUNTS,
    ),
)
