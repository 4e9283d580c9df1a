"""Progress of a department and the bureau on measures: accepted, returned and waiting; and one 督办."""

from __future__ import annotations

from datetime import date, timedelta

from demo.people import MARK
from governance.accounts.models import User
from governance.divisions.models import Division
from governance.exchange.commands import as_user
from governance.implementation.assigning import name_unit
from governance.implementation.models import Undertaking
from governance.implementation.progress import Progress, decide, report
from governance.implementation.urging import urge
from governance.policies.models import Measure

DEPARTMENT, STAFF, COUNTY_LEAD = "demo-department", "demo-staff", "demo-county-lead"
NAME = "区住建局"
"""What documents call the unit of the demonstration's department."""

_OF_DEPARTMENT = (
    ("LH-FAC-06", "done", "已完成三处配套用房的交接清点，交接单已归档"),
    ("LH-FAC-07", "under_way", "已列出欠账小区清单，正在约谈建设单位"),
    ("LH-PROP-01", "under_way", "已为两个无物业小区引入物业企业，正在征求居民意见"),
)
"""Accepted, returned and waiting, in this order."""
_PRINCIPLE = "SX-GOAL-01"
_TOLD = "以街道为单元排查矛盾纠纷，建立社区调解台账，小矛盾在社区化解"
_URGED, _URGED_IN = "LH-FAC-08", timedelta(days=5)


def _measure(code: str) -> Measure:
    return Measure.objects.select_related("document__jurisdiction", "task").get(code=code)


def _report(user: User, area: Division, code: str, unit: str, progress: Progress, today: date) -> Undertaking:
    return report(
        user=user,
        division=area,
        measure=_measure(code),
        unit_name=unit,
        progress=progress,
        key=f"demo-{code}",
        today=today,
    )


def report_and_urge(area: Division, today: date, evidence: tuple[str, bytes]) -> int:
    """Do it all as the demonstration's users; returns how many steps were taken."""
    with as_user(STAFF) as staff:
        department = User.objects.select_related("unit__division").get(username=DEPARTMENT)
        assert department.unit is not None
        name_unit(user=staff, unit=department.unit, name=NAME)
    sent = []
    with as_user(DEPARTMENT) as department:
        for number, (code, status, text) in enumerate(_OF_DEPARTMENT):
            done = today if status == "done" else None
            files = [evidence] if number == 0 else []
            progress = Progress(status, f"{MARK}：{text}", done, files=files)
            sent.append(_report(department, area, code, NAME, progress, today))
    with as_user(COUNTY_LEAD) as lead:
        told = _report(lead, area, _PRINCIPLE, "", Progress("lasting", f"{MARK}：{_TOLD}"), today)
    remarks = {sent[0]: "", sent[1]: f"{MARK}：请补充每个小区的追索期限", told: ""}
    with as_user(STAFF) as staff:
        for row, remark in remarks.items():
            decide(
                user=staff,
                undertaking=row,
                report_id=row.latest_id or 0,
                accept=not remark,
                remark=remark,
                key="demo-decision",
            )
        urge(
            user=staff,
            division=area,
            measure=_measure(_URGED),
            unit_name=NAME,
            level="remind",
            text=f"{MARK}：请尽快报送改造计划和完成时间",
            due_on=today + _URGED_IN,
            key="demo-urge",
            today=today,
        )
    return len(sent) + 1 + len(remarks) + 1
