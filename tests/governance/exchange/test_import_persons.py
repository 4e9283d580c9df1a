"""Persons in a workbook: who is who, what is masked, and that one human is one `Person`."""

import pytest

from cadres.models import CommunityWorker, TwoCommitteeMember
from governance.accounts.roles import Role
from governance.audit.models import Event
from governance.exchange.services import apply, export_workbook, prepare
from governance.people.identity import check_digit, id_index
from governance.people.models import Person
from tests.governance.exchange.sheets import COMMUNITY, SECOND, column, edited, workbook

pytestmark = pytest.mark.django_db


def number(first_17: str) -> str:
    return first_17 + check_digit(first_17)


MALE = number("61010419760312001")
FEMALE = number("61010419850708002")
OTHER = number("61010419760312003")


@pytest.fixture
def clerk(tree, user_of):
    return user_of(Role.STREET_CLERK)


def load(content, user):
    plan = prepare(content, user)
    assert plan.errors == []
    return apply(plan, user).preview


def errors(content, user):
    return [(e["sheet"], e["row"], e["column"]) for e in prepare(content, user).preview["errors"]]


def test_id_number_is_encrypted_indexed_and_fills_sex_and_birth_date(clerk):
    load(workbook(两委成员=[{"身份证号": MALE.lower()}]), clerk)
    person = Person.objects.get()
    assert (person.id_number, person.sex, person.birth_date) == (MALE, "male", "1976-03-12")
    assert person.id_index == id_index(MALE)
    event = Event.objects.get(object_type="cadres.twocommitteemember")
    assert event.after["id_number"] == f"6{'*' * 16}{MALE[-1]}" and event.after["birth_date"] == "1976-**-**"
    assert MALE not in str(list(Event.objects.values()))


def test_the_same_file_again_changes_nothing(clerk):
    content = workbook(
        两委成员=[{"身份证号": MALE}, {"姓名": "王五"}, {"姓名": "赵六", "离任日期": "2022-01-01"}],
        社区工作者=[{"手机号": "138-0000-1234"}, {"姓名": "张三"}],
    )
    assert load(content, clerk)["new"] == 5
    again = load(content, clerk)
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 5)
    assert Person.objects.count() == 4


def test_one_human_in_both_sheets_is_one_person(clerk):
    load(workbook(两委成员=[{"身份证号": MALE}], 社区工作者=[{"姓名": "张三", "身份证号": MALE}]), clerk)
    member, worker = TwoCommitteeMember.objects.get(), CommunityWorker.objects.get()
    assert member.person_id == worker.person_id


def test_one_human_by_name_in_the_same_community_only(clerk):
    load(workbook(两委成员=[{}]), clerk)
    load(workbook(社区工作者=[{"姓名": "张三"}, {"姓名": "张三", "社区代码": SECOND}]), clerk)
    here, there = CommunityWorker.objects.order_by("division__code")
    assert here.person_id == TwoCommitteeMember.objects.get().person_id != there.person_id


def test_an_id_number_added_later_changes_that_row(clerk):
    load(workbook(两委成员=[{}], 社区工作者=[{"姓名": "张三"}]), clerk)
    plan = prepare(workbook(两委成员=[{"身份证号": MALE}]), clerk)
    assert [change.column.name for change in plan.lines[0].changes] == ["身份证号", "性别", "出生日期"]
    apply(plan, clerk)
    assert Person.objects.get().id_index == id_index(MALE)
    # The worker's row speaks of the same person: its version moves on, so that an older file is noticed.
    assert CommunityWorker.objects.get().version == 2


def test_an_id_number_that_another_row_has_joins_the_two(clerk):
    load(workbook(两委成员=[{}]), clerk)
    load(workbook(社区工作者=[{"姓名": "张三", "身份证号": MALE, "社区代码": SECOND}]), clerk)
    assert Person.objects.count() == 2
    assert load(workbook(两委成员=[{"身份证号": MALE}]), clerk)["changed"] == 1
    assert TwoCommitteeMember.objects.get().person_id == CommunityWorker.objects.get().person_id


