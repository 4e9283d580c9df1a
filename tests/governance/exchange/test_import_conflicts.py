"""The hidden `_id` and `_version`: whose change counts when two have worked on the same row."""

import pytest

from governance.accounts.roles import Role
from governance.accounts.services import revoke
from governance.exchange.services import ImportRefused, StalePlan, apply, export_workbook, prepare
from governance.exchange.tokens import read_token, row_token
from grids.models import Grid
from tests.governance.exchange.sheets import COMMUNITY, SECOND, column, edited, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(tree, user_of):
    return user_of(Role.STREET_CLERK)


def load(content, user, on_conflict=None):
    plan = prepare(content, user)
    assert plan.errors == []
    return apply(plan, user, on_conflict).preview


def with_cell(content, **cells):
    """The export after somebody typed into row 2 of 网格."""

    def edit(book):
        sheet = book["网格"]
        for name, value in cells.items():
            sheet.cell(2, column(sheet, name)).value = value

    return edited(content, edit)


@pytest.fixture
def exported(tree, clerk):
    """A download made before somebody else changed 户数 300 → 320 and 网格长."""
    load(workbook(网格=[{"网格长": "王五"}]), clerk)
    content = export_workbook(tree.street, clerk)
    load(workbook(网格=[{"户数": 320, "网格长": "赵六"}]), clerk)
    return content


def test_an_untouched_download_brings_nothing_back(exported, clerk):
    result = load(exported, clerk)
    assert (result["changed"], result["unchanged"], result["conflicts"]) == (0, 3, [])
    assert Grid.objects.get().households == 320


def test_another_field_is_no_conflict(exported, clerk):
    assert load(with_cell(exported, 人口=900), clerk)["changed"] == 1
    grid = Grid.objects.get()
    assert (grid.households, grid.head, grid.population) == (320, "赵六", 900)


def test_the_same_field_is_a_conflict_with_three_values(exported, clerk):
    plan = prepare(with_cell(exported, 户数=310, 人口=900), clerk)
    assert plan.preview["conflicts"] == [
        {"sheet": "网格", "row": 2, "column": "户数", "base": 300, "theirs": 320, "mine": 310}
    ]
    assert (plan.preview["changed"], plan.preview["unchanged"], plan.preview["rows"]) == (0, 2, 3)
    with pytest.raises(ImportRefused):
        apply(plan, clerk)
    assert Grid.objects.get().population is None


@pytest.mark.parametrize(("choice", "households"), [("theirs", 320), ("mine", 310)])
def test_a_conflict_is_decided_either_way(exported, clerk, choice, households):
    content = with_cell(exported, 户数=310, 人口=900)
    assert len(load(content, clerk, choice)["conflicts"]) == 1
    grid = Grid.objects.get()
    assert (grid.households, grid.population, grid.head) == (households, 900, "赵六")


def test_the_same_new_value_is_no_conflict(exported, clerk):
    assert load(with_cell(exported, 户数=320), clerk)["unchanged"] == 3


def test_a_row_with_an_error_is_not_a_conflict_too(exported, clerk):
    found = prepare(with_cell(exported, 户数=310, 人口="多"), clerk).preview
    assert found["conflicts"] == [] and len(found["errors"]) == 1


def test_a_key_is_changed_by_hidden_id(tree, clerk):
    load(workbook(网格=[{}]), clerk)
    content = with_cell(export_workbook(tree.street, clerk), 网格编号="甲-1")
    assert load(content, clerk)["changed"] == 1
    assert Grid.objects.get().number == "甲-1"
    assert load(content, clerk)["unchanged"] == 3


def test_keys_may_be_exchanged(tree, clerk):
    load(workbook(网格=[{}, {"网格编号": "02", "网格名称": "第二网格"}]), clerk)

    def swap(book):
        sheet = book["网格"]
        at = column(sheet, "网格编号")
        sheet.cell(2, at).value, sheet.cell(3, at).value = "02", "01"

    assert load(edited(export_workbook(tree.street, clerk), swap), clerk)["changed"] == 2
    assert Grid.objects.get(number="01").name == "第二网格"


