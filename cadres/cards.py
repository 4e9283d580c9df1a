"""What the cadre registries know of every community."""

from datetime import date

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Substr

from cadres.choices import CommitteePost, PartyPost, SocialWorkCertificate
from cadres.models import CadreCard, CommunityWorker, TwoCommitteeMember
from governance.divisions.models import Level
from governance.divisions.paths import path_length
from governance.exchange.rows import RegistryQuerySet, active_on
from governance.policies.indicators import Card, Indicator, Input


def _same_person(rows: RegistryQuerySet, on: date) -> RegistryQuerySet:
    """Rows in force of the outer row's person, anywhere in the same county."""
    length = path_length(Level.COUNTY)
    return (
        rows.active_on(on)
        .annotate(county=Substr("path", 1, length))
        .filter(person=OuterRef("person"), county=Substr(OuterRef("path"), 1, length))
    )


def _members(on: date) -> models.QuerySet:
    """Seats leave out elected part-time members outside the quota (SX-CAD-03); posts do not."""
    active = active_on(on)
    party, committee = ~Q(party_post=""), ~Q(committee_post="")
    seat = active & Q(counts_toward_quota=True) & (party | committee)
    secretary, director = Q(party_post=PartyPost.SECRETARY), Q(committee_post=CommitteePost.DIRECTOR)
    fulltime = seat & Q(is_fulltime=True)
    employed = _same_person(CommunityWorker.objects.all(), on)
    earlier = _same_person(TwoCommitteeMember.objects.filter(fulltime, path__lt=OuterRef("path")), on)
    return (
        TwoCommitteeMember.objects.valid()
        .values("division_id")
        .annotate(
            party_total=Count("pk", filter=seat & party),
            committee_total=Count("pk", filter=seat & committee),
            cross_total=Count("pk", filter=seat & party & committee),
            persons=Count("pk", filter=seat),
            fulltime=Count("pk", filter=fulltime),
            outside=Count("pk", filter=active & Q(counts_toward_quota=False) & (party | committee)),
            secretary_total=Count("pk", filter=active & secretary),
            director_total=Count("pk", filter=active & director),
            both_total=Count("pk", filter=active & secretary & director),
            supervision=Count("pk", filter=active & Q(heads_supervision=True)),
            supervision_in_party=Count("pk", filter=active & Q(heads_supervision=True) & party),
            fulltime_not_employed=Count(
                "person", distinct=True, filter=fulltime & ~Exists(employed) & ~Exists(earlier)
            ),
        )
    )


def _workers(on: date) -> models.QuerySet:
    """Distinct persons; who works in several communities of a county counts in the first one only, so that
    the count is right where the standard is judged and streets still add up to it (D20, G33). Certificates
    are counted in every community where their holder works: each asks for one of its own."""
    active = active_on(on)
    certified = ~Q(certificate__in=["", SocialWorkCertificate.NONE])
    earlier = _same_person(CommunityWorker.objects.filter(path__lt=OuterRef("path")), on)
    return (
        CommunityWorker.objects.valid()
        .values("division_id")
        .annotate(
            total=Count("person", distinct=True, filter=active & Q(~Exists(earlier))),
            employed=Count("pk", filter=active),
            certificate_known=Count("pk", filter=active & ~Q(certificate="")),
            certified=Count("person", distinct=True, filter=active & certified),
        )
    )


CARD = Card(
    model=CadreCard,
    sources={"m": _members, "w": _workers},
    inputs=(
        Input("party_members", "党组织班子人数", "m.party_total", "person", "members"),
        Input("committee_members", "居委会人数", "m.committee_total", "person", "members"),
        Input("cross_members", "交叉任职人数", "m.cross_total", "person", "members"),
        Input("two_committee_persons", "两委人数（占职数）", "m.persons", "person", "members"),
        Input("fulltime_persons", "两委中专职人数", "m.fulltime", "person", "members"),
        Input("outside_quota_persons", "不占职数的两委人数", "m.outside", "person", "members"),
        Input("secretaries", "在任书记数", "m.secretary_total", "person", "members"),
        Input("directors", "在任主任数", "m.director_total", "person", "members"),
        Input("secretary_directors", "书记主任一肩挑人数", "m.both_total", "person", "members"),
        Input("supervision_heads", "在任监委会主任数", "m.supervision", "person", "members"),
        # Distinct persons: workers, and full-time members who are not among them (D20).
        Input(
            "workers",
            "社区工作者数",
            "CASE WHEN w.total IS NOT NULL OR m.persons IS NOT NULL "
            "THEN COALESCE(w.total, 0) + COALESCE(m.fulltime_not_employed, 0) END",
            "person",
            "workers",
        ),
        Input(
            "supervision_heads_in_party",
            "在党组织班子任职的监委会主任数",
            "m.supervision_in_party",
            "person",
            "members",
        ),
        Input("workers_employed", "在职社区工作者记录数", "w.employed", "piece", "workers"),
        Input(
            "workers_certificate_known", "已填社工证书的在职记录数", "w.certificate_known", "piece", "workers"
        ),
        Input("workers_certified", "持社会工作者证书人数", "w.certified", "person", "workers"),
    ),
)

