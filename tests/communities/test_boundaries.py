"""Saving boundaries and their pages: versions, overlaps, rights, and what each page says."""

import json
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from communities.boundaries.keeping import save
from communities.models import CommunityBoundary
from governance.accounts import options
from governance.accounts.models import Setting
from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.divisions.models import Division
from tests.communities.boundaries import drawn, put_in_force, square
from tests.factories import Tree, make_division

RULED = {"overlap_reason": "历史飞地", "overlap_ruling": "莲民裁〔2026〕3号"}


@pytest.fixture
def clerk(user_of):
    return user_of(Role.STREET_CLERK)


def second(tree: Tree) -> Division:
    return tree["610104001002"]


def refusal(**kwargs) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        save(**kwargs)
    return refused.value.message_dict


def url(name: str, division: Division) -> str:
    return reverse(f"communities:{name}", args=[division.code])


def data(geometry=None, **changes) -> dict[str, str]:
    first = {
        "geojson": json.dumps(geometry or square(0, 0)),
        "system": "cgcs2000",
        "basis": "莲政发〔2026〕1号",
    }
    return first | {"effective_from": "20260101"} | changes


def test_versions_follow_each_other_and_one_is_in_force(tree: Tree, clerk):
    first = put_in_force(clerk, tree.community, square(0, 0))
    assert (first.number, first.state, first.vertices, first.path) == (1, "current", 4, tree.community.path)
    assert 10_210 <= first.area_m2 <= 10_220 and 400 <= first.perimeter_m <= 410
    draft = save(
        user=clerk, division=tree.community, drawn=drawn(square(0, 0, 2), base=1, basis=""), in_force=False
    )
    again = save(user=clerk, division=tree.community, drawn=drawn(square(0, 0, 3), base=2), in_force=False)
    last = put_in_force(clerk, tree.community, square(0, 0, 2), base=3, effective_from=date(2026, 6, 1))
    states = dict(CommunityBoundary.objects.values_list("number", "state"))
    assert states == {1: "replaced", 2: "dropped", 3: "dropped", 4: "current"}
    first.refresh_from_db()
    assert first.ended_on == date(2026, 6, 1)
    in_force = [
        CommunityBoundary.objects.in_force_on(day).get() for day in (date(2026, 5, 31), date(2026, 6, 1))
    ]
    assert in_force == [first, last] and draft.number + 1 == again.number == 3
    assert not CommunityBoundary.objects.in_force_on(date(2025, 12, 31)).exists()
    events = Event.objects.filter(object_type="communities.communityboundary").order_by("pk")
    assert [event.kind for event in events] == [EventKind.CREATE, *[EventKind.CHANGE] * 3]
    assert events[3].before["number"] == 3 and events[3].after["area_m2"] == last.area_m2
    assert {event.path for event in events} == {tree.community.path} and "geometry" not in events[0].after


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"basis": ""}, "basis", "存为草稿"),
        ({"effective_from": None}, "effective_from", "生效日期"),
        ({"effective_from": date(2099, 1, 1)}, "effective_from", "不能晚于今天"),
        ({"system": ""}, "system", "坐标系"),
        ({"base": 7}, "__all__", "对照"),
    ],
)
def test_what_is_missing_is_told_at_its_field(tree: Tree, clerk, changes, field, words):
    found = (
        refusal(user=clerk, division=tree.community, drawn=drawn(square(0, 0), **changes), in_force=True)
        if field != "__all__"
        else None
    )
    if found is None:
        with pytest.raises(ValidationError, match=words):
            put_in_force(clerk, tree.community, square(0, 0), **changes)
    else:
        assert list(found) == [field] and words in found[field][0]
    assert not CommunityBoundary.objects.exists() and not Event.objects.filter(kind=EventKind.CREATE).exists()