def test_a_key_of_another_row_is_an_error(tree, clerk):
    load(workbook(网格=[{}, {"网格编号": "02"}]), clerk)

    def edit(book):
        sheet = book["网格"]
        sheet.delete_rows(3)
        sheet.cell(2, column(sheet, "网格编号")).value = "02"

    (error,) = prepare(edited(export_workbook(tree.street, clerk), edit), clerk).preview["errors"]
    assert error["column"] == "网格编号" and "另一条记录" in error["message"]


def test_a_copied_line_is_a_new_row(tree, clerk):
    load(workbook(网格=[{}]), clerk)

    def copy(book):
        sheet = book["网格"]
        for at in range(1, sheet.max_column + 1):
            sheet.cell(3, at).value = sheet.cell(2, at).value
        sheet.cell(3, column(sheet, "网格编号")).value = "02"

    result = load(edited(export_workbook(tree.street, clerk), copy), clerk)
    assert (result["new"], result["changed"]) == (1, 0)


def test_a_line_copied_to_another_community_leaves_the_original(tree, clerk):
    load(workbook(网格=[{}]), clerk)
    result = load(with_cell(export_workbook(tree.street, clerk), 社区代码=SECOND), clerk)
    assert result["new"] == 1 and [n["column"] for n in result["notices"]] == ["社区代码"]
    assert set(Grid.objects.values_list("division__code", flat=True)) == {COMMUNITY, SECOND}


def test_a_voided_row_does_not_come_back_unnoticed(tree, clerk):
    load(workbook(网格=[{}]), clerk)
    content = export_workbook(tree.street, clerk)
    Grid.objects.update(voided_on="2026-01-01", void_reason="错录")
    assert [e["row"] for e in prepare(content, clerk).preview["errors"]] == [2]


def test_a_cleared_line_changes_nothing_and_says_so(tree, clerk):
    load(workbook(网格=[{}]), clerk)

    def clear(book):
        sheet = book["网格"]
        for at in range(1, column(sheet, "_id")):
            sheet.cell(2, at).value = None

    found = prepare(edited(export_workbook(tree.street, clerk), clear), clerk).preview
    assert found["errors"] == [] and "隐藏的编号" in found["notices"][0]["message"]


def test_a_workbook_of_another_database_is_matched_by_key(tree, clerk):
    load(workbook(网格=[{}]), clerk)
    content = with_cell(export_workbook(tree.street, clerk), _id="7.0123456789", 户数=5)
    assert load(content, clerk)["changed"] == 1


def test_tokens():
    assert read_token("网格", row_token("网格", 7)) == 7
    assert read_token("小区", row_token("网格", 7)) is None
    assert read_token("网格", "7") is read_token("网格", 7) is read_token("网格", None) is None


def test_a_change_between_preview_and_saving_is_noticed(tree, clerk):
    load(workbook(网格=[{}]), clerk)
    plan = prepare(workbook(网格=[{"户数": 5}]), clerk)
    load(workbook(网格=[{"户数": 6}]), clerk)
    with pytest.raises(StalePlan):
        apply(plan, clerk)
    assert Grid.objects.get().households == 6


def test_a_row_made_twice_at_the_same_time_is_noticed(tree, clerk):
    plan, other = (prepare(workbook(网格=[{}]), clerk) for _ in range(2))
    apply(other, clerk)
    with pytest.raises(StalePlan):
        apply(plan, clerk)
    assert Grid.objects.count() == 1


def test_a_right_withdrawn_after_the_preview_counts(tree, clerk):
    from django.core.exceptions import PermissionDenied

    plan = prepare(workbook(网格=[{}]), clerk)
    revoke(user=clerk, role=Role.STREET_CLERK, division=tree.street)
    with pytest.raises(PermissionDenied):
        apply(plan, clerk)
    assert Grid.objects.count() == 0


@pytest.mark.parametrize("role", [Role.UPPER_READER, Role.DEPARTMENT, Role.COMMUNITY, Role.SYSTEM_ADMIN])
def test_who_may_not_import(role, user_of, tree):
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        prepare(workbook(网格=[{}]), user_of(role))
