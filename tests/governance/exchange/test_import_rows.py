"""The rules of an import, one by one, on small workbooks."""

import datetime as dt
import json

import pytest

from cadres.models import TwoCommitteeMember
from communities.models import Community, Compound, SocialOrganisation
from facilities.models import Facility
from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.divisions.models import Division, RetiredCode
from governance.exchange.services import ImportRefused, apply, prepare
from grids.models import Grid
from tests.governance.exchange.sheets import COMMUNITY, FOREIGN, FOREIGN_STREET, SECOND, table, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(tree, user_of):
    return user_of(Role.STREET_CLERK)


def preview(content, user):
    return prepare(content, user).preview


def load(content, user, on_conflict=None):
    plan = prepare(content, user)
    assert plan.errors == []
    return apply(plan, user, on_conflict).preview


def messages(content, user):
    return [(e["row"], e["column"], e["message"]) for e in preview(content, user)["errors"]]


def one_error(content, user):
    errors = preview(content, user)["errors"]
    assert len(errors) == 1, errors
    return errors[0]


def test_all_sheets_at_once_and_the_same_file_again(clerk):
    names = ["社区", "网格", "两委成员", "社区工作者", "服务设施", "小区", "社会组织"]
    content = workbook(**{name: [{}] for name in names})
    first = load(content, clerk)
    assert (first["rows"], first["new"], first["changed"], first["unchanged"]) == (7, 7, 0, 0)
    assert list(first) == ["rows", "new", "changed", "unchanged", "conflicts", "errors", "notices"]
    community = Community.objects.get(division__code=COMMUNITY)
    assert (community.area_type, community.households_resident, community.version) == ("urban", 1200, 2)
    assert Facility.objects.get().building_area_c == 60050
    assert Grid.objects.get().path == community.path
    events = Event.objects.count()
    again = load(content, clerk)
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 7)
    assert Event.objects.count() == events + 1  # the import itself, no row
    assert Community.objects.get(pk=community.pk).version == 2


def test_absent_columns_and_sheets_stay_and_empty_cells_empty(clerk):
    load(workbook(网格=[{"人口": 900, "网格长": "王五"}]), clerk)
    plan = prepare(workbook(网格=[{"人口": None}]), clerk)
    assert plan.preview["changed"] == 1
    (change,) = plan.lines[0].changes
    assert (change.column.name, change.old, change.new) == ("人口", 900, None)
    apply(plan, clerk)
    grid = Grid.objects.get()
    assert (grid.population, grid.head) == (None, "王五")


def test_a_required_cell_must_not_be_emptied(clerk):
    load(workbook(网格=[{}]), clerk)
    error = one_error(workbook(网格=[{"网格名称": " "}]), clerk)
    assert (error["sheet"], error["row"], error["column"]) == ("网格", 2, "网格名称")
    assert "必填" in error["message"]


def test_a_new_row_needs_the_required_columns(clerk):
    content = table("网格", ["社区代码", "网格编号", "网格名称"], [COMMUNITY, "01", "一"])
    assert [(row, column) for row, column, _ in messages(content, clerk)] == [(2, "网格类型"), (2, "户数")]


def test_rows_missing_from_the_file_are_left_alone(clerk):
    load(workbook(网格=[{}, {"网格编号": "02"}]), clerk)
    assert load(workbook(网格=[{"网格编号": "02", "户数": 1}]), clerk)["changed"] == 1
    assert Grid.objects.valid().count() == 2


def test_two_equal_keys_are_errors_on_both(clerk):
    rows = messages(workbook(网格=[{}, {"网格编号": "02"}, {"网格编号": "０１"}]), clerk)
    assert [(row, column) for row, column, _ in rows] == [(2, "网格编号"), (4, "网格编号")]
    assert "第 4 行" in rows[0][2] and "第 2 行" in rows[1][2]


def test_a_community_twice_is_an_error_on_both(clerk):
    assert [row for row, _, _ in messages(workbook(社区=[{}, {}]), clerk)] == [2, 3]


def test_unknown_column_and_sheet_with_suggestion(clerk):
    content = workbook(网格=[{"网格长姓名": "某"}])
    error = one_error(content, clerk)
    assert (error["row"], error["column"]) == (1, "网格长姓名") and "“网格长”" in error["message"]
    error = one_error(table("网格表", ["社区代码"], [COMMUNITY]), clerk)
    assert error["sheet"] == "网格表" and "“网格”" in error["message"]


def test_ignored_columns_and_guide(clerk):
    content = workbook(网格=[{"错误信息": "旧的", "_id": "x", "_version": "y"}])
    assert preview(content, clerk)["new"] == 1


