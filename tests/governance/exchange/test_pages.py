"""The pages of the workbook: download, upload, preview, confirmation, receipt."""

import datetime as dt
import errno
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.exchange import batches, jobs, storage
from governance.exchange.models import BatchStatus, ImportBatch
from governance.exchange.services import export_workbook, prepare
from governance.jobs.models import Job, JobStatus
from governance.jobs.services import retry, run_job
from grids.models import Grid
from tests.factories import make_user
from tests.governance.exchange.sheets import FOREIGN, SECOND, column, edited, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    """Uploads of a test lie in its own folder; the keys stay where they are."""
    settings.DATA_DIR = tmp_path


@pytest.fixture
def clerk(tree, user_of):
    return user_of(Role.STREET_CLERK)


@pytest.fixture
def client(clerk, sign_in):
    return sign_in(clerk)


def text(response):
    return response.content.decode()


def upload(client, content, name="台账.xlsx"):
    return client.post("/workbook/upload/", {"file": SimpleUploadedFile(name, content)})


def uploaded(client, content):
    response = upload(client, content)
    assert response.status_code == 302, text(response)
    return ImportBatch.objects.latest("pk")


def test_index_leads_to_download_and_upload(client, client_of):
    page = text(client.get("/workbook/"))
    assert "下载工作簿" in page and "上传导入" in page and "还没有导入记录" in page
    page = text(client_of(Role.UPPER_READER).get("/workbook/"))
    assert "/workbook/upload/" not in page and "您的角色不导入台账" in page and "怎么用" not in page


def test_download(client, clerk):
    assert "青年路街道（全部）" in text(client.get("/workbook/download/"))
    response = client.post("/workbook/download/", {})
    assert response["Cache-Control"] == "no-store" and "attachment" in response["Content-Disposition"]
    assert prepare(response.content, clerk).preview["rows"] == 2
    assert Event.objects.get(kind=EventKind.EXPORT).detail["revealed"] is False


def test_download_of_one_division(client):
    assert 'value="610104001001" selected' in text(client.get("/workbook/download/610104001001/"))
    assert client.get(f"/workbook/download/{FOREIGN}/").status_code == 404
    response = client.post("/workbook/download/", {"area": FOREIGN})
    assert response.status_code == 422 and "没有找到这个区划" in text(response)


def test_download_in_full_needs_a_reason(client, client_of):
    response = client.post("/workbook/download/", {"reveal": "on"})
    assert response.status_code == 422 and "必须填写理由" in text(response)
    assert client.post("/workbook/download/", {"reveal": "on", "reason": "换届"}).status_code == 200
    assert Event.objects.get(kind=EventKind.EXPORT).reason == "换届"
    assert "完整信息" not in text(client_of(Role.UPPER_READER).get("/workbook/download/"))


def test_preview_confirm_and_receipt(client, clerk):
    batch = uploaded(client, workbook(网格=[{}, {"网格编号": "02"}]))
    assert (batch.status, Grid.objects.count()) == (BatchStatus.PREVIEWED, 0)
    page = text(client.get(batch.get_absolute_url()))
    assert "检查通过，尚未保存" in page and "第一网格" in page and "确认导入" in page
    response = client.post(f"/workbook/imports/{batch.pk}/apply/", follow=True)
    assert "已全部保存：新增 2 行" in text(response) and Grid.objects.count() == 2
    assert "确认导入" not in text(response)
    assert "台账.xlsx" in text(client.get("/workbook/"))


def test_nothing_to_save_is_not_to_be_confirmed(client):
    content = workbook(网格=[{}])
    first = uploaded(client, content)
    response = client.post(f"/workbook/imports/{first.pk}/apply/", follow=True)
    again = text(client.get(uploaded(client, content).get_absolute_url()))
    assert "没有需要保存的内容" in again and "确认导入" not in again
    changed = uploaded(client, workbook(网格=[{"户数": 310}]))
    assert "系统中现有" in text(client.get(changed.get_absolute_url()))
    response = client.post(f"/workbook/imports/{changed.pk}/apply/", follow=True)
    assert "导入回执" in text(response)
    page = text(client.get(f"{changed.get_absolute_url()}?tab=changed"))
    assert "导入前" in page and "系统中现有" not in page


def test_confirming_twice_saves_once(client):
    batch = uploaded(client, workbook(网格=[{}]))
    for _ in range(3):
        client.post(f"/workbook/imports/{batch.pk}/apply/")
    assert Event.objects.filter(kind=EventKind.IMPORT).count() == 1
    assert Grid.objects.get().version == 1


