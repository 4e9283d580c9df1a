"""What cases ask of the facility registry."""

from __future__ import annotations

from collections.abc import Iterable

from facilities.models import Facility
from governance.workflows.hooks import Finishing, register_gate


def premises_registered(doing: Finishing) -> Iterable[str]:
    """The premises stand in the registry of the community (LH-EST-07)."""
    if doing.case.result_id is None:
        yield "社区还没有批准设立，不能登记阵地。"
    elif not Facility.objects.active_on(doing.on).filter(division=doing.case.result_id).exists():
        yield "服务设施里还没有这个社区的阵地，请先在社区档案登记。"


def register() -> None:
    register_gate("premises_registered", premises_registered)
