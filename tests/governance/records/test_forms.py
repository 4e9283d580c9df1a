"""Forms of the registries: adding and changing, errors kept, rights, and saving once."""

import pytest
from django.urls import reverse

from communities.models import Community
from facilities.models import Facility
from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.exchange.sheets import registered
from governance.people.models import Person
from grids.models import Grid
from tests.factories import Tree, make_division
from tests.governance.records.makers import (
    WOMAN,
    make_grid,
    make_member,
    make_person,
    make_worker,
    token_of,
    typed,
    url,
)
from tests.registry import fill_community

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[108.9, 34.2], [108.91, 34.2], [108.91, 34.21], [108.9, 34.21], [108.9, 34.2]]],
}
GRID = {"number": "01", "name": "第1网格", "kind": "居民网格", "households": "300"}


@pytest.fixture
def clerk(client_of):
    return client_of(Role.STREET_CLERK)


def new_grid(tree: Tree, **changes: str) -> dict[str, str]:
    return {"community_code": tree.community.code, **GRID, **changes}


@pytest.mark.parametrize("slug", [sheet.slug for sheet in registered() if sheet.slug != "communities"])
def test_every_registry_has_a_form_with_its_columns(tree: Tree, clerk, slug: str):
    response = clerk.get(url("add", slug), {"area": tree.community.code})
    form = response.context["form"]
    labels = {field.label for field in form.visible_fields()}
    assert labels == {"社区"} | {name for name, column in form.sheet.columns.items() if column.path}
    assert form["community_code"].value() == tree.community.code
    page = response.content.decode()
    assert 'data-draft-key="add:' in page and "style=" not in page and "<script>" not in page


def test_required_columns_carry_a_star_and_choices_an_empty_one(tree: Tree, clerk):
    form = clerk.get(url("add", "grids")).context["form"]
    assert form.fields["name"].required and not form.fields["head"].required
    assert form.fields["party_org"].widget.choices[0] == ("", "未填")
    assert ("居民网格", "居民网格") in form.fields["kind"].widget.choices


def test_a_record_is_added_live_and_logged_as_created(tree: Tree, clerk):
    response = clerk.post(url("add", "grids"), new_grid(tree, staff_count="２"))
    grid = Grid.objects.get()
    assert response.status_code == 302
    assert (grid.division, grid.path, grid.households, grid.staff_count) == (
        tree.community,
        tree.community.path,
        300,
        2,
    )
    event = Event.objects.get(object_type="grids.grid")
    assert (event.kind, event.object_id, event.detail) == (
        EventKind.CREATE,
        str(grid.pk),
        {"origin": "form"},
    )
    assert event.after["households"] == 300
    assert not Event.objects.filter(kind=EventKind.IMPORT).exists()


def test_areas_are_typed_in_square_metres(tree: Tree, clerk):
    data = {
        "community_code": tree.community.code,
        "name": "服务站",
        "kind": "服务站",
        "building_area": "128.45",
        "started_on": "2024年6月30日",
    }
    assert clerk.post(url("add", "facilities"), data).status_code == 302
    facility = Facility.objects.get()
    assert facility.building_area_c == 12845 and facility.started_on.isoformat() == "2024-06-30"
    assert (
        clerk.get(url("change", "facilities", facility)).context["form"]["building_area"].value() == "128.45"
    )


def test_all_errors_stand_at_their_fields_and_what_was_typed_is_kept(tree: Tree, clerk):
    data = new_grid(tree, households="三百", name="", population="5000", ended_on="2024-02-30")
    response = clerk.post(url("add", "grids"), data)
    page = response.content.decode()
    assert response.status_code == 422 and not Grid.objects.exists()
    errors = response.context["form"].errors
    assert set(errors) == {"households", "name", "ended_on"}
    assert "有 3 处需要修改后才能提交" in page and 'value="三百"' in page and 'value="5000"' in page
    assert "“网格名称”是必填项" in errors["name"][0]


def test_an_empty_form_names_everything_that_is_missing(tree: Tree, clerk):
    response = clerk.post(url("add", "grids"), {"households": "三百"})
    errors = response.context["form"].errors
    assert set(errors) == {"community_code", "number", "name", "kind", "households"}
    assert errors["community_code"] == ["请选择社区。"]
    assert errors["number"] == ["“网格编号”是必填项，请填写。"]


def test_adding_a_key_that_exists_leads_to_the_record(tree: Tree, clerk):
    grid = make_grid(tree.community)
    response = clerk.post(url("add", "grids"), new_grid(tree, households="999"))
    assert response.status_code == 422
    assert "本社区已有网格编号为“01”的记录" in response.content.decode()
    assert response.context["existing_url"]
    grid.refresh_from_db()
    assert grid.households == 300 and Grid.objects.count() == 1