def test_changes_field_by_field(client):
    first = uploaded(client, workbook(网格=[{"人口": 0}]))
    client.post(f"/workbook/imports/{first.pk}/apply/")
    batch = uploaded(client, workbook(网格=[{"户数": 320, "人口": None}]))
    page = text(client.get(f"{batch.get_absolute_url()}?tab=changed"))
    for cell in ("<td>300</td>", "<td><b>320</b></td>", "<td>0</td>", "<td><b>空</b></td>"):
        assert cell in page
    for tab in ("new", "unchanged", "conflicts", "errors", "notices", "nonsense"):
        assert client.get(f"{batch.get_absolute_url()}?tab={tab}").status_code == 200


def test_errors_and_the_own_workbook_back(client, clerk):
    content = workbook(网格=[{}, {"网格编号": "02", "户数": "很多"}, {"社区代码": FOREIGN}])
    batch = uploaded(client, content)
    page = text(client.get(batch.get_absolute_url()))
    assert "有 <b>2</b> 处错误" in page and "很多" in page and "确认导入" not in page
    client.post(f"/workbook/imports/{batch.pk}/apply/")
    assert Grid.objects.count() == 0
    response = client.get(f"/workbook/imports/{batch.pk}/errors/")
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    sheet = book["网格"]
    at = column(sheet, "错误信息")
    assert sheet.cell(2, at).value is None and "户数" in sheet.cell(3, at).value
    assert sheet.cell(3, 1).fill.fgColor.rgb == "FFFDE3E1" and "没有找到" in sheet.cell(4, at).value
    assert [cell.value for cell in book["填写说明"][2]][:3] == ["网格", "3", "户数"]

    def correct(book):
        grid = book["网格"]
        grid.cell(3, column(grid, "户数")).value = 12
        grid.delete_rows(4)

    assert prepare(edited(response.content, correct), clerk).preview["new"] == 2


def test_a_conflict_is_decided_with_the_confirmation(client, clerk, tree):
    first = uploaded(client, workbook(网格=[{}]))
    client.post(f"/workbook/imports/{first.pk}/apply/")
    content = export_workbook(tree.street, clerk)
    second = uploaded(client, workbook(网格=[{"户数": 320}]))
    client.post(f"/workbook/imports/{second.pk}/apply/")

    def edit(book):
        book["网格"].cell(2, column(book["网格"], "户数")).value = 310

    batch = uploaded(client, edited(content, edit))
    page = text(client.get(batch.get_absolute_url()))
    assert "<td>300</td>" in page and "<td>320</td>" in page and "<b>310</b>" in page
    response = client.post(f"/workbook/imports/{batch.pk}/apply/", follow=True)
    assert "请先选择冲突的处理方式" in text(response) and Grid.objects.get().households == 320
    client.post(f"/workbook/imports/{batch.pk}/apply/", {"on_conflict": "mine"})
    assert Grid.objects.get().households == 310


def test_what_changed_since_the_preview_is_shown_again(client):
    first = uploaded(client, workbook(网格=[{}]))
    client.post(f"/workbook/imports/{first.pk}/apply/")
    batch = uploaded(client, workbook(网格=[{"户数": 5}]))
    other = uploaded(client, workbook(网格=[{"户数": 6}]))
    client.post(f"/workbook/imports/{other.pk}/apply/")
    response = client.post(f"/workbook/imports/{batch.pk}/apply/", follow=True)
    assert "预览之后数据有变化" in text(response) and Grid.objects.get().households == 6
    client.post(f"/workbook/imports/{batch.pk}/apply/")
    assert Grid.objects.get().households == 5


def test_refused_files_leave_nothing(client, tmp_path):
    response = upload(client, b"PK\x03\x04 no workbook")
    assert response.status_code == 422 and "文件" in text(response)
    assert ImportBatch.objects.count() == 0 and not list(tmp_path.glob("imports/*"))
    assert upload(client, b"").status_code == 422
    assert client.post("/workbook/upload/").status_code == 422


def test_files_are_sealed_and_deleted_after_a_week(client, tmp_path):
    batch = uploaded(client, workbook(两委成员=[{"姓名": "张三丰"}]))
    files = list(tmp_path.glob("imports/*"))
    assert len(files) == 2 and all("张三丰".encode() not in file.read_bytes() for file in files)
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    now = timezone.now()
    assert batches.purge(now + dt.timedelta(days=6)) == 0
    jobs.DUTY.run("x", now + dt.timedelta(days=8))
    assert not list(tmp_path.glob("imports/*"))
    assert "明细已删除" in text(client.get(batch.get_absolute_url()))
    response = client.post(f"/workbook/imports/{batch.pk}/apply/", follow=True)
    assert "请重新上传" in text(response)


