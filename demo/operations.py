"""What the demonstration's users did with the ledger: corrections, comings and goings, a voided duplicate.

Every change goes through the services of the forms, so that histories, versions and events are real ones. The
rows are chosen by their order; nothing a boundary case (cases.py) is about is touched.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from communities.choices import OrganisationStatus
from demo.people import MARK, invented_id
from facilities.choices import ProvisionWay
from governance.accounts.models import User
from governance.exchange.sheets import COMMUNITY_CODE, by_slug
from governance.records.editing import Entry, Saved, save
from governance.records.forms import cell_text
from governance.records.moving import move
from governance.records.services import end, restore, void

LEFT, CAME, MOVED = date(2026, 9, 15), date(2026, 9, 16), date(2026, 9, 21)
"""Days in force before the demonstration's second half-year report is drafted."""


class Desk:
    """One user at work on the registries; counts what was changed."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.done = 0

    def row(self, slug: str, code: str, position: int = 0, **given: Any) -> Any:
        """A valid row in force of a community, by its order."""
        sheet = by_slug(slug)
        rows = sheet.model._default_manager.filter(division__code=code, **given)
        if not sheet.is_per_community:
            rows = rows.filter(ended_on=None, voided_on=None)
        related = ["division"] if sheet.link is None else ["division", sheet.link.field]
        return rows.select_related(*related).order_by("pk")[position]

    def change(self, slug: str, row: Any, reason: str, **cells: Any) -> Saved:
        texts = {name: str(value) for name, value in cells.items()}
        return self._save(Entry(by_slug(slug), texts, row, row.version), reason)

    def add(self, slug: str, code: str, reason: str, **cells: Any) -> Any:
        texts = {name: str(value) for name, value in cells.items()}
        return self._save(Entry(by_slug(slug), {COMMUNITY_CODE: code, **texts}), reason).row

    def _save(self, entry: Entry, reason: str) -> Saved:
        saved = save(user=self.user, entry=entry, reason=f"{MARK}：{reason}")
        self.done += saved.changed
        return saved

    def act(self, service: Callable[..., Any], slug: str, row: Any, reason: str, **given: Any) -> None:
        """End, void, restore or move a row."""
        service(user=self.user, sheet=by_slug(slug), row=row, reason=f"{MARK}：{reason}", **given)
        self.done += 1


def work_of_the_clerk(user: User) -> int:
    """What was done in 青年路街道; returns how many changes."""
    desk = Desk(user)
    first = "610104001004"
    community = desk.row("communities", first)
    desk.change(
        "communities",
        community,
        "与派出所核对后更正",
        户籍户数=community.households_registered + 12,
        北至=f"{MARK}新兴北路",
    )
    desk.change("workers", desk.row("workers", first, 1), "本人换号", 手机号="13800009981")
    _raise_grade(desk, first, 2)
    _raise_grade(desk, "610104001009", 1)
    desk.change("grids", desk.row("grids", first), "网格长轮换", 网格长=f"{MARK}钱新五")
    grid = desk.row("grids", "610104001011", 1)
    desk.change("grids", grid, "增配网格员", 网格员数=(grid.staff_count or 0) + 1)
    _other_way(desk, first)
    compound = desk.row("compounds", "610104001010")
    desk.change("compounds", compound, "现场核实楼栋", 楼栋数=compound.buildings + 1)
    _other_status(desk, "610104001013")
    _successor(desk, "610104001009")
    double = desk.add(
        "compounds", first, "新登记", 小区名称=f"{MARK}东苑（重复登记）", 户数=40, 物业类型="社会化物业"
    )
    desk.act(void, "compounds", double, "与已有小区重复登记")
    organisation = desk.row("organisations", "610104001007")
    desk.act(void, "organisations", organisation, "误认为已解散")
    organisation.refresh_from_db()
    desk.act(restore, "organisations", organisation, "经核实仍在活动，恢复")
    _transfer(desk, first, "610104001009")
    return desk.done


def work_of_the_county(user: User) -> int:
    """What the county put right in another street; returns how many changes."""
    desk = Desk(user)
    community = desk.row("communities", "610104005001")
    desk.change(
        "communities", community, "按街道来函更正", 户籍户数=max(1, community.households_registered - 8)
    )
    desk.change("workers", desk.row("workers", "610104005001", 1), "本人换号", 手机号="13800009982")
    _raise_grade(desk, "610104005002", 2)
    _other_way(desk, "610104005003")
    _other_status(desk, "610104005002")
    grid = desk.row("grids", "610104005006", 1)
    desk.change("grids", grid, "核实人口", 人口=(grid.population or 0) + 9)
    organisation = desk.row("organisations", "610104005003", 1)
    desk.act(end, "organisations", organisation, "成员解散，已注销", on=LEFT)
    return desk.done


def _raise_grade(desk: Desk, code: str, position: int) -> None:
    worker = desk.row("workers", code, position)
    grade = worker.grade + 1 if worker.grade < 18 else 17
    desk.change("workers", worker, "年度定级", 级别=grade)


def _other_way(desk: Desk, code: str) -> None:
    facility = desk.row("facilities", code)
    lease = facility.provision_way == ProvisionWay.LEASE
    way = ProvisionWay.ALLOCATION if lease else ProvisionWay.LEASE
    desk.change("facilities", facility, "核对产权资料后更正", 取得方式=way.label)


def _other_status(desk: Desk, code: str) -> None:
    organisation = desk.row("organisations", code)
    registered = organisation.status == OrganisationStatus.REGISTERED
    status = OrganisationStatus.FILED if registered else OrganisationStatus.REGISTERED
    desk.change("organisations", organisation, "核对登记证书后更正", 登记状态=status.label)


def _successor(desk: Desk, code: str) -> None:
    """An ordinary member of the residents' committee leaves and another one takes the seat."""
    member = desk.row("members", code, party_post="", committee_post="member", counts_toward_quota=True)
    desk.act(end, "members", member, "到龄退休", on=LEFT)
    desk.add(
        "members",
        code,
        "补选",
        姓名=f"{MARK}冯新五",
        身份证号=invented_id(11),
        居委会职务="委员",
        专职="是" if member.is_fulltime else "否",
        占职数="是",
        任职日期=CAME,
    )


def _transfer(desk: Desk, source: str, target: str) -> None:
    sheet = by_slug("workers")
    worker = desk.row("workers", source, post="general", entry_way="recruitment")
    cells = {name: cell_text(column, worker) for name, column in sheet.columns.items() if column.path}
    desk.act(move, "workers", worker, "工作需要", cells=cells | {COMMUNITY_CODE: target}, on=MOVED)