def test_a_change_is_logged_with_both_values_and_a_reason(tree: Tree, clerk):
    grid = make_grid(tree.community)
    data = typed("grids", grid, households="320", _reason="入户核实")
    assert clerk.post(url("change", "grids", grid), data).status_code == 302
    grid.refresh_from_db()
    assert (grid.households, grid.version) == (320, 2)
    event = Event.objects.get(kind=EventKind.CHANGE)
    assert (event.before, event.after) == ({"households": 300}, {"households": 320})
    assert (event.reason, event.object_version) == ("入户核实", 2)


def test_an_untouched_form_changes_nothing(tree: Tree, clerk):
    grid = make_grid(tree.community, boundary=SQUARE)
    worker = make_worker(tree.community)
    for slug, row in (("grids", grid), ("workers", worker)):
        response = clerk.post(url("change", slug, row), typed(slug, row), follow=True)
        assert "没有改动" in response.content.decode()
        row.refresh_from_db()
        assert row.version == 1
    assert not Event.objects.filter(kind__in=[EventKind.CHANGE, EventKind.CREATE]).exists()


def test_fields_that_were_not_sent_stay_as_they_are(tree: Tree, clerk):
    grid = make_grid(tree.community, head="演示乙")
    clerk.post(url("change", "grids", grid), {"households": "301", "_version": "1"})
    grid.refresh_from_db()
    assert (grid.households, grid.head, grid.name) == (301, "演示乙", "第1网格")


def test_the_form_of_a_community_keeps_code_and_street(tree: Tree, clerk):
    fill_community(tree.community, households_resident=900)
    row = Community.objects.get(division=tree.community)
    page = clerk.get(url("change", "communities", row))
    assert "community_code" not in page.context["form"].fields
    assert "street" not in page.context["form"].fields
    assert page.context["form"]["name"].value() == "莲湖路社区"
    data = typed("communities", row, households_resident="1000")
    response = clerk.post(url("change", "communities", row), data)
    assert response.status_code == 302
    assert response.url == reverse("communities:detail", args=[tree.community.code])
    row.refresh_from_db()
    assert (row.households_resident, row.usual_name) == (1000, "")


def test_another_usual_name_is_a_notice_after_saving(tree: Tree, clerk):
    row = fill_community(tree.community)
    response = clerk.post(
        url("change", "communities", row), typed("communities", row, name="莲花社区"), follow=True
    )
    assert "保留为惯用名称" in response.content.decode()


def test_personal_fields_are_masked_and_masks_left_alone_change_nothing(tree: Tree, clerk):
    worker = make_worker(tree.community)
    page = clerk.get(url("change", "workers", worker)).content.decode()
    assert WOMAN not in page and "13912345678" not in page
    assert page.count("data-personal") == 2
    assert 'value="1****************0"' in page and 'value="139****5678"' in page
    clerk.post(url("change", "workers", worker), typed("workers", worker, grade="4"))
    worker.refresh_from_db()
    assert (worker.grade, worker.person.id_number, worker.person.phone) == (4, WOMAN, "13912345678")
    event = Event.objects.get(kind=EventKind.CHANGE)
    assert set(event.after) == {"grade"}


def test_a_new_phone_number_is_saved_for_the_person_and_masked_in_the_event(tree: Tree, clerk):
    worker = make_worker(tree.community)
    clerk.post(url("change", "workers", worker), typed("workers", worker, phone="１３８ 0000 1111"))
    assert Person.objects.get().phone == "13800001111"
    assert Event.objects.get(kind=EventKind.CHANGE).after == {"phone": "138****1111"}


def test_a_wrong_check_digit_is_shown_with_what_was_typed_and_masked_nowhere_else(tree: Tree, clerk):
    data = {"community_code": tree.community.code, "name": "演示甲", "id_number": WOMAN[:-1] + "9"}
    response = clerk.post(url("add", "workers"), data | {"started_on": "2024-01-01"})
    assert response.status_code == 422 and response.headers["Cache-Control"] == "no-store"
    assert "校验码不符" in response.context["form"].errors["id_number"][0]
    assert WOMAN[:-1] + "9" in response.content.decode()
    assert not Person.objects.exists()


def test_sex_and_birth_date_follow_from_the_number(tree: Tree, clerk):
    data = {
        "community_code": tree.community.code,
        "name": "演示甲",
        "id_number": WOMAN,
        "is_fulltime": "是",
        "counts_toward_quota": "是",
        "started_on": "20240101",
    }
    assert clerk.post(url("add", "members"), data).status_code == 302
    person = Person.objects.get()
    assert (person.sex, person.birth_date) == ("female", "1984-02-29")


def test_a_second_person_of_the_same_name_needs_a_number(tree: Tree, clerk):
    make_member(tree.community, make_person("演示甲"))
    data = {
        "community_code": tree.community.code,
        "name": "演示甲",
        "is_fulltime": "是",
        "counts_toward_quota": "是",
        "started_on": "2024-05-01",
    }
    response = clerk.post(url("add", "members"), data)
    assert response.status_code == 422
    assert "不是同一人的，两人都要填写身份证号" in response.content.decode()