DAMAGED = b"PK\x03\x04 no workbook"
FILES = (("get", "errors/"), ("post", "apply/"), ("post", "decide/"))


def test_somebody_elses_upload_does_not_exist(client, user_of, sign_in, tree):
    batch = uploaded(client, workbook(网格=[{}]))
    for other in (make_user("colleague", Role.STREET_CLERK, tree.street), user_of(Role.UPPER_READER)):
        visitor = sign_in(other)
        for method, path in (*FILES, ("get", ""), ("get", "undo/")):
            answer = getattr(visitor, method)(f"/workbook/imports/{batch.pk}/{path}")
            assert answer.status_code in (403, 404)
        assert batch.number not in text(visitor.get("/workbook/"))
    assert Grid.objects.count() == 0


@pytest.mark.parametrize("role", [Role.STREET_LEAD, Role.COUNTY_STAFF, Role.COUNTY_LEAD])
def test_the_area_sees_counts_and_receipts_but_no_content(client, client_of, role):
    batch = uploaded(client, workbook(网格=[{"网格名称": "甲乙丙网格"}, {"网格编号": "02", "户数": "多"}]))
    other = client_of(role)
    assert batch.number in text(other.get("/workbook/")) and "上传人" in text(other.get("/workbook/"))
    page = text(other.get(batch.get_absolute_url()))
    assert "内容只有上传人可以查看" in page and "甲乙丙" not in page and "确认导入" not in page
    for method, path in FILES:
        assert getattr(other, method)(f"/workbook/imports/{batch.pk}/{path}").status_code == 404
    good = uploaded(client, workbook(网格=[{"网格名称": "甲乙丙网格"}]))
    client.post(f"/workbook/imports/{good.pk}/apply/")
    page = text(other.get(f"{good.get_absolute_url()}?tab=new"))
    assert good.number in page and "莲湖路社区 01" in page and "甲乙丙" not in page


def test_a_batch_is_found_by_the_area_of_its_rows(client_of):
    """What the county uploads for one street is found by that street's lead."""
    staff = client_of(Role.COUNTY_STAFF)
    batch = uploaded(staff, workbook(网格=[{}, {"社区代码": SECOND}]))
    assert batch.path == "610104001"
    assert batch.number in text(client_of(Role.STREET_LEAD).get("/workbook/"))
    assert batch.number not in text(client_of(Role.STREET_CLERK).get("/workbook/"))


def test_the_list_is_filtered(client_of):
    staff = client_of(Role.COUNTY_STAFF)
    batch = uploaded(staff, workbook(网格=[{}]))
    for query, found in (
        ("status=previewed", True),
        ("status=applied", False),
        ("who=county", True),
        ("who=nobody", False),
        ("since=2020-01-01", True),
        ("until=2020-01-01", False),
        ("area=610104001", True),
        ("area=610104002", False),
    ):
        assert (batch.number in text(staff.get(f"/workbook/?{query}"))) == found, query


def test_large_files_go_through_jobs(client, clerk, settings):
    settings.IMPORT_INLINE_BYTES = 10
    response = upload(client, workbook(网格=[{}]))
    job = Job.objects.get()
    assert response.url == f"/jobs/{job.pk}/?follow=1"
    batch = ImportBatch.objects.get()
    assert "正在后台检查" in text(client.get(batch.get_absolute_url()))
    assert run_job(job.pk).status == JobStatus.DONE
    response = client.post(f"/workbook/imports/{batch.pk}/apply/")
    again = client.post(f"/workbook/imports/{batch.pk}/apply/")
    applying = Job.objects.latest("pk")
    assert response.url == again.url == f"/jobs/{applying.pk}/?follow=1" and Job.objects.count() == 2
    assert run_job(applying.pk).status == JobStatus.DONE and Grid.objects.count() == 1
    assert "已全部保存" in text(client.get(jobs.link(applying)[1]))
    applying.refresh_from_db()
    assert jobs.run_apply(applying, lambda *a: None)["batch"] == batch.pk and Grid.objects.count() == 1


def test_a_large_refused_file_says_why(client, settings):
    settings.IMPORT_INLINE_BYTES = 10
    upload(client, b"PK\x03\x04 no workbook" * 9)
    job = run_job(Job.objects.get().pk)
    assert job.status == JobStatus.FAILED and job.error
    batch = ImportBatch.objects.get()
    assert batch.status == BatchStatus.REFUSED and batch.message in text(client.get(batch.get_absolute_url()))