def test_a_name_alone_must_be_unique_among_those_in_office(clerk):
    load(workbook(两委成员=[{"身份证号": MALE}, {"身份证号": OTHER}]), clerk)
    assert errors(workbook(两委成员=[{}]), clerk) == [("两委成员", 2, "身份证号")]
    load(workbook(两委成员=[{"身份证号": MALE, "离任日期": "2022-01-01"}]), clerk)
    plan = prepare(workbook(两委成员=[{"居委会职务": "委员"}]), clerk)
    assert plan.preview["errors"] == [] and plan.lines[0].stored.person.id_number == OTHER


def test_the_same_person_twice_is_an_error_on_both(clerk):
    assert errors(workbook(两委成员=[{}, {}]), clerk) == [("两委成员", 2, "姓名"), ("两委成员", 3, "姓名")]
    twice = workbook(两委成员=[{"身份证号": MALE}, {"身份证号": MALE}])
    assert [row for _, row, _ in errors(twice, clerk)] == [2, 3]


def test_an_earlier_term_is_a_row_of_its_own(clerk):
    content = workbook(
        两委成员=[
            {"身份证号": MALE, "任职日期": "2015-01-01", "离任日期": "2018-01-01"},
            {"身份证号": MALE, "任职日期": "2021-01-01"},
        ]
    )
    assert load(content, clerk)["new"] == 2 and Person.objects.count() == 1
    assert load(content, clerk)["unchanged"] == 2


@pytest.mark.parametrize(
    ("row", "column_name"),
    [
        ({"身份证号": MALE[:-1] + ("1" if MALE[-1] != "1" else "2")}, "身份证号"),
        ({"身份证号": int(MALE[:-1] + "0")}, "身份证号"),
        ({"身份证号": MALE, "性别": "女"}, "性别"),
        ({"身份证号": MALE, "出生日期": "1976-03-13"}, "出生日期"),
        ({"身份证号": "6****************4"}, "身份证号"),
    ],
)
def test_wrong_identities(clerk, row, column_name):
    assert errors(workbook(两委成员=[row]), clerk) == [("两委成员", 2, column_name)]


def test_error_values_of_personal_data_are_masked(clerk):
    wrong = MALE[:-1] + ("1" if MALE[-1] != "1" else "2")
    content = workbook(两委成员=[{"身份证号": wrong}], 社区工作者=[{"手机号": "13800001"}])
    text = str(prepare(content, clerk).preview)
    assert wrong not in text and "13800001" not in text and f"6{'*' * 16}{wrong[-1]}" in text


def test_a_number_with_another_name_is_refused(clerk):
    load(workbook(两委成员=[{"身份证号": MALE}]), clerk)
    content = workbook(社区工作者=[{"姓名": "李四", "身份证号": MALE, "社区代码": SECOND}])
    assert errors(content, clerk) == [("社区工作者", 2, "身份证号")]


def test_two_sheets_that_contradict_each_other(clerk):
    content = workbook(两委成员=[{"身份证号": MALE}], 社区工作者=[{"姓名": "李四", "身份证号": MALE}])
    assert errors(content, clerk) == [("两委成员", 2, "姓名"), ("社区工作者", 2, "姓名")]


def test_masked_cells_of_an_export_mean_unchanged(clerk, tree):
    load(workbook(两委成员=[{"身份证号": MALE}], 社区工作者=[{"手机号": "13800001234"}]), clerk)
    content = export_workbook(tree.street, clerk)

    def edit(book):
        sheet = book["两委成员"]
        assert sheet.cell(2, column(sheet, "身份证号")).value == f"6{'*' * 16}{MALE[-1]}"
        assert sheet.cell(2, column(sheet, "出生日期")).value == "1976-**-**"
        sheet.cell(2, column(sheet, "居委会职务")).value = "委员"
        workers = book["社区工作者"]
        assert workers.cell(2, column(workers, "手机号")).value == "138****1234"

    plan = prepare(edited(content, edit), clerk)
    assert plan.errors == [] and plan.preview["changed"] == 1
    apply(plan, clerk)
    assert Person.objects.get(name="张三").id_number == MALE


