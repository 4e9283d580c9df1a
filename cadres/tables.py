"""Two-committee members and community workers on a community's page: identity data masked."""

from datetime import date
from typing import Any

from django.db.models import Count, Q

from cadres.models import CommunityWorker, TwoCommitteeMember
from communities.rows import RowTable
from governance.divisions.models import Division
from governance.exchange.rows import RegistryQuerySet, active_on
from governance.people.masks import mask_id, mask_phone
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
        Column("姓名", "person.name", strong=True),
        Column("性别", "person.get_sex_display"),
        Column("年龄", age, "number"),
        Column("身份证号", lambda row: mask_id(row.person.id_number or "")),
    )


def _members(division: Division) -> RegistryQuerySet:
    rows = TwoCommitteeMember.objects.valid().filter(division=division).select_related("person")
    return rows.order_by("ended_on", "started_on", "pk")


def _member_columns(on: date) -> tuple[Column, ...]:
    return (
        *_person_columns(on),
        Column("党组织职务", "get_party_post_display"),
        Column("居委会职务", "get_committee_post_display"),
        Column("监委会主任", lambda row: "是" if row.heads_supervision else "—"),
        Column("专职", "is_fulltime", "yes_no"),
        Column("占职数", "counts_toward_quota", "yes_no"),
        Column("任职日期", "started_on", "date"),
        Column("离任日期", "ended_on", "date"),
    )


def _member_summary(division: Division, on: date) -> list[tuple[str, int]]:
    active = active_on(on)
    counts = (
        TwoCommitteeMember.objects.valid()
        .filter(active, division=division)
        .aggregate(
            total=Count("pk"),
            party=Count("pk", filter=~Q(party_post="")),
            committee=Count("pk", filter=~Q(committee_post="")),
            fulltime=Count("pk", filter=Q(is_fulltime=True)),
        )
    )
    return [
        ("在任", counts["total"]),
        ("党组织班子", counts["party"]),
        ("居委会", counts["committee"]),
        ("专职", counts["fulltime"]),
    ]


def _workers(division: Division) -> RegistryQuerySet:
    rows = CommunityWorker.objects.valid().filter(division=division).select_related("person")
    return rows.order_by("ended_on", "started_on", "pk")


def _worker_columns(on: date) -> tuple[Column, ...]:
    return (
        *_person_columns(on),
        Column("手机号", lambda row: mask_phone(row.person.phone or "")),
        Column("岗位", "get_post_display"),
        Column("级别", "grade", "number"),
        Column("社会工作者证书", "get_certificate_display"),
        Column("入职方式", "get_entry_way_display"),
        Column("入职日期", "started_on", "date"),
        Column("离职日期", "ended_on", "date"),
    )


def _worker_summary(division: Division, on: date) -> list[tuple[str, int]]:
    counts = (
        CommunityWorker.objects.valid()
        .filter(active_on(on), division=division)
        .aggregate(
            total=Count("pk"),
            certified=Count("pk", filter=~Q(certificate__in=["", "none"])),
        )
    )
    return [("在职", counts["total"]), ("持社会工作者证书", counts["certified"])]


TABLES = (
    RowTable(
        "members",
        "两委成员",
        _member_columns,
        _members,
        order=20,
        unit="人",
        summary=_member_summary,
        workbook_sheet="两委成员",
    ),
    RowTable(
        "workers",
        "社区工作者",
        _worker_columns,
        _workers,
        order=30,
        unit="人",
        summary=_worker_summary,
        workbook_sheet="社区工作者",
    ),
)