def test_long_lists_have_pages_and_few_statements(client, django_assert_max_num_queries):
    batch = uploaded(client, workbook(网格=[{"网格编号": f"{n:03}"} for n in range(120)]))
    with django_assert_max_num_queries(15):
        page = text(client.get(f"{batch.get_absolute_url()}?tab=new&page=3"))
    assert "第 3 / 3 页" in page and ">102<" in page and "tab=new&amp;page=2" in page


def test_a_csv_of_one_sheet(client):
    lines = "社区代码,小区名称,户数\n610104001001,红埠花园,400\n".encode("gb18030")
    batch = uploaded(client, lines)
    assert batch.count("new") == 1, storage.read(batch.key, storage.PREVIEW)


@pytest.fixture
def conflicting(client, clerk, tree):
    """A preview with two conflicting fields on one row (户数 300 → 320 / 310, 人口 90 → 95 / 91)."""
    first = uploaded(client, workbook(网格=[{"人口": 90}]))
    client.post(f"/workbook/imports/{first.pk}/apply/")
    content = export_workbook(tree.street, clerk)
    second = uploaded(client, workbook(网格=[{"户数": 320, "人口": 95}]))
    client.post(f"/workbook/imports/{second.pk}/apply/")

    def edit(book):
        sheet = book["网格"]
        sheet.cell(2, column(sheet, "户数")).value = 310
        sheet.cell(2, column(sheet, "人口")).value = 91

    return uploaded(client, edited(content, edit))


def test_conflicts_are_decided_field_by_field(client, conflicting):
    address = f"/workbook/imports/{conflicting.pk}"
    page = text(client.get(f"{address}/?tab=conflicts"))
    assert 'name="choice:网格!2!户数"' in page and "还有 2 处没有选择" in page
    response = client.post(f"{address}/decide/", {"choice:网格!2!户数": "mine", "page": "1"}, follow=True)
    assert "还有 1 处没有选择" in text(response)
    response = client.post(f"{address}/apply/", follow=True)
    assert "请先选择冲突的处理方式" in text(response)
    response = client.post(f"{address}/decide/", {"choice:网格!2!人口": "theirs"}, follow=True)
    assert "全部冲突已选择" in text(response) and "on_conflict" not in text(response)
    response = client.post(f"{address}/apply/", follow=True)
    grid = Grid.objects.get()
    assert (grid.households, grid.population) == (310, 95)
    assert "逐项选择" in text(response)
    page = text(client.get(f"{address}/?tab=conflicts"))
    assert "用了文件中的" in page and "保留了系统中的" in page


def test_the_rest_is_decided_with_the_confirmation(client, conflicting):
    address = f"/workbook/imports/{conflicting.pk}"
    client.post(f"{address}/decide/", {"choice:网格!2!户数": "mine"})
    assert "其余 1 处冲突" in text(client.get(f"{address}/"))
    client.post(f"{address}/apply/", {"on_conflict": "theirs"})
    grid = Grid.objects.get()
    assert (grid.households, grid.population) == (310, 95)


def test_decisions_on_what_is_no_conflict_are_refused(client, conflicting):
    address = f"/workbook/imports/{conflicting.pk}"
    for values in ({"choice:网格!9!户数": "mine"}, {"choice:网格!2!户数": "both"}):
        assert "请刷新页面" in text(client.post(f"{address}/decide/", values, follow=True))
    conflicting.refresh_from_db()
    assert conflicting.decisions == {}


def test_preview_is_paged_and_filtered_by_sheet(client, django_assert_max_num_queries):
    rows = [{"网格编号": f"{number:03}"} for number in range(120)]
    batch = uploaded(client, workbook(网格=rows, 小区=[{}]))
    address = batch.get_absolute_url()
    with django_assert_max_num_queries(15):
        page = text(client.get(f"{address}?tab=new&page=2"))
    assert "第 2 / 3 页" in page and "新增 <b>121</b>" in page and "确认导入：新增 121 行" in page
    page = text(client.get(f"{address}?tab=new&sheet=小区"))
    assert "红埠花园" in page and "第一网格" not in page
    assert "第一网格" in text(client.get(f"{address}?tab=new&sheet=nonsense"))


