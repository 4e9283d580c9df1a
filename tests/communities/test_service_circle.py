"""15分钟便民服务圈: service points on a boundary, what they reach, and the ledgers shown beside the map."""

import json
from datetime import date
from math import pi

import pytest
from django.core.exceptions import ValidationError
from shapely.geometry import box

from communities.boundaries.circle import as_text, reach_of, read_points
from communities.boundaries.coordinates import gcj02_from_wgs84
from communities.boundaries.geojson import ShapeRefused
from communities.boundaries.projection import area_m2, projection_for
from communities.models import CommunityBoundary
from governance.accounts.models import Setting
from governance.accounts.options import forget
from governance.accounts.roles import Role
from governance.ledgers.models import LedgerEntry
from tests.communities.boundaries import put_in_force, square
from tests.factories import Tree

CENTRE = (108.9005, 34.2605)


def test_a_projection_there_and_back_is_the_same():
    for west, south in ((73.5, 39.4), (108.9, 34.26), (110.2, 3.9), (134.7, 48.4)):
        shape = box(west, south, west + 0.02, south + 0.01)
        projection = projection_for(shape)
        assert projection.undo(projection.apply(shape)).bounds == pytest.approx(shape.bounds, abs=1e-10)


def test_the_circle_is_a_circle_of_the_walking_distance(tree: Tree):
    reach = reach_of(box(108.9, 34.26, 108.901, 34.261), [CENTRE])
    assert area_m2(reach.circle) == pytest.approx(pi * 1000**2, rel=0.002)
    assert reach.is_whole and "1 个便民服务点步行 15 分钟（直线 1,000 米）" in reach.text


def test_what_lies_beyond_is_told_and_the_distance_is_a_setting(tree: Tree):
    wide = box(108.90, 34.26, 108.93, 34.28)
    reach = reach_of(wide, [(108.90, 34.26)])
    quarter = pi * 1000**2 / 4
    assert reach.area - reach.outside == pytest.approx(quarter, rel=0.002) and not reach.is_whole
    share = (reach.area - reach.outside) * 100 / reach.area
    assert f"{share:.2f}% 的面积" in reach.text
    two = reach_of(wide, [(108.90, 34.26), (108.93, 34.28)])
    assert two.area - two.outside == pytest.approx(2 * quarter, rel=0.004)
    Setting.objects.create(key="walking_metres", value=800)
    forget()
    assert reach_of(wide, [(108.90, 34.26)]).area - reach.outside > 0
    assert reach_of(wide, [(108.90, 34.26)]).outside > reach.outside
    forget()


def test_without_points_or_boundary_there_is_no_circle():
    assert reach_of(box(0, 0, 1, 1), []) is None and reach_of(None, [CENTRE]) is None


def test_points_are_converted_like_the_boundary():
    east, north = gcj02_from_wgs84(CENTRE)
    assert read_points(f"{east},{north}", "gcj02") == [pytest.approx(CENTRE, abs=1e-6)]
    typed = read_points("108.9005，34.2605\n\n 108.9006 34.2606", "cgcs2000")
    assert as_text(typed) == "108.9005,34.2605\n108.9006,34.2606"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("108.9", "第 1 个便民服务点“108.9”应为“经度,纬度”"),
        ("108.9,34.2\n东门", "第 2 个便民服务点“东门”应为"),
        ("34.26,108.9", "不在我国范围内，请核对，先经度后纬度"),
        ("nan,34", "不在我国范围内"),
        ("\n".join(["108.9,34.2"] * 21), "最多 20 个，现有 21 个"),
    ],
)
def test_what_is_no_point_is_refused_with_its_place(text: str, words: str):
    with pytest.raises(ShapeRefused, match=words):
        read_points(text, "cgcs2000")


def test_from_the_form_to_the_page(tree: Tree, client_of):
    clerk, code = client_of(Role.STREET_CLERK), tree.community.code
    sent = {
        "geojson": json.dumps(square(0, 0)),
        "system": "cgcs2000",
        "effective_from": "20260101",
        "basis": "莲政发〔2026〕1号",
    }
    wrong = clerk.post(f"/communities/{code}/boundary/edit/", sent | {"points": "东门"})
    assert wrong.status_code == 422 and "东门" in wrong.context["form"].errors["points"][0]
    assert not CommunityBoundary.objects.exists()
    assert (
        clerk.post(f"/communities/{code}/boundary/edit/", sent | {"points": "108.9005,34.2605"}).status_code
        == 302
    )
    page = clerk.get(f"/communities/{code}/boundary/").content.decode()
    assert "全部面积都在 1 个便民服务点步行 15 分钟" in page and 'stroke="#1b6e3c"' in page
    form = clerk.get(f"/communities/{code}/boundary/edit/").context["form"]
    assert form["points"].value() == "108.9005,34.2605"


def test_a_service_refuses_what_is_no_point(tree: Tree, user_of):
    with pytest.raises(ValidationError, match="应为“经度,纬度”"):
        put_in_force(user_of(Role.STREET_CLERK), tree.community, square(0, 0), points="x")


def test_ledgers_on_the_boundary_stand_beside_the_map(measured_tree: Tree, client_of):
    clerk, community = client_of(Role.STREET_CLERK), measured_tree.community
    address = f"/communities/{community.code}/boundary/"
    before = clerk.get(address)
    assert [(each.ledger.code, each.answer) for each in before.context["besides"]] == [
        ("LH-BND-01", "尚未录入"),
        ("LH-BND-04", "尚未录入"),
        ("LH-BND-05", "尚未录入"),
    ]
    assert f"/records/lh-bnd-04/add/?area={community.code}" in before.content.decode()
    for day, status in ((date(2026, 1, 1), "all"), (date(2026, 3, 1), "part")):
        entry = LedgerEntry.objects.create(
            division=community, code="LH-BND-04", name=f"核实{status}", started_on=day, status=status
        )
    after = clerk.get(address)
    shown = {each.ledger.code: each for each in after.context["besides"]}["LH-BND-04"]
    assert (shown.answer, shown.is_open, shown.entry) == ("尚未全部到位", True, entry)
    assert f"/records/lh-bnd-04/{entry.pk}/" in after.content.decode()
    entry.voided_on = date(2026, 3, 2)
    entry.save()
    again = {each.ledger.code: each for each in clerk.get(address).context["besides"]}["LH-BND-04"]
    assert (again.answer, again.is_open) == ("三项都到位", False)
    reader = client_of(Role.UPPER_READER).get(address).content.decode()
    assert f"/records/lh-bnd-05/add/?area={community.code}" not in reader
