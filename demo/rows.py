"""Unsaved registry rows of one community, made from its figures."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random

from cadres.choices import CommitteePost, EntryWay, PartyPost, SocialWorkCertificate, WorkerPost
from cadres.models import CommunityWorker, TwoCommitteeMember
from communities.choices import OrganisationKind, OrganisationStatus, PropertyKind
from communities.models import Compound, SocialOrganisation
from demo.cases import Case
from demo.dates import TERM_BEGINS
from demo.figures import Figures
from demo.people import MARK
from demo.places import Rectangle
from facilities.choices import FacilityKind, ProvisionWay
from facilities.models import Facility
from governance.divisions.models import Division
from governance.people.models import Person
from grids.choices import GridKind, GridPartyOrg
from grids.models import Grid

_ENDINGS = ("社区居委会", "社区委会", "居委会", "社区")
_COMPOUNDS = ("和平苑", "兴盛家园", "安居小区", "长乐坊", "锦绣苑", "康宁小区", "福泰家园", "新风里")
_COMPOUNDS += ("同心苑", "春晖小区", "明德家园", "永宁坊")
_ORGANISATIONS = (
    ("邻里互助社", OrganisationKind.MUTUAL_AID),
    ("便民服务社", OrganisationKind.DAILY_LIFE),
    ("合唱队", OrganisationKind.CULTURE_SPORT),
    ("调解工作室", OrganisationKind.MEDIATION),
    ("爱心公益社", OrganisationKind.CHARITY),
    ("太极拳队", OrganisationKind.CULTURE_SPORT),
    ("巾帼志愿队", OrganisationKind.MUTUAL_AID),
    ("书画社", OrganisationKind.CULTURE_SPORT),
    ("家政服务社", OrganisationKind.DAILY_LIFE),
    ("助老服务队", OrganisationKind.MUTUAL_AID),
    ("环保志愿队", OrganisationKind.CHARITY),
    ("义务巡逻队", OrganisationKind.OTHER),
    ("亲子阅读会", OrganisationKind.CULTURE_SPORT),
    ("慈善帮扶站", OrganisationKind.CHARITY),
    ("议事协商会", OrganisationKind.OTHER),
    ("棋牌俱乐部", OrganisationKind.CULTURE_SPORT),
)
_MANAGED = (PropertyKind.COMMERCIAL, PropertyKind.COMMERCIAL, PropertyKind.WORK_UNIT, PropertyKind.OWNERS)
_MANAGED += (PropertyKind.PUBLIC_HOUSING,)
_CERTIFICATES = [SocialWorkCertificate.NONE] * 5 + [SocialWorkCertificate.ASSISTANT] * 3
_CERTIFICATES += [SocialWorkCertificate.SOCIAL_WORKER] * 2
_POSTS = (WorkerPost.CHIEF, WorkerPost.DEPUTY, WorkerPost.DEPUTY, WorkerPost.DEPUTY, WorkerPost.GENERAL)


def short_name(division: Division) -> str:
    """莲湖路第一社区居委会 → 莲湖路第一"""
    name = division.name
    return next((name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending)), name)


@dataclass
class Rows:
    """Everything entered for one community; persons are shared by members and workers."""

    division: Division
    case: Case
    figures: Figures
    rectangle: Rectangle
    people: Iterator[Person]
    grids: list[Grid] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)
    members: list[TwoCommitteeMember] = field(default_factory=list)
    workers: list[CommunityWorker] = field(default_factory=list)
    facilities: list[Facility] = field(default_factory=list)
    compounds: list[Compound] = field(default_factory=list)
    organisations: list[SocialOrganisation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(f"{MARK}台账 {self.division.code}")
        self.of = {"division": self.division, "path": self.division.path}
        self.name = short_name(self.division)
        self._make_compounds()
        self._make_organisations()
        if "members" not in self.case.without:
            self._make_members()
        self._make_workers()
        if "facilities" not in self.case.without:
            self._make_facilities()
        if "grids" not in self.case.without:
            self._make_grids()

    def _day(self, first: int, last: int) -> date:
        return date(self.rng.randint(first, last), self.rng.randint(1, 12), self.rng.randint(1, 28))

    def _person(self) -> Person:
        person = next(self.people)
        self.persons.append(person)
        return person

    # --- grids ---------------------------------------------------------------------------------------
    def _make_grids(self) -> None:
        figures = self.figures
        count = len(figures.grids) + figures.has_dedicated_grid
        cells = self.rectangle.cells(count)
        heads = [w.person.name for w in self.workers if w.ended_on is None and w.started_on.year < 2026]
        for number, (cell, households) in enumerate(
            zip(cells, [*figures.grids, 0][:count], strict=True), start=1
        ):
            dedicated = number > len(figures.grids)
            self.grids.append(
                Grid(
                    **self.of,
                    number=f"{self.division.code}{number:03d}",
                    name=f"{MARK}{self.name}{'专属' if dedicated else f'第{number}'}网格",
                    kind=GridKind.DEDICATED if dedicated else GridKind.RESIDENTIAL,
                    households=households,
                    population=households * figures.population // figures.households,
                    party_org=self._party_org(number),
                    head=heads[number % len(heads)],
                    staff_count=1 + (households > 250),
                    boundary=None if number <= figures.grids_without_map else cell.geojson(),
                )
            )
        if self.rng.random() < 0.2:
            self.grids.append(
                Grid(
                    **self.of,
                    number=f"{self.division.code}900",
                    name=f"{MARK}{self.name}原第9网格",
                    kind=GridKind.RESIDENTIAL,
                    households=self.rng.randint(120, 290),
                    party_org=GridPartyOrg.GROUP,
                    ended_on=self._day(2023, 2025),
                )
            )

    def _party_org(self, number: int) -> GridPartyOrg:
        if 0 <= len(self.figures.grids) - number < self.figures.grids_without_party:
            return GridPartyOrg.NONE
        return GridPartyOrg.BRANCH if number % 3 == 1 else GridPartyOrg.GROUP

    # --- cadres --------------------------------------------------------------------------------------
    def _member(self, party: str, committee: str, started_on: date, **given: object) -> TwoCommitteeMember:
        member = TwoCommitteeMember(
            **self.of,
            person=self._person(),
            party_post=party,
            committee_post=committee,
            started_on=max(started_on, self.figures.founded_on),
            **({"is_fulltime": True, "counts_toward_quota": True} | given),
        )
        self.members.append(member)
        return member

    def _make_members(self) -> None:
        """First come `cross` persons on both committees, then party only, then residents' committee only."""
        figures, case = self.figures, self.case
        # A secretary who is director crosses; one who is not leaves that post to a member of the committee.
        one_person = figures.secretary_is_director and figures.cross > 0 and not case.director_vacant
        director = 0 if one_person else figures.party
        for number in range(figures.party + figures.committee - figures.cross):
            member = self._member(
                self._party_post(number),
                self._committee_post(number, director),
                TERM_BEGINS if self.rng.random() < 0.8 else self._day(2022, 2025),
                heads_supervision=figures.has_supervision and number == figures.party - 1,
                is_fulltime=number < figures.fulltime,
            )
            if number == 0 and case.secretary_vacant:
                member.ended_on = date(2026, 4, 30)
            if number == director and case.director_vacant:
                member.ended_on = date(2026, 3, 31)
            if number == director and case.later_director_left:
                member.ended_on = date(2026, 8, 31)
        if case.later_secretary:
            post = CommitteePost.DIRECTOR if one_person else ""
            self._member(PartyPost.SECRETARY, post, date(2026, 7, 20))
        for _ in range(case.outside_quota):
            self._member(PartyPost.MEMBER, "", TERM_BEGINS, is_fulltime=False, counts_toward_quota=False)
        if self.rng.random() < 0.25 and figures.founded_on <= TERM_BEGINS:
            left = self._day(2023, 2025)
            self._member(
                PartyPost.MEMBER, CommitteePost.MEMBER, TERM_BEGINS, is_fulltime=False, ended_on=left
            )

    def _party_post(self, number: int) -> str:
        if number >= self.figures.party:
            return ""
        return {0: PartyPost.SECRETARY, 1: PartyPost.DEPUTY_SECRETARY}.get(number, PartyPost.MEMBER)

    def _committee_post(self, number: int, director: int) -> str:
        if self.figures.cross <= number < self.figures.party:
            return ""
        posts = {director: CommitteePost.DIRECTOR, director + 1: CommitteePost.DEPUTY_DIRECTOR}
        return posts.get(number, CommitteePost.MEMBER)

    def _make_workers(self) -> None:
        """Full-time members are workers as long as they serve; the others were recruited."""
        serving = [member for member in self.members if member.is_fulltime]
        for number, member in enumerate(serving):
            post = (
                WorkerPost.CHIEF if number == 0 else WorkerPost.DEPUTY if number < 4 else WorkerPost.GENERAL
            )
            worker = self._worker(member.person, post, member.started_on, EntryWay.ELECTION)
            worker.ended_on = member.ended_on
        for _ in range(self.figures.workers - len(serving)):
            self._recruit(self._day(2015, 2025))
        for _ in range(self.case.later_workers):
            self._recruit(date(2026, 9, 1))
        if self.rng.random() < 0.3 and self.figures.founded_on.year < 2012:
            self._recruit(self._day(2012, 2018)).ended_on = self._day(2022, 2025)

    def _recruit(self, started_on: date) -> CommunityWorker:
        started_on = max(started_on, self.figures.founded_on)
        return self._worker(self._person(), WorkerPost.GENERAL, started_on, EntryWay.RECRUITMENT)

    def _worker(self, person: Person, post: str, started_on: date, way: str) -> CommunityWorker:
        grades = {WorkerPost.CHIEF: (13, 18), WorkerPost.DEPUTY: (8, 14)}.get(post, (1, 10))
        worker = CommunityWorker(
            **self.of,
            person=person,
            post=post,
            grade=self.rng.randint(*grades),
            started_on=started_on,
            entry_way=way,
            certificate=self.rng.choice(_CERTIFICATES),
        )
        self.workers.append(worker)
        return worker

    # --- facilities ----------------------------------------------------------------------------------
    def _make_facilities(self) -> None:
        figures, without = self.figures, self.case.without
        share = 7 if figures.has_second_facility else 10
        first = figures.building_area_c * share // 10
        first_activity = figures.activity_area_c * share // 10
        opened = max(self._day(2008, 2023), figures.founded_on)
        self._facility(
            "党群服务中心",
            FacilityKind.COMPREHENSIVE,
            first,
            activity_area_c=None if "activity" in without else first_activity,
            outdoor_area_c=None if "outdoor" in without else figures.outdoor_area_c,
            started_on=opened,
        )
        if figures.has_second_facility:
            recent = self.rng.random() < 0.15
            self._facility(
                "便民服务站",
                FacilityKind.STATION,
                figures.building_area_c - first,
                activity_area_c=None if "activity" in without else figures.activity_area_c - first_activity,
                outdoor_area_c=None if "outdoor" in without else 0,
                started_on=date(2026, 3, 20) if recent else max(opened, self._day(2015, 2025)),
            )
        if figures.has_embedded_facility:
            area = self.rng.randint(80, 260) * 100
            self._facility("嵌入式养老托育点", FacilityKind.EMBEDDED, area, started_on=self._opened_lately())
        if self.case.later_area_c:
            self._facility(
                "新建活动中心",
                FacilityKind.COMPREHENSIVE,
                self.case.later_area_c,
                activity_area_c=self.case.later_area_c * 7 // 10,
                started_on=date(2026, 8, 18),
            )
        if self.rng.random() < 0.12:
            area = self.rng.randint(90, 300) * 100
            ended_on = self._day(2022, 2025)
            self._facility("旧办公用房", FacilityKind.COMPREHENSIVE, area, ended_on=ended_on)

    def _opened_lately(self) -> date:
        return max(self._day(2023, 2025), self.figures.founded_on)

    def _facility(self, what: str, kind: str, area: int, **given: object) -> None:
        ways = [ProvisionWay.NEW_BUILD, ProvisionWay.ALLOCATION, ProvisionWay.LEASE, ProvisionWay.HANDOVER]
        way = self.rng.choice(ways)
        name = f"{MARK}{self.name}社区{what}"
        facility = Facility(**self.of, name=name, kind=kind, building_area_c=area, provision_way=way, **given)
        self.facilities.append(facility)

    # --- compounds and organisations -----------------------------------------------------------------
    def _make_compounds(self) -> None:
        figures = self.figures
        names = self.rng.sample(_COMPOUNDS, figures.compounds)
        share, rest = divmod(figures.households, figures.compounds)
        for number, name in enumerate(names):
            managed = PropertyKind.NONE if number < figures.unmanaged else self.rng.choice(_MANAGED)
            unknown = "property" in self.case.without and number == 0
            households = share + (rest if number == 0 else 0)
            self.compounds.append(
                Compound(
                    **self.of,
                    name=f"{MARK}{name}",
                    households=households,
                    buildings=max(1, households // 60),
                    started_on=self._day(1982, 2020),
                    property_kind="" if unknown else managed,
                    has_owners_committee=managed in {PropertyKind.COMMERCIAL, PropertyKind.OWNERS}
                    and self.rng.random() < 0.6,
                )
            )
        if self.rng.random() < 0.1:
            self.compounds.append(
                Compound(
                    **self.of,
                    name=f"{MARK}待拆平房院",
                    households=self.rng.randint(20, 90),
                    started_on=date(1975, 6, 1),
                    property_kind=PropertyKind.NONE,
                    ended_on=self._day(2021, 2025),
                )
            )

    def _make_organisations(self) -> None:
        figures, case = self.figures, self.case
        names = self.rng.sample(_ORGANISATIONS, figures.organisations + case.later_organisations)
        for number, (name, kind) in enumerate(names):
            later = number >= figures.organisations
            founded = date(2026, 8, 10) if later else max(self._day(2016, 2025), figures.founded_on)
            self.organisations.append(
                SocialOrganisation(
                    **self.of,
                    name=f"{MARK}{self.name}社区{name}",
                    kind=kind,
                    status=OrganisationStatus.REGISTERED if number % 4 == 0 else OrganisationStatus.FILED,
                    started_on=founded,
                    ended_on=date(2026, 8, 31) if number < case.later_organisations_ended else None,
                )
            )
        if self.rng.random() < 0.2:
            self.organisations.append(
                SocialOrganisation(
                    **self.of,
                    name=f"{MARK}{self.name}社区老年秧歌队",
                    kind=OrganisationKind.CULTURE_SPORT,
                    status=OrganisationStatus.FILED,
                    started_on=date(2014, 5, 1),
                    ended_on=self._day(2021, 2025),
                )
            )