def test_a_version_saved_meanwhile_is_not_overwritten(tree: Tree, clerk, user_of):
    put_in_force(clerk, tree.community, square(0, 0))
    other = user_of(Role.STREET_LEAD)
    put_in_force(other, tree.community, square(0, 0, 2), base=1)
    with pytest.raises(ValidationError, match="street_lead刚刚保存了第 2 版"):
        put_in_force(clerk, tree.community, square(0, 0, 3), base=1)
    with pytest.raises(ValidationError, match="不能早于现行第 2 版的 2026-01-01"):
        put_in_force(clerk, tree.community, square(0, 0), base=2, effective_from=date(2025, 1, 1))


def test_known_coordinates_are_not_shifted_a_second_time(tree: Tree, clerk):
    put_in_force(clerk, tree.community, square(0, 0))
    found = refusal(
        user=clerk, division=tree.community, drawn=drawn(square(0, 0), system="gcj02", base=1), in_force=True
    )
    assert "不需要再换算" in found["system"][0]
    moved = put_in_force(clerk, tree.community, square(0.1, 0), system="gcj02", base=1)
    west = moved.geometry["coordinates"][0][0][0]
    assert moved.source_system == "gcj02" and 108.894 < west < 108.897


def test_an_overlap_needs_a_ruling(tree: Tree, clerk, user_of):
    county = user_of(Role.COUNTY_STAFF)
    put_in_force(clerk, tree.community, square(0, 0))
    put_in_force(county, tree["610104002001"], square(3, 0))
    wide = {"division": second(tree), "user": clerk}
    found = refusal(**wide, drawn=drawn(square(0.5, 0, 3)), in_force=True)
    assert set(found) == {"geojson", "overlap_reason", "overlap_ruling"}
    text = "".join(found["geojson"])
    assert "“莲湖路社区”（610104001001）重叠 5,1" in text and "“庙后街社区”（610104002001）重叠 5,1" in text
    assert list(refusal(**wide, drawn=drawn(square(0.5, 0, 3), overlap_reason="飞地"), in_force=True)) == [
        "geojson",
        "overlap_ruling",
    ]
    draft = save(**wide, drawn=drawn(square(0.5, 0, 3)), in_force=False)
    assert draft.state == "draft"
    ruled = put_in_force(clerk, second(tree), square(0.5, 0, 3), base=1, **RULED)
    assert (ruled.state, ruled.overlap_ruling) == ("current", "莲民裁〔2026〕3号")
    free = put_in_force(clerk, second(tree), square(1, 0, 2), base=2, **RULED)
    assert free.overlap_ruling == "", "nothing overlaps, so nothing was ruled"


def test_the_tolerance_is_a_setting_and_closed_communities_do_not_count(tree: Tree, clerk):
    put_in_force(clerk, tree.community, square(0, 0))
    Setting.objects.create(key="boundary_tolerance", value=6_000)
    options.forget()
    ruled = put_in_force(clerk, second(tree), square(0.5, 0))
    Setting.objects.all().delete()
    options.forget()
    with pytest.raises(ValidationError, match="重叠"):
        put_in_force(clerk, second(tree), square(0.5, 0), base=1)
    Division.objects.filter(pk=tree.community.pk).update(closed_on=timezone.localdate())
    assert put_in_force(clerk, second(tree), square(0.4, 0), base=1).number == ruled.number + 1
    tree.community.refresh_from_db()
    with pytest.raises(ValidationError, match="已撤销"):
        put_in_force(clerk, tree.community, square(0, 0), base=1)


def test_only_who_may_change_the_community_saves(tree: Tree, clerk, user_of):
    for user, place in (
        (user_of(Role.COMMUNITY), tree.community),
        (user_of(Role.DEPARTMENT), tree.community),
        (user_of(Role.UPPER_READER), tree.community),
        (clerk, tree.foreign_community),
    ):
        with pytest.raises(PermissionDenied):
            put_in_force(user, place, square(0, 0))