def test_a_changed_mask_is_an_error(clerk, tree):
    load(workbook(社区工作者=[{"手机号": "13800001234"}]), clerk)

    def edit(book):
        sheet = book["社区工作者"]
        sheet.cell(2, column(sheet, "手机号")).value = "139****1234"

    found = prepare(edited(export_workbook(tree.street, clerk), edit), clerk).preview
    assert [(e["row"], e["column"]) for e in found["errors"]] == [(2, "手机号")]


def test_a_name_is_corrected_by_hidden_id(clerk, tree):
    load(workbook(两委成员=[{"身份证号": MALE}]), clerk)

    def edit(book):
        sheet = book["两委成员"]
        sheet.cell(2, column(sheet, "姓名")).value = "张叁"

    assert load(edited(export_workbook(tree.street, clerk), edit), clerk)["changed"] == 1
    assert Person.objects.get().name == "张叁"


def test_an_emptied_phone_is_emptied(clerk):
    load(workbook(社区工作者=[{"手机号": "13800001234"}]), clerk)
    assert load(workbook(社区工作者=[{"手机号": None}]), clerk)["changed"] == 1
    assert Person.objects.get().phone == ""


def test_full_width_digits_and_spaces_are_folded(clerk):
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() else sign for sign in FEMALE)
    load(workbook(两委成员=[{"姓名": "孙七", "身份证号": f" {wide[:6]} {wide[6:]} "}]), clerk)
    assert Person.objects.get().id_number == FEMALE
    assert TwoCommitteeMember.objects.get().division.code == COMMUNITY


def test_a_birth_date_behind_a_masked_number_is_not_told(clerk, tree):
    load(workbook(两委成员=[{"身份证号": MALE}]), clerk)

    def edit(book):
        sheet = book["两委成员"]
        sheet.cell(2, column(sheet, "出生日期")).value = "1977-01-01"

    plan = prepare(edited(export_workbook(tree.street, clerk), edit), clerk)
    assert [(fault.row, fault.column) for fault in plan.errors] == [(2, "出生日期")]
    assert "03-12" not in str(plan.preview) and "0312" not in str(plan.preview)


def test_a_corrected_number_takes_sex_and_birth_date_along(clerk, tree):
    """The sheet of workers has neither column, so its clerk could not correct them beside the number."""
    load(workbook(社区工作者=[{"身份证号": MALE}]), clerk)

    def edit(book):
        sheet = book["社区工作者"]
        sheet.cell(2, column(sheet, "身份证号")).value = FEMALE

    assert load(edited(export_workbook(tree.street, clerk), edit), clerk)["changed"] == 1
    person = Person.objects.get()
    assert (person.id_number, person.sex, person.birth_date) == (FEMALE, "female", "1985-07-08")


def test_a_corrected_number_against_cells_that_say_otherwise(clerk, tree):
    load(workbook(两委成员=[{"身份证号": MALE}]), clerk)

    def edit(book):
        sheet = book["两委成员"]
        sheet.cell(2, column(sheet, "身份证号")).value = FEMALE

    found = errors(edited(export_workbook(tree.street, clerk), edit), clerk)
    assert set(found) == {("两委成员", 2, "身份证号")}


def test_nobody_is_born_after_the_day_of_the_import(clerk):
    unborn = number("61010420991231001")
    content = workbook(
        两委成员=[{"出生日期": "2099-01-01"}], 社区工作者=[{"姓名": "李四", "身份证号": unborn}]
    )
    assert errors(content, clerk) == [("两委成员", 2, "出生日期"), ("社区工作者", 2, "身份证号")]


def test_a_new_phone_leaves_rows_alone_that_do_not_show_it(clerk):
    load(workbook(两委成员=[{"身份证号": MALE}], 社区工作者=[{"姓名": "张三", "身份证号": MALE}]), clerk)
    phone = {"姓名": "张三", "身份证号": MALE, "手机号": "13800001234"}
    load(workbook(社区工作者=[phone]), clerk)
    assert TwoCommitteeMember.objects.get().version == 1
    assert not Event.objects.filter(kind="change", object_type="cadres.twocommitteemember").exists()
