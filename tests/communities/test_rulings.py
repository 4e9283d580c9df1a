"""Rulings on areas of unclear management: what they change in the registry, and what they refuse."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from communities.founding import found_community
from communities.models import Community, Compound
from communities.rulings import names_it
from governance.accounts.roles import Role
from governance.audit.models import Event
from governance.divisions.clock import today
from governance.divisions.services import give_official_code
from governance.records import attachments
from governance.records.models import Attachment
from governance.workflows.models import Case, CaseState
from tests.communities.boundaries import put_in_force, square
from tests.governance.workflows.makers import PDF, Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(measured_tree, user_of) -> Office:
    return Office(measured_tree, user_of)


def ruled(office: Office, slug: str = "lh-ruling", **given) -> Case:
    """A case that waits for the street to carry the ruling out."""
    case = office.bring_to(office.open(slug, name="演示三角地"), "ruling")
    return office.finish(case, "ruling", **{"east": "", **given})


def compound(office: Office, code: str, name: str = "演示小区") -> Compound:
    return Compound.objects.create(division=office.tree[code], name=name, households=90, started_on=today())


def test_the_sides_and_compounds_go_to_the_community(office: Office):
    going, staying = compound(office, "610104002001"), compound(office, "610104002001", "演示别苑")
    user = office.user_of(Role.STREET_CLERK, office.tree["610104002"])
    paper = attachments.take(user=user, row=going, name="图.pdf", content=PDF)
    case = ruled(office, east="演示铁路", north="演示渠", compounds="演示小区")
    home = office.tree.community
    assert case.result == home
    case = office.finish(case, "applied")
    assert case.state == CaseState.DONE
    community = Community.objects.get(division=home)
    assert (community.boundary_east, community.boundary_north) == ("演示铁路", "演示渠")
    going.refresh_from_db()
    staying.refresh_from_db()
    assert going.division == home and going.path == home.path and going.version == 2
    assert staying.division.code == "610104002001"
    assert Attachment.objects.get(pk=paper.pk).path == home.path
    told = [event.detail for event in Event.objects.filter(object_id=str(going.pk)) if event.detail]
    assert {"moved_from": "610104002001", "moved_to": home.code} in told


def test_what_the_ruling_names_must_exist(office: Office):
    for given, text in (
        ({"code": "610104001999"}, "本区没有代码为 610104001999 的社区"),
        ({"code": "610102001001"}, "本区没有代码为 610102001001 的社区"),
        ({"compounds": "没有的小区"}, "小区台账里没有“没有的小区”"),
    ):
        with pytest.raises(ValidationError, match=text):
            ruled(office, **given)
        Case.objects.update(state=CaseState.WITHDRAWN, closed_at="2026-01-01T00:00Z")
    for code in ("610104002001", "610104002002"):
        compound(office, code)
    with pytest.raises(ValidationError, match="有多个社区登记了“演示小区”（庙后街社区、化觉巷社区）"):
        ruled(office, compounds="演示小区")


def test_an_ended_namesake_and_too_long_a_side_are_refused_at_the_ruling(office: Office):
    ended, _ = compound(office, "610104001001"), compound(office, "610104002001")
    ended.ended_on = today()
    ended.save()
    with pytest.raises(ValidationError, match="“莲湖路社区”已有同名小区“演示小区”"):
        ruled(office, compounds="演示小区")
    Case.objects.update(state=CaseState.WITHDRAWN, closed_at="2026-01-01T00:00Z")
    with pytest.raises(ValidationError, match="“东至”最多 100 字"):
        ruled(office, east="路" * 101)


def test_a_code_that_became_official_meanwhile_still_names_the_community(office: Office):
    clerk = office.user_of(Role.STREET_CLERK)
    found = found_community(
        user=clerk, street=office.tree.street, name="新桃园社区", opened_on=today(), basis="1"
    )
    case = ruled(office, code=found.division.code, east="演示铁路")
    give_official_code(division=found.division, code="610104001077", reason="2026 年代码")
    assert office.finish(case, "applied").state == CaseState.DONE
    found.refresh_from_db()
    assert found.boundary_east == "演示铁路"


def test_a_compound_that_is_at_home_already_changes_nothing(office: Office):
    compound(office, "610104001001")
    case = ruled(office, compounds="演示小区")
    with pytest.raises(ValidationError, match="边界还没有按裁定修改"):
        office.finish(case, "applied")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("裁定书 莲民裁〔2026〕3号", True),
        ("莲民裁 [2026] 3号", True),
        ("莲民裁（2026）3号", True),
        ("莲民裁〔2026〕13号", False),
        ("", False),
    ],
)
def test_a_number_is_found_whatever_its_brackets(text: str, names: bool):
    assert names_it("莲民裁〔2026〕3号", text) is names
    assert names_it("3号", "莲民裁〔2026〕13号") is False


def test_a_ruling_that_changes_nothing_must_be_drawn(office: Office):
    case = ruled(office, number="莲民裁〔2026〕3号")
    with pytest.raises(ValidationError, match="“莲湖路社区”的边界还没有按裁定修改"):
        office.finish(case, "applied")
    clerk = office.user_of(Role.STREET_CLERK)
    put_in_force(clerk, office.tree.community, square(0, 0))
    with pytest.raises(ValidationError, match="莲民裁〔2026〕3号"):
        office.press(case, "applied")
    put_in_force(clerk, office.tree.community, square(0, 0, 2), basis="裁定书 莲民裁〔2026〕3号", base=1)
    assert office.press(case, "applied").state == CaseState.DONE


def test_an_area_ruled_to_another_district_changes_nothing_here(office: Office):
    with pytest.raises(ValidationError, match="请填写管理社区代码"):
        ruled(office, "lh-outer-ruling", code="", west="演示河")
    Case.objects.update(state=CaseState.WITHDRAWN, closed_at="2026-01-01T00:00Z")
    case = ruled(office, "lh-outer-ruling", code="")
    assert case.result is None
    assert office.finish(case, "applied").state == CaseState.DONE
    assert not Community.objects.exclude(boundary_east="").exists()