def test_the_page_of_a_community(tree: Tree, clerk, client_of):
    page = client_of(Role.STREET_CLERK).get(url("boundary", tree.community)).content.decode()
    assert "尚未绘制边界" in page and "绘制边界" in page and '<svg class="chart map-svg"' not in page
    put_in_force(clerk, tree.community, square(0, 0))
    put_in_force(clerk, second(tree), square(0.5, 0), **RULED)
    tree.community.community.boundary_east = "北大街"
    tree.community.community.save()
    page = client_of(Role.STREET_CLERK).get(url("boundary", tree.community)).content.decode()
    for words in (
        "北大街",
        "108.9000000",
        "34.2610000",
        "莲政发〔2026〕1号",
        "与“习武园社区”",
        "map-overlap",
    ):
        assert words in page
    assert "&quot;type&quot;: &quot;Polygon&quot;" in page, "to be copied"
    assert "修改边界" in page and 'id="map-data"' in page and page.count("map-svg") == 1
    # A community may look, and sees no outline of another one, but is told of the overlap.
    page = client_of(Role.COMMUNITY).get(url("boundary", tree.community)).content.decode()
    assert "修改边界" not in page and "与“习武园社区”" in page and '"other"' not in page
    answers = [
        client_of(Role.COMMUNITY).get(url("boundary", place))
        for place in (second(tree), tree.foreign_community)
    ]
    assert {answer.status_code for answer in answers} == {404}


def test_earlier_versions_can_be_opened(tree: Tree, clerk, client_of):
    put_in_force(clerk, tree.community, square(0, 0))
    put_in_force(clerk, tree.community, square(4, 0), base=1)
    client = client_of(Role.DEPARTMENT)
    page = client.get(url("boundary", tree.community) + "?version=1").content.decode()
    assert "108.9000000" in page and "已替代" in page and "现行第 2 版" in page
    assert client.get(url("boundary", tree.community) + "?version=9").status_code == 404


def test_a_street_shows_who_has_none_and_what_is_wrong(tree: Tree, clerk, client_of):
    street = client_of(Role.STREET_CLERK)
    page = street.get(url("boundary", tree.street)).content.decode()
    assert "已画 0 个，共 2 个社区" in page and "未画边界" in page
    put_in_force(clerk, tree.community, square(0, 0))
    put_in_force(clerk, second(tree), square(0.5, 0), **RULED)
    page = street.get(url("boundary", tree.street)).content.decode()
    assert "已画 2 个，共 2 个社区；面积合计 20,4" in page and "未画边界" not in page
    assert "“莲湖路社区”与“习武园社区”重叠 5,1" in page and page.count("重叠 5,1") == 3
    assert "裁定：莲民裁〔2026〕3号" in page
    county = client_of(Role.COUNTY_STAFF).get(url("boundary", tree.county)).content.decode()
    assert "已画 2 个，共 4 个社区" in county and "100.00%" in county and "50.00%" in county
    assert street.get(url("boundary", tree.other_street)).status_code == 404
    upper = client_of(Role.UPPER_READER).get(url("boundary", tree.city))
    assert upper.url == tree.city.get_absolute_url()


def test_a_gap_in_a_street_is_told(tree: Tree, clerk, client_of):
    ring = square(0, 0, 3, 3)
    ring["coordinates"].append(square(1, 1)["coordinates"][0][::-1])
    put_in_force(clerk, tree.community, ring)
    page = client_of(Role.STREET_CLERK).get(url("boundary", tree.street)).content.decode()
    assert "“莲湖路社区”之间有 10,2" in page and "不属于任何社区" in page


