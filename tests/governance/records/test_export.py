"""The file of what a list shows: the same rows, masked, logged, and good to be imported again."""

import hashlib

import pytest
from django.urls import reverse

from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.divisions.clock import today
from governance.exchange.importing.prepare import prepare_workbook
from governance.exchange.reader import read_workbook
from governance.records import exporting
from grids.models import Grid
from tests.factories import Tree
from tests.governance.records.makers import WOMAN, make_grid, make_worker


def export(client, slug: str, query: str = "", **data):
    return client.post(reverse("records:export", args=[slug]) + query, {"download": "1", **data})


def rows_in(content: bytes, sheet: str) -> list[list]:
    workbook = read_workbook(content)
    found = next(each for each in workbook.sheets if each.name == sheet)
    return [cells for _, cells in found.rows]


@pytest.fixture
def grids(tree: Tree) -> Tree:
    make_grid(tree.community, number="01", name="一号网格", head="演示癸")
    make_grid(tree["610104002001"], number="02", name="二号网格", kind="dedicated")
    make_grid(tree["610104002001"], number="03", name="误录网格", voided_on="2024-05-01")
    make_grid(tree.foreign_community, number="04", name="外区网格")
    return tree


def test_the_page_says_what_will_be_in_the_file(grids, client_of):
    client = client_of(Role.COUNTY_STAFF)
    text = client.get(reverse("records:export", args=["grids"]) + "?kind=dedicated").content.decode()
    assert "网格类型 专属网格" in text and "1 个" in text
    assert "完整信息" not in text, "grids hold no personal numbers"
    nothing = client.get(reverse("records:export", args=["grids"]) + "?q=没有").content.decode()
    assert "disabled" in nothing and "放宽条件" in nothing


def test_exactly_the_filtered_rows_leave_and_are_logged(grids, client_of, user_of):
    client = client_of(Role.COUNTY_STAFF)
    answer = export(client, "grids", "?area=610104002001&state=all")
    assert answer["Content-Disposition"].startswith("attachment")
    rows = rows_in(answer.content, "网格")
    assert [row[2] for row in rows] == ["二号网格"], "voided rows would come back as new ones"
    event = Event.objects.get(kind=EventKind.EXPORT)
    assert event.detail["rows"] == 1 and event.detail["revealed"] is False
    assert event.detail["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert "状态 全部" in event.detail["conditions"]


def test_the_file_can_be_imported_again_without_a_change(grids, client_of, user_of):
    make_worker(grids.community)
    user = user_of(Role.COUNTY_STAFF)
    for slug in ("grids", "workers", "communities"):
        content = export(client_of(Role.COUNTY_STAFF), slug).content
        plan = prepare_workbook(read_workbook(content), user, on=today())
        faults = [fault for fault in plan.errors if fault.column != "区域类型"]
        assert faults == [] and not any(line.changes for line in plan.lines), slug


def test_personal_numbers_are_masked_unless_revealed_with_right_and_reason(tree, client_of):
    make_worker(tree.community)
    clerk = client_of(Role.STREET_CLERK)
    assert "1****************0" in rows_in(export(clerk, "workers").content, "社区工作者")[0]
    missing = export(clerk, "workers", reveal="on")
    assert missing.status_code == 422 and "理由" in missing.content.decode()
    full = export(clerk, "workers", reveal="on", reason="换届资格审查").content
    assert WOMAN in rows_in(full, "社区工作者")[0]
    event = Event.objects.filter(kind=EventKind.EXPORT).last()
    assert event.reason == "换届资格审查" and event.detail["revealed"] is True
    reader = export(client_of(Role.UPPER_READER), "workers", reveal="on", reason="想看")
    assert WOMAN not in str(rows_in(reader.content, "社区工作者"))


def test_a_revealed_file_carries_who_and_when(tree, client_of):
    import io
    import zipfile

    make_worker(tree.community)
    full = export(client_of(Role.STREET_CLERK), "workers", reveal="on", reason="换届资格审查").content
    with zipfile.ZipFile(io.BytesIO(full)) as archive:
        pages = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    assert all("含个人信息" in page and "street_clerk" in page for page in pages)


def test_who_may_not_see_persons_exports_none(tree, client_of):
    make_worker(tree.community)
    make_grid(tree.community, head="演示癸")
    department = client_of(Role.DEPARTMENT)
    assert export(department, "workers").status_code == 403
    assert "演示癸" not in str(rows_in(export(department, "grids").content, "网格"))
    assert not Event.objects.filter(kind=EventKind.EXPORT, detail__sheets__has_key="社区工作者").exists()


def test_too_many_rows_are_refused_with_the_number_and_what_to_do(grids, client_of, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_ROWS", 1)
    answer = export(client_of(Role.COUNTY_STAFF), "grids")
    text = answer.content.decode()
    assert answer.status_code == 422 and "共 2 行" in text and "请选择街道后分别导出" in text


def test_ticked_rows_leave_alone(grids, client_of):
    client = client_of(Role.COUNTY_STAFF)
    row = Grid.objects.get(number="02")
    foreign = Grid.objects.get(number="04")
    data = {"pk": [row.pk, foreign.pk]}
    asked = client.post(reverse("records:bulk", args=["grids"]), data | {"bulk": "export"})
    assert "选中的记录" in asked.content.decode()
    rows = rows_in(export(client, "grids", **data).content, "网格")
    assert [cells[2] for cells in rows] == ["二号网格"]


def test_communities_leave_by_the_filter_of_their_own_list(tree, client_of):
    client = client_of(Role.COUNTY_STAFF)
    rows = rows_in(export(client, "communities", "?name=莲湖路").content, "社区")
    assert [cells[0] for cells in rows] == ["610104001001"]
