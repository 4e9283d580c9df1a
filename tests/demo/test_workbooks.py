"""The workbooks to try: one that changes a few rows, one with mistakes of every kind."""

import pytest
from openpyxl import load_workbook

from demo.accounts import load_accounts
from demo.workbooks import make_workbooks
from governance.accounts.models import User
from governance.exchange.services import prepare

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def files(demo, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    load_accounts()
    return make_workbooks()


def _preview(path):
    return prepare(path.read_bytes(), User.objects.get(username="demo-clerk")).preview


def test_first_file_shows_new_and_changed_rows(files):
    preview = _preview(files[0])
    assert preview["errors"] == [] and preview["conflicts"] == []
    assert (preview["new"], preview["changed"]) == (6, 4)
    assert preview["unchanged"] > 300


def test_second_file_shows_the_usual_mistakes(files):
    preview = _preview(files[1])
    columns = {(error["sheet"], error["column"]) for error in preview["errors"]}
    assert columns >= {
        ("社区", "常住户数"),
        ("社区", "区域类型"),
        ("社区", "成立日期"),
        ("网格", "户数"),
        ("网格", "网格编号"),
        ("两委成员", "身份证号"),
        ("两委成员", "社区代码"),
        ("两委成员", "姓名"),
        ("社区工作者", "级别"),
        ("服务设施", "建筑面积"),
        ("社会组织", "注销日期"),
    }


def test_files_are_made_once_and_hold_no_full_numbers(files):
    assert make_workbooks() == []
    sheet = load_workbook(files[0])["社区工作者"]
    column = next(cell.column for cell in sheet[1] if cell.value == "身份证号")
    numbers = [sheet.cell(row, column).value for row in range(2, sheet.max_row + 1)]
    assert sum("*" not in number for number in numbers) == 2