def test_somebody_in_office_elsewhere_is_told_after_saving(tree: Tree, clerk):
    """Within the user's scope; what lies outside is not spoken of."""
    data = {"name": "演示甲", "id_number": WOMAN, "started_on": "2026-05-01"}
    make_worker(tree.foreign_community)
    here = clerk.post(url("add", "workers"), data | {"community_code": tree.community.code}, follow=True)
    assert "还有一条没有离职日期的记录" not in here.content.decode()
    there = clerk.post(url("add", "workers"), data | {"community_code": "610104001002"}, follow=True)
    assert "此人在“莲湖路社区”还有一条没有离职日期的记录" in there.content.decode()


def test_saving_and_going_on_opens_the_next_form_of_the_same_community(tree: Tree, clerk):
    response = clerk.post(url("add", "grids"), new_grid(tree, _next="1"))
    assert response.url == f"{url('add', 'grids')}?area={tree.community.code}"


def test_equal_requests_make_one_row_and_one_event(tree: Tree, clerk):
    """Even where nothing in the registry is unique: a grid of the second request is found by its number, but
    a changed key in between would make a second row."""
    token = token_of(clerk, url("add", "grids"))
    for _ in range(20):
        response = clerk.post(url("add", "grids"), new_grid(tree, _token=token))
        assert response.status_code == 302
    assert Grid.objects.count() == 1 and Event.objects.filter(kind=EventKind.CREATE).count() == 1
    Grid.objects.update(number="77")
    assert clerk.post(url("add", "grids"), new_grid(tree, _token=token)).status_code == 302
    assert Grid.objects.count() == 1


def test_equal_changes_make_one_version(tree: Tree, clerk):
    grid = make_grid(tree.community)
    token = token_of(clerk, url("change", "grids", grid))
    for _ in range(5):
        response = clerk.post(
            url("change", "grids", grid), typed("grids", grid, households="310", _token=token), follow=True
        )
        assert "已保存" in response.content.decode()
    grid.refresh_from_db()
    assert grid.version == 2 and Event.objects.filter(kind=EventKind.CHANGE).count() == 1


def test_foreign_records_are_missing_and_roles_that_only_read_are_refused(tree: Tree, clerk, client_of):
    foreign = make_grid(tree.foreign_community)
    other = make_grid(tree["610104002001"])
    own = make_grid(tree.community)
    for row in (foreign, other):
        assert clerk.get(url("change", "grids", row)).status_code == 404
        assert clerk.post(url("change", "grids", row), {"households": "1"}).status_code == 404
    assert clerk.get(url("add", "grids"), {"area": tree.foreign_community.code}).status_code == 404
    response = clerk.post(url("add", "grids"), new_grid(tree, community_code=tree.foreign_community.code))
    missing = clerk.post(url("add", "grids"), new_grid(tree, community_code="610199999999"))
    assert response.status_code == missing.status_code == 422
    assert response.context["form"].errors["community_code"][0].replace(
        tree.foreign_community.code, ""
    ) == missing.context["form"].errors["community_code"][0].replace("610199999999", "")
    for role in (Role.COMMUNITY, Role.UPPER_READER, Role.DEPARTMENT, Role.SYSTEM_ADMIN):
        reader = client_of(role)
        assert reader.get(url("change", "grids", own)).status_code == 403
        assert reader.post(url("add", "grids"), new_grid(tree)).status_code == 403
    assert Grid.objects.count() == 3
    assert clerk.get("/records/nothing/add/").status_code == 404


def test_a_clerk_of_one_street_who_reads_a_county_may_not_change_the_rest(tree: Tree, client_of, user_of):
    """Two grants: what is seen but not hers to change is 403, not 404."""
    from governance.accounts.services import grant

    user = user_of(Role.STREET_CLERK)
    grant(user=user, role=Role.UPPER_READER, division=tree.county)
    client = client_of(Role.STREET_CLERK)
    row = make_grid(tree["610104002001"])
    assert client.get(url("change", "grids", row)).status_code == 403
    assert client.post(url("change", "grids", row), {"households": "1"}).status_code == 403
    response = client.post(url("add", "grids"), new_grid(tree, community_code="610104002001", number="02"))
    assert response.status_code == 403 and Grid.objects.count() == 1
    assert Event.objects.filter(kind=EventKind.REFUSAL).count() == 3


def test_a_long_list_of_communities_becomes_a_field_for_the_code(tree: Tree, clerk, monkeypatch):
    monkeypatch.setattr("governance.records.places.MOST_OPTIONS", 1)
    form = clerk.get(url("add", "grids")).context["form"]
    assert form.fields["community_code"].label == "社区代码"
    assert clerk.post(url("add", "grids"), new_grid(tree)).status_code == 302


def test_a_community_form_page_takes_the_same_statements_whatever_there_is(
    tree: Tree, clerk, django_assert_max_num_queries
):
    grid = make_grid(tree.community)
    with django_assert_max_num_queries(15):
        clerk.get(url("change", "grids", grid))
    for number in range(3, 9):
        make_division(f"61010400100{number}", f"社区{number}")
        make_grid(tree.community, number=f"0{number}")
    with django_assert_max_num_queries(15):
        clerk.get(url("add", "grids"))
