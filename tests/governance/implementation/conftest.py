"""A department and the two of the bureau who work with it."""

from collections.abc import Callable
from datetime import date

import pytest

from governance.accounts.models import Unit, User
from governance.accounts.roles import Role
from governance.implementation.models import Undertaking
from governance.implementation.progress import Progress, decide, report
from governance.policies.models import Measure
from tests.factories import Tree, make_user

DAY = date(2026, 6, 1)
PDF = b"%PDF-1.7 evidence %%EOF"


@pytest.fixture
def measure(measured_tree: Tree) -> Measure:
    """The first measure of 莲湖区 that the document gives to 区住建局."""
    found = Measure.objects.filter(document__code="LH", task__units__name="区住建局").order_by("order")
    return found.select_related("document__jurisdiction", "task", "clause", "standard").first()


@pytest.fixture
def department(measured_tree: Tree) -> User:
    """A user of 莲湖区住建局, which documents call 区住建局."""
    unit = Unit.objects.create(name="莲湖区住建局", division=measured_tree.county)
    return make_user("housing", Role.DEPARTMENT, measured_tree.county, unit=unit)


@pytest.fixture
def send(measured_tree: Tree, measure: Measure, department: User) -> Callable[..., Undertaking]:
    """`send(text="…", key="k1")`: a report of the department on its measure."""

    def make(text: str = "已完成入户核对", key: str = "k1", **changes) -> Undertaking:
        user = changes.pop("user", department)
        unit_name = changes.pop("unit_name", "区住建局")
        division = changes.pop("division", measured_tree.county)
        progress = Progress(**{"status": "under_way", "text": text, **changes})
        return report(
            user=user,
            division=division,
            measure=measure,
            unit_name=unit_name,
            progress=progress,
            key=key,
            today=DAY,
        )

    return make


@pytest.fixture
def accept(user_of: Callable[..., User]) -> Callable[..., bool]:
    """`accept(undertaking)`; with `remark` it is returned."""

    def make(undertaking: Undertaking, remark: str = "", key: str = "d1") -> bool:
        undertaking.refresh_from_db()
        return decide(
            user=user_of(Role.COUNTY_STAFF),
            undertaking=undertaking,
            report_id=undertaking.latest_id,
            accept=not remark,
            remark=remark,
            key=key,
        )

    return make