def test_header_star_and_order_are_free(clerk):
    content = table(
        "网格",
        ["户数*", "* 网格类型", "网格名称", "网格编号", "社区代码"],
        [3, "居民网格", "一", "01", COMMUNITY],
    )
    assert load(content, clerk)["new"] == 1


@pytest.mark.parametrize("code", [FOREIGN, "610104009009"])
def test_a_code_outside_reads_like_one_that_does_not_exist(clerk, code):
    error = one_error(workbook(网格=[{"社区代码": code}]), clerk)
    assert error["column"] == "社区代码" and error["value"] == code
    assert error["message"].replace(code, "X") == (
        "没有找到代码为“X”的社区，请核对代码；新设社区请先登记设立。"
    )


def test_out_of_scope_saves_nothing_at_all(clerk):
    plan = prepare(workbook(网格=[{}, {"社区代码": FOREIGN}]), clerk)
    assert (plan.preview["rows"], plan.preview["new"]) == (2, 1)
    with pytest.raises(ImportRefused):
        apply(plan, clerk)
    assert Grid.objects.count() == 0


def test_retired_codes_are_taken_with_a_notice(clerk, tree):
    RetiredCode.objects.create(division=tree.community, code="610104001099")
    RetiredCode.objects.create(division=tree.street, code="610104077")
    result = load(workbook(社区=[{"社区代码": "610104001099", "街道代码": "610104077"}]), clerk)
    assert result["new"] == 1 and [n["column"] for n in result["notices"]] == ["社区代码", "街道代码"]
    assert Community.objects.get(division=tree.community).area_type == "urban"


def test_a_foreign_retired_code_stays_unknown(clerk, tree):
    RetiredCode.objects.create(division=tree.foreign_community, code="610104001099")
    assert "没有找到" in one_error(workbook(网格=[{"社区代码": "610104001099"}]), clerk)["message"]


def test_street_must_be_the_community_s(clerk):
    error = one_error(workbook(社区=[{"街道代码": FOREIGN_STREET}]), clerk)
    assert error["column"] == "街道代码" and "610104001" in error["message"]


@pytest.mark.parametrize("name", ["莲湖路", "莲湖路社区居委会", "莲湖路居民委员会", "莲湖路村委会"])
def test_names_are_compared_without_endings(clerk, name):
    result = load(workbook(社区=[{"社区名称": name}]), clerk)
    assert result["notices"] == [] and Community.objects.get(division__code=COMMUNITY).usual_name == ""


def test_another_name_is_kept_as_usual_name(clerk, tree):
    content = workbook(社区=[{"社区名称": "红埠街社区"}])
    result = load(content, clerk)
    assert [n["column"] for n in result["notices"]] == ["社区名称"]
    assert Community.objects.get(division__code=COMMUNITY).usual_name == "红埠街社区"
    assert Division.objects.get(code=COMMUNITY).name == tree.community.name
    assert load(content, clerk)["unchanged"] == 1


def test_an_import_never_makes_a_division(clerk):
    before = Division.objects.count()
    preview(workbook(社区=[{"社区代码": "610104001555"}]), clerk)
    assert Division.objects.count() == before


def test_all_errors_at_once_each_with_its_place(clerk):
    content = workbook(
        网格=[{"户数": -1, "网格类型": "居民网"}, {"网格编号": "02", "撤销日期": "2024-02-30"}],
        服务设施=[{"建筑面积": 1.234}],
    )
    found = preview(content, clerk)
    assert [(e["sheet"], e["row"], e["column"], e["value"]) for e in found["errors"]] == [
        ("网格", 2, "网格类型", "居民网"),
        ("网格", 2, "户数", -1),
        ("网格", 3, "撤销日期", "2024-02-30"),
        ("服务设施", 2, "建筑面积", 1.234),
    ]
    assert found["rows"] == 3 and found["new"] == found["changed"] == found["unchanged"] == 0
    assert "居民网格" in found["errors"][0]["message"]


@pytest.mark.parametrize(
    ("sheet", "row", "column"),
    [
        ("小区", {"建成日期": "2020-01-02", "撤销日期": "2020-01-01"}, "撤销日期"),
        ("服务设施", {"启用日期": dt.date(2020, 1, 2), "停用日期": dt.date(2019, 1, 1)}, "停用日期"),
        ("社会组织", {"成立日期": "2020.1.2", "注销日期": "2019.1.2"}, "注销日期"),
        ("两委成员", {"离任日期": "2020-01-01"}, "离任日期"),
        ("社区工作者", {"级别": 19}, "级别"),
        ("社区工作者", {"级别": 0}, "级别"),
        ("社区", {"统一社会信用代码": "12610104MB2A0000"}, "统一社会信用代码"),
        ("网格", {"边界": '{"type":"Point","coordinates":[108.9,34.2]}'}, "边界"),
        ("网格", {"边界": "{"}, "边界"),
    ],
)
def test_values_against_the_rules(clerk, sheet, row, column):
    assert one_error(workbook(**{sheet: [row]}), clerk)["column"] == column


