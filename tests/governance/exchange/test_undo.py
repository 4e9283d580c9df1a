"""撤销本次导入: all of it or nothing, persons included."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cadres.models import TwoCommitteeMember
from communities.models import Community
from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.exchange import batches, undoing
from governance.exchange.models import BatchStatus, ImportBatch
from governance.exchange.services import export_workbook, prepare
from governance.people.models import Person
from grids.models import Grid
from tests.governance.exchange.sheets import COMMUNITY, SECOND, column, edited, workbook

pytestmark = pytest.mark.django_db

ID = "11010519491231002X"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def clerk(tree, user_of):
    return user_of(Role.STREET_CLERK)


def load(content, user, **choices):
    batch, _ = batches.receive(user=user, file_name="台账.xlsx", content=content)
    assert not batch.count("errors"), batches.stored_preview(batch)["preview"]["errors"]
    return batches.confirm(batch=batch, user=user, **choices)


def undo(batch, user, reason="录错了"):
    return undoing.undo(batch=batch, user=user, reason=reason)


def test_created_rows_are_voided_and_changed_ones_get_their_values_back(clerk):
    load(workbook(网格=[{"人口": 900, "村民小组": None}]), clerk)
    batch = load(workbook(网格=[{"户数": 320, "人口": None}, {"网格编号": "02"}], 社区=[{}]), clerk)
    assert undoing.standing(batch).is_possible
    undone = undo(batch, clerk)
    old, made = Grid.objects.order_by("number")
    assert (old.households, old.population, old.version, old.voided_on) == (300, 900, 3, None)
    assert made.voided_on == timezone.localdate() and batch.number in made.void_reason
    community = Community.objects.get(division__code=COMMUNITY)
    assert (community.area_type, community.households_resident) == ("", None)
    assert (undone.status, undone.undone_by, undone.undo_reason) == (BatchStatus.UNDONE, clerk, "录错了")
    change = Event.objects.filter(kind=EventKind.CHANGE, object_type="grids.grid").latest("pk")
    assert (change.before["households"], change.after["households"]) == (320, 300)
    assert "录错了" in change.reason and change.object_version == 3
    assert Event.objects.filter(kind=EventKind.VOID, object_type="exchange.importbatch").count() == 1


def test_twice_is_once(clerk):
    batch = load(workbook(网格=[{}]), clerk)
    undo(batch, clerk)
    events = Event.objects.count()
    undo(batch, clerk)
    assert Event.objects.count() == events and Grid.objects.get().version == 2


def test_what_was_undone_can_be_imported_again(clerk):
    content = workbook(网格=[{}, {"网格编号": "02"}], 两委成员=[{"身份证号": ID}])
    undo(load(content, clerk), clerk)
    again = load(content, clerk)
    assert again.count("new") == 3 and Grid.objects.valid().count() == 2 and Person.objects.count() == 1


def test_an_untouched_download_of_the_time_between_brings_nothing_back(clerk, tree):
    load(workbook(网格=[{}]), clerk)
    batch = load(workbook(网格=[{"户数": 320}]), clerk)
    between = export_workbook(tree.street, clerk)
    undo(batch, clerk)
    assert prepare(between, clerk).preview["changed"] == 0


def test_rows_changed_since_refuse_the_whole(clerk):
    load(workbook(网格=[{}, {"网格编号": "02"}]), clerk)
    batch = load(workbook(网格=[{"户数": 1}, {"网格编号": "02", "户数": 2}]), clerk)
    load(workbook(网格=[{"网格编号": "02", "户数": 5}]), clerk)
    standing = undoing.standing(batch)
    assert [each.label.split()[-1] for each in standing.changed] == ["02"]
    with pytest.raises(undoing.UndoRefused, match="1 条记录在导入之后"):
        undo(batch, clerk)
    assert list(Grid.objects.order_by("number").values_list("households", flat=True)) == [1, 5]


def test_keys_that_were_exchanged_go_back(clerk, tree):
    load(workbook(网格=[{}, {"网格编号": "02", "网格名称": "第二网格"}]), clerk)

    def swap(book):
        sheet = book["网格"]
        at = column(sheet, "网格编号")
        sheet.cell(2, at).value, sheet.cell(3, at).value = "02", "01"

    undo(load(edited(export_workbook(tree.street, clerk), swap), clerk), clerk)
    assert Grid.objects.get(number="02").name == "第二网格"


def test_a_number_given_to_a_new_row_goes_back_to_the_old_one(clerk, tree):
    load(workbook(网格=[{}]), clerk)

    def edit(book):
        sheet = book["网格"]
        for at in range(1, column(sheet, "_id")):
            sheet.cell(3, at).value = sheet.cell(2, at).value
        sheet.cell(2, column(sheet, "网格编号")).value = "甲"

    undo(load(edited(export_workbook(tree.street, clerk), edit), clerk), clerk)
    assert Grid.objects.valid().get().number == "01"


def test_persons_get_their_attributes_back_in_all_their_rows(clerk):
    load(workbook(两委成员=[{}], 社区工作者=[{"姓名": "张三", "手机号": "13800001111"}]), clerk)
    batch = load(workbook(两委成员=[{"身份证号": ID, "党组织职务": "副书记"}]), clerk)
    person = Person.objects.get()
    assert person.id_number == ID and person.id_index
    worker = person.communityworker_set.get() if hasattr(person, "communityworker_set") else None
    undo(batch, clerk)
    person.refresh_from_db()
    assert (person.id_number, person.id_index, person.birth_date) == ("", None, "")
    assert person.phone == "13800001111"
    member = TwoCommitteeMember.objects.get()
    assert member.party_post == "secretary" and member.version == 3
    event = Event.objects.filter(object_type="cadres.twocommitteemember").latest("pk")
    assert ID not in str(event.before) and event.after["id_number"] == ""
    assert worker is None or worker.version == 2


def test_rows_that_were_joined_to_another_person_go_back(clerk):
    load(workbook(两委成员=[{"身份证号": ID}], 社区工作者=[{"社区代码": SECOND, "姓名": "张三"}]), clerk)
    assert Person.objects.count() == 2
    batch = load(workbook(社区工作者=[{"社区代码": SECOND, "姓名": "张三", "身份证号": ID}]), clerk)
    from cadres.models import CommunityWorker

    member, worker = TwoCommitteeMember.objects.get(), CommunityWorker.objects.get()
    assert worker.person_id == member.person_id
    undo(batch, clerk)
    worker.refresh_from_db()
    assert worker.person_id != member.person_id and not worker.person.id_number


def test_a_wrong_name_can_be_imported_anew_after_the_undo(clerk):
    """The number of a person without rows in force is no reason to refuse the right name."""
    undo(load(workbook(两委成员=[{"姓名": "张山", "身份证号": ID}]), clerk), clerk)
    load(workbook(两委成员=[{"姓名": "张三", "身份证号": ID}]), clerk)
    assert Person.objects.get().name == "张三"
    faults = prepare(
        workbook(社区工作者=[{"社区代码": SECOND, "姓名": "张四", "身份证号": ID}]), clerk
    ).errors
    assert [fault.column for fault in faults] == ["身份证号"]


def test_a_person_changed_since_refuses(clerk):
    load(workbook(两委成员=[{}]), clerk)
    batch = load(workbook(两委成员=[{"性别": "男"}]), clerk)
    Person.objects.update(sex="female")
    with pytest.raises(undoing.UndoRefused, match="没有撤销任何内容"):
        undo(batch, clerk)
    assert ImportBatch.objects.get(pk=batch.pk).status == BatchStatus.APPLIED


def test_who_may_and_until_when(clerk, user_of, tree):
    batch = load(workbook(网格=[{}]), clerk)
    for role in (Role.COUNTY_STAFF, Role.UPPER_READER):
        with pytest.raises(PermissionDenied):
            undo(batch, user_of(role))
    with pytest.raises(undoing.UndoRefused, match="理由"):
        undo(batch, clerk, " ")
    ImportBatch.objects.update(created_at=timezone.now() - dt.timedelta(days=8))
    batch.refresh_from_db()
    assert "7 天" in undoing.standing(batch).refusal
    with pytest.raises(undoing.UndoRefused, match="7 天"):
        undo(batch, clerk)
    ImportBatch.objects.update(created_at=timezone.now())
    assert undo(batch, user_of(Role.STREET_LEAD)).status == BatchStatus.UNDONE


def test_the_record_is_sealed_and_deleted_with_the_files(clerk, tmp_path):
    load(workbook(两委成员=[{"身份证号": ID}]), clerk)
    files = list(tmp_path.glob("imports/*.undo"))
    assert len(files) == 1 and ID.encode() not in files[0].read_bytes()
    batches.purge(timezone.now() + dt.timedelta(days=8))
    assert not list(tmp_path.glob("imports/*"))