INDICATORS = (
    Indicator(
        "party_leadership_size",
        "党组织班子人数",
        "person",
        "在任且占职数的党组织班子成员数（D15）",
        "party_members",
        ("party_members",),
    ),
    Indicator(
        "committee_size",
        "居委会人数",
        "person",
        "在任且占职数的居委会成员数（D16）",
        "committee_members",
        ("committee_members",),
    ),
    Indicator(
        "two_committee_size",
        "两委人数",
        "person",
        "在任且占职数的两委成员，一人一计（D17）",
        "two_committee_persons",
        ("two_committee_persons", "outside_quota_persons"),
    ),
    Indicator(
        "cross_appointment_rate",
        "两委交叉任职比例",
        "percent",
        "交叉任职人数 ÷ 党组织班子人数（D18、G02）",
        "cross_members",
        ("cross_members", "party_members"),
        denominator="party_members",
    ),
    Indicator(
        "has_cross_appointment",
        "实行两委交叉任职",
        "yes_no",
        "有一人以上在党组织和居委会同时任职为是",
        "CASE WHEN cross_members > 0 THEN 1 WHEN cross_members = 0 THEN 0 END",
        ("cross_members",),
    ),
    Indicator(
        "fulltime_rate",
        "两委中社区专职人员比例",
        "percent",
        "两委中专职人数 ÷ 两委人数（D19、G03）",
        "fulltime_persons",
        ("fulltime_persons", "two_committee_persons"),
        denominator="two_committee_persons",
    ),
    Indicator(
        "secretary_is_director",
        "书记兼任主任",
        "yes_no",
        "同一人任书记和主任为是；职位空缺为否（D21）",
        "CASE WHEN secretary_directors > 0 THEN 1 WHEN secretary_directors = 0 THEN 0 END",
        ("secretary_directors", "secretaries", "directors"),
    ),
    Indicator(
        "supervision_committee",
        "村（居）务监督委员会",
        "yes_no",
        "有在任监委会主任为是",
        "CASE WHEN supervision_heads > 0 THEN 1 WHEN supervision_heads = 0 THEN 0 END",
        ("supervision_heads",),
    ),
    Indicator(
        "has_party_secretary",
        "书记在任",
        "yes_no",
        "有在任党组织书记为是，空缺为否",
        "CASE WHEN secretaries > 0 THEN 1 WHEN secretaries = 0 THEN 0 END",
        ("secretaries",),
    ),
    Indicator(
        "supervision_head_in_party",
        "监委会主任由党组织班子成员兼任",
        "yes_no",
        "在任监委会主任同时有党组织职务为是；职位空缺为否（D21）",
        "CASE WHEN supervision_heads_in_party > 0 THEN 1 WHEN supervision_heads_in_party = 0 THEN 0 END",
        ("supervision_heads_in_party", "supervision_heads"),
    ),
    Indicator(
        "social_workers",
        "持证社会工作者人数",
        "person",
        "在职社区工作者中持有社会工作者证书（助理及以上）的人数，一人一计（D40）；"
        "没有持证者而又有人未填证书的为缺数据",
        "CASE WHEN workers_certified > 0 OR workers_certificate_known = workers_employed "
        "THEN workers_certified END",
        ("workers_certified", "workers_certificate_known", "workers_employed"),
    ),
    Indicator(
        "workers_per_10000",
        "每万名城镇常住人口社区工作者数",
        "per_10000",
        "社区工作者数 × 10000 ÷ 城镇常住人口；同一人在本区县几处任职的只计一次（D20）",
        "workers",
        ("workers", "population_urban_resident"),
        denominator="population_urban_resident",
    ),
)