def test_an_end_before_the_stored_beginning(clerk):
    load(workbook(小区=[{"建成日期": "2020-01-02"}]), clerk)
    assert one_error(workbook(小区=[{"撤销日期": "2019-01-01"}]), clerk)["column"] == "撤销日期"


def test_activity_area_larger_than_the_building_is_no_import_error(clerk):
    assert load(workbook(服务设施=[{"建筑面积": 100, "居民活动面积": 200}]), clerk)["new"] == 1


SQUARE = '{"type": "Polygon", "coordinates": [[[108.9,34.2],[108.91,34.2],[108.91,34.21],[108.9,34.2]]]}'


def test_boundary_and_villager_groups(clerk):
    content = workbook(网格=[{"边界": SQUARE, "村民小组": "一组、二组，三组、一组"}])
    load(content, clerk)
    grid = Grid.objects.get()
    assert grid.boundary["coordinates"][0][0] == [108.9, 34.2]
    assert (grid.villager_groups, grid.villager_group_count) == ("一组、二组、三组", 3)
    assert load(content, clerk)["unchanged"] == 1


def test_nothing_is_saved_when_one_row_of_one_sheet_fails(clerk):
    plan = prepare(workbook(网格=[{}], 小区=[{}, {"小区名称": "乙", "户数": "很多"}]), clerk)
    with pytest.raises(ImportRefused):
        apply(plan, clerk)
    assert Grid.objects.count() == Compound.objects.count() == 0


def test_a_failing_write_undoes_the_whole_file(clerk, monkeypatch):
    plan = prepare(workbook(社区=[{}], 社会组织=[{}]), clerk)

    def broken(*args, **kwargs):
        raise RuntimeError("disk")

    monkeypatch.setattr(SocialOrganisation._default_manager, "bulk_create", broken)
    monkeypatch.setattr("governance.exchange.importing.apply.record_many", broken)
    with pytest.raises(RuntimeError):
        apply(plan, clerk)
    assert Community.objects.get(division__code=COMMUNITY).area_type == ""


def test_counts_add_up(clerk):
    load(workbook(网格=[{}, {"网格编号": "02"}]), clerk)
    rows = [{}, {"网格编号": "02", "户数": 5}, {"网格编号": "03"}, {"网格编号": "04", "户数": "x"}]
    found = preview(workbook(网格=rows), clerk)
    assert (found["rows"], found["new"], found["changed"], found["unchanged"]) == (4, 1, 1, 1)
    assert len({(e["sheet"], e["row"]) for e in found["errors"]}) == 1
    json.dumps(found)


def test_events_of_rows_and_of_the_file(clerk):
    load(workbook(网格=[{}]), clerk)
    load(workbook(网格=[{"户数": 301}]), clerk)
    created, changed = Event.objects.filter(object_type="grids.grid").order_by("pk")
    assert (created.kind, changed.kind) == (EventKind.CREATE, EventKind.CHANGE)
    assert (changed.before, changed.after, changed.object_version) == (
        {"households": 300},
        {"households": 301},
        2,
    )
    imports = Event.objects.filter(kind=EventKind.IMPORT).order_by("pk")
    assert imports.last().detail["changed"] == 1 and len(imports.last().detail["sha256"]) == 64


def test_ended_rows_keep_their_key(clerk):
    load(workbook(网格=[{"撤销日期": "2024-01-01"}]), clerk)
    assert load(workbook(网格=[{"撤销日期": "2024-01-01"}]), clerk)["unchanged"] == 1


def test_text_beginning_with_a_sign_is_text(clerk):
    load(workbook(小区=[{"小区名称": "-十五号院"}, {"小区名称": "@家园"}]), clerk)
    assert set(Compound.objects.values_list("name", flat=True)) == {"-十五号院", "@家园"}


def test_rows_of_two_communities_with_the_same_key(clerk):
    assert load(workbook(网格=[{}, {"社区代码": SECOND}]), clerk)["new"] == 2


def test_few_statements_however_many_rows(clerk, django_assert_max_num_queries):
    rows = [{"网格编号": f"{n:03}"} for n in range(300)]
    people = [{"姓名": f"张{n}"} for n in range(100)]
    plan = prepare(workbook(网格=rows, 两委成员=people), clerk)
    with django_assert_max_num_queries(80):
        apply(plan, clerk)
    assert TwoCommitteeMember.objects.count() == 100
    changed = [row | {"户数": 7} for row in rows]
    with django_assert_max_num_queries(80):
        apply(prepare(workbook(网格=changed, 两委成员=people), clerk), clerk)
    assert set(Grid.objects.values_list("households", flat=True)) == {7}
