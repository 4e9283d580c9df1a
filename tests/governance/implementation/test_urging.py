"""督办 by levels, local assignment, and the names of units."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from governance.accounts.models import Unit
from governance.accounts.roles import Role
from governance.audit.models import Event
from governance.implementation.assigning import assign_locally, forget_name, name_unit, release
from governance.implementation.models import Entry, Undertaking, UrgingLevel
from governance.implementation.units import names_of, plain_names, responsibles
from governance.implementation.urging import answer, close, next_level, urge
from governance.policies.loader import load_policies
from governance.policies.models import Measure
from tests.factories import make_user
from tests.governance.implementation.conftest import DAY

DUE = DAY + timedelta(days=10)


@pytest.fixture
def urged(measured_tree, measure, user_of):
    def make(key="u1", level="remind", unit_name="区住建局", **changes) -> Undertaking:
        given = {
            "user": user_of(Role.COUNTY_STAFF),
            "division": measured_tree.county,
            "measure": measure,
            "unit_name": unit_name,
            "level": level,
            "text": "请尽快报送进展",
            "due_on": DUE,
            "key": key,
            "today": DAY,
        }
        return urge(**{**given, **changes})

    return make


def test_from_reminding_to_closing(urged, department, user_of):
    row = urged()
    assert urged() == row and Entry.objects.count() == 1, "an equal request is kept once"
    assert next_level(row.level) == UrgingLevel.SUPERVISE
    assert answer(user=department, undertaking=row, text="本周内报送", key="a1")
    assert not answer(user=department, undertaking=row, text="本周内报送", key="a1")
    row = urged(key="u2", level=next_level("remind"))
    assert (row.level, row.is_answered) == ("supervise", False), "raised, it waits for an answer again"
    with pytest.raises(ValidationError, match="不能再降低"):
        urged(key="u3", level="remind")
    staff = user_of(Role.COUNTY_STAFF)
    assert close(user=staff, undertaking=row, key="c1")
    assert not close(user=staff, undertaking=row, key="c1")
    row.refresh_from_db()
    assert (row.level, row.urged_due_on) == ("", None)
    assert [each.kind for each in row.entries.all()] == ["urge", "answer", "urge", "close"]
    assert Event.objects.filter(object_type="implementation.undertaking").count() == 4
    with pytest.raises(ValidationError, match="已经办结"):
        answer(user=department, undertaking=row, text="补充", key="a2")


def test_who_may_urge_answer_and_close(urged, department, user_of, measured_tree):
    for role in (Role.STREET_LEAD, Role.DEPARTMENT, Role.UPPER_READER):
        with pytest.raises(PermissionDenied):
            urged(user=user_of(role))
    with pytest.raises(PermissionDenied):
        urged(division=measured_tree.foreign_county)
    with pytest.raises(ValidationError):
        urged(due_on=DAY - timedelta(days=1))
    row = urged()
    for user in (user_of(Role.STREET_CLERK), user_of(Role.DEPARTMENT)):
        with pytest.raises(PermissionDenied):
            answer(user=user, undertaking=row, text="已办", key="a1")
    street = urged(key="s1", division=measured_tree.street, unit_name="")
    assert answer(user=user_of(Role.STREET_LEAD), undertaking=street, text="已办", key="a1")
    with pytest.raises(PermissionDenied):
        close(user=user_of(Role.STREET_LEAD), undertaking=street, key="c1")


def test_a_local_assignment_outlives_the_packs(measured_tree, user_of):
    measure = Measure.objects.get(code="SX-GOAL-01")
    staff = user_of(Role.COUNTY_STAFF)

    def give(name="区司法局", **changes):
        given = {"user": staff, "division": measured_tree.county, "measure": measure, "unit_name": name}
        return assign_locally(**{**given, "role": "responsible", "key": "x1", **changes})

    row = give()
    assert give(key="x2") == row and Entry.objects.count() == 1, "given once"
    load_policies()
    assert [unit.name for unit in responsibles(measure, [row])] == ["区司法局"]
    with pytest.raises(PermissionDenied):
        give(user=user_of(Role.STREET_LEAD))
    with pytest.raises(ValidationError):
        give(measure=Measure.objects.get(code="RS-PTY-04"), key="x3")
    named = Measure.objects.filter(task__units__name="区住建局").first()
    with pytest.raises(ValidationError, match="已经"):
        give(name="区住建局", measure=named, key="x4")
    assert [release(user=staff, undertaking=row, key="r1") for _ in range(2)] == [True, False]
    row.refresh_from_db()
    assert row.role == ""


def test_by_which_names_documents_mean_a_unit(measured_tree, user_of):
    unit = Unit.objects.create(name="演示莲湖区住房和城乡建设局", division=measured_tree.county)
    user = make_user("someone", Role.DEPARTMENT, measured_tree.county, unit=unit)
    assert plain_names(unit) == {"演示莲湖区住房和城乡建设局", "区住房和城乡建设局"}
    office = Unit(name=f"{measured_tree.street.name}办事处", division=measured_tree.street)
    assert plain_names(office) == {office.name}, "half a word of a street is no name"
    staff = user_of(Role.COUNTY_STAFF)
    assert [name_unit(user=staff, unit=unit, name="区住建局") for _ in range(2)] == [True, False]
    assert "区住建局" in names_of(user)
    with pytest.raises(PermissionDenied):
        name_unit(user=user_of(Role.STREET_LEAD), unit=unit, name="区民政局")
    assert forget_name(user=staff, unit=unit, name="区住建局")
    assert "区住建局" not in names_of(user)