def test_receipt_names_what_was_saved(client, django_assert_max_num_queries):
    batch = uploaded(client, workbook(社区=[{}], 网格=[{}, {"网格编号": "02"}]))
    client.post(f"/workbook/imports/{batch.pk}/apply/")
    batch.refresh_from_db()
    assert batch.counts["applied"] == [
        {"sheet": "社区", "unit": "个", "made": 1, "changed": 0},
        {"sheet": "网格", "unit": "个", "made": 2, "changed": 0},
    ]
    with django_assert_max_num_queries(15):
        page = text(client.get(batch.get_absolute_url()))
    assert batch.number in page and "网格：新增 2 个" in page and batch.sha256 in page
    assert "/communities/610104001001/" in page and "撤销本次导入" in page


def test_undo_page(client, clerk, sign_in, user_of, django_assert_max_num_queries):
    batch = uploaded(client, workbook(网格=[{}]))
    client.post(f"/workbook/imports/{batch.pk}/apply/")
    address = f"/workbook/imports/{batch.pk}/undo/"
    with django_assert_max_num_queries(15):
        assert "作废新增的 <b>1</b> 条记录" in text(client.get(address))
    response = client.post(address, {"reason": ""})
    assert response.status_code == 422 and "请填写撤销的理由" in text(response)
    staff = sign_in(user_of(Role.COUNTY_STAFF))
    assert "只有上传人" in text(staff.get(address))
    assert staff.post(address, {"reason": "试"}).status_code == 403
    for _ in range(2):
        response = client.post(address, {"reason": "传错了文件"}, follow=True)
    assert "这次导入已撤销" in text(response) and "传错了文件" in text(response)
    assert Grid.objects.get().voided_on and Event.objects.filter(reason="传错了文件").count() == 1
    assert "已经撤销" in text(client.get(address))
    assert "已撤销" in text(client.get("/workbook/"))


def test_undo_page_lists_what_changed_since(client):
    batch = uploaded(client, workbook(网格=[{}]))
    client.post(f"/workbook/imports/{batch.pk}/apply/")
    later = uploaded(client, workbook(网格=[{"户数": 5}]))
    client.post(f"/workbook/imports/{later.pk}/apply/")
    address = f"/workbook/imports/{batch.pk}/undo/"
    page = text(client.get(address))
    assert "有 1 条记录在导入之后又被修改" in page and "莲湖路社区 01" in page and "确认撤销" not in page
    assert client.post(address, {"reason": "试"}).status_code == 422
    assert Grid.objects.get().households == 5


def test_the_same_file_again_says_so(client):
    content = workbook(网格=[{}])
    first = uploaded(client, content)
    client.post(f"/workbook/imports/{first.pk}/apply/")
    page = text(client.get(uploaded(client, content).get_absolute_url()))
    assert "同一个文件已于" in page and first.number in page and "没有需要保存的内容" in page


def test_guide_names_every_column(client):
    page = text(client.get("/workbook/guide/", follow=True))
    assert "两委成员" in page and "监委会主任" in page and "党支部、党总支、党委" in page


def test_upload_by_script_answers_with_an_address_or_errors(client):
    send = {"headers": {"X-Upload": "1"}}
    file = SimpleUploadedFile("台账.xlsx", workbook(网格=[{}]))
    response = client.post("/workbook/upload/", {"file": file}, **send)
    assert response.json() == {"url": ImportBatch.objects.get().get_absolute_url()}
    response = client.post("/workbook/upload/", {"file": SimpleUploadedFile("a.xlsx", DAMAGED)}, **send)
    assert response.status_code == 422 and response.json()["errors"]


def test_a_full_disk_is_told_and_saves_nothing(client, monkeypatch, tmp_path):
    content = workbook(网格=[{}])
    batch = uploaded(client, content)

    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "write", full)
    response = upload(client, content)
    assert response.status_code == 422 and "磁盘空间不足" in text(response)
    response = client.post(f"/workbook/imports/{batch.pk}/apply/", follow=True)
    assert "磁盘空间不足" in text(response) and Grid.objects.count() == 0
    batch.refresh_from_db()
    assert batch.status == BatchStatus.PREVIEWED and ImportBatch.objects.count() == 1


def test_a_full_disk_fails_the_job_with_its_reason(client, monkeypatch, settings):
    settings.IMPORT_INLINE_BYTES = 10
    upload(client, workbook(网格=[{}]))

    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "write", full)
    job = run_job(Job.objects.get().pk)
    assert job.status == JobStatus.FAILED and "磁盘空间不足" in job.error
    monkeypatch.undo()
    job = retry(job=job)
    assert run_job(job.pk).status == JobStatus.DONE
    assert ImportBatch.objects.get().status == BatchStatus.PREVIEWED