def test_the_form_saves_refuses_and_keeps_what_was_typed(tree: Tree, clerk, client_of):
    client, address = client_of(Role.STREET_CLERK), url("boundary_edit", second(tree))
    put_in_force(clerk, tree.community, square(0, 0))
    page = client.get(address)
    assert "相邻社区" in page.content.decode() and page.context["form"]["base"].value() is None
    refused = client.post(address, data(square(0.5, 0)))
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "与“莲湖路社区”（610104001001）重叠" in text and "108.9005" in text and "map-overlap" in text
    token = page.context["form"]["_token"].value()
    for _ in range(3):
        response = client.post(address, data(square(0.5, 0), draft="1", _token=token))
        assert response.url == url("boundary", second(tree)) + "?version=1"
    assert CommunityBoundary.objects.filter(division=second(tree)).get().state == "draft"
    page = client.get(response.url).content.decode()
    assert "已存为草稿" in page and "草稿" in page
    form = client.get(address).context["form"]
    assert form["base"].value() == 1 and form["basis"].value() == "莲政发〔2026〕1号"
    assert client.post(address, data(square(1, 0), base="1")).status_code == 302
    assert CommunityBoundary.objects.current().filter(division=second(tree)).get().number == 2


def test_a_file_takes_the_place_of_the_field(tree: Tree, client_of):
    client, address = client_of(Role.STREET_CLERK), url("boundary_edit", tree.community)

    def send(content: bytes, **changes: str):
        file = SimpleUploadedFile("边界.geojson", content)
        return client.post(address, data(geojson="") | changes | {"file": file})

    for content, words in (
        ("边界".encode("gb18030"), "UTF-8"),
        (b" " * (600 * 1024), "512 KB"),
        (b"{}", "Polygon"),
    ):
        answer = send(content)
        assert answer.status_code == 422 and words in answer.content.decode()
    answer = send(json.dumps(square(0, 0)).encode(), system="")
    assert answer.status_code == 422 and "108.9" in answer.context["form"]["geojson"].value()
    assert send(json.dumps(square(0, 0)).encode()).status_code == 302


def test_rights_on_the_form(tree: Tree, client_of):
    clerk = client_of(Role.STREET_CLERK)
    for place in (tree.foreign_community, tree["610104002001"]):
        assert clerk.get(url("boundary_edit", place)).status_code == 404
        assert clerk.post(url("boundary_edit", place), data()).status_code == 404
    assert clerk.get(url("boundary_edit", tree.street)).status_code == 404
    for role in (Role.COMMUNITY, Role.DEPARTMENT, Role.UPPER_READER):
        assert client_of(role).post(url("boundary_edit", tree.community), data()).status_code == 403
    assert not CommunityBoundary.objects.exists()
    day = (timezone.localdate() + timedelta(days=1)).isoformat()
    late = clerk.post(url("boundary_edit", tree.community), data(effective_from=day))
    assert late.status_code == 422 and "不能晚于今天" in late.content.decode()


def test_pages_take_as_many_statements_for_many_boundaries(tree: Tree, clerk, client_of):
    client = client_of(Role.STREET_CLERK)
    addresses = [
        url("boundary", tree.street),
        url("boundary", tree.community),
        url("boundary_edit", tree.community),
    ]

    def statements() -> list[int]:
        taken = []
        for address in addresses:
            for _ in range(2):  # what a process learns once is no cost of the page
                with CaptureQueriesContext(connection) as queries:
                    assert client.get(address).status_code == 200
            taken.append(len(queries))
        return taken

    put_in_force(clerk, tree.community, square(0, 0))
    few = statements()
    for number in range(5):
        made = make_division(f"61010400105{number}", f"新增{number}社区", tree.street)
        put_in_force(clerk, made, square(number % 3 - 1, 1 + number // 3))
    put_in_force(clerk, tree.community, square(0, 0), base=1)
    assert statements() == few and max(few) <= 15


def test_names_stay_text_on_the_map(tree: Tree, clerk, client_of):
    Division.objects.filter(pk=tree.community.pk).update(name="</script><b>甲")
    put_in_force(clerk, Division.objects.get(pk=tree.community.pk), square(0, 0))
    for place in (tree.community, tree.street):
        page = client_of(Role.STREET_CLERK).get(url("boundary", place)).content.decode()
        assert "</script><b>" not in page and "&lt;/script&gt;&lt;b&gt;甲" in page
        assert "\\u003C/script\\u003E\\u003Cb\\u003E" in page
