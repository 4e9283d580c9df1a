"""What leaves: who sees what, what is masked, and that a fresh export comes back without a change."""

import datetime as dt
import hashlib
import io

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied

from communities.models import Community
from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.divisions.models import UnknownCode
from governance.exchange.exporting import ExportRefused, find_division
from governance.exchange.services import apply, export_workbook, prepare
from governance.people.identity import check_digit
from tests.governance.exchange.sheets import COMMUNITY, FOREIGN, GOOD, STREET, workbook

pytestmark = pytest.mark.django_db
NUMBER = "61010419760312001" + check_digit("61010419760312001")
PHONE = "13800001234"

CONTRACT = {
    "社区": "社区代码 社区名称 街道代码 区域类型 社区类型 常住户数 户籍户数 常住人口 户籍人口 城镇常住人口 "
    "成立日期 新建社区 村转居 党组织类型 村民小组数 注册志愿者数 环境和物业管理委员会 东至 南至 西至 北至 "
    "统一社会信用代码",
    "网格": "社区代码 网格编号 网格名称 网格类型 户数 人口 党组织 网格长 网格员数 村民小组 边界 撤销日期",
    "两委成员": "社区代码 姓名 身份证号 性别 出生日期 党组织职务 居委会职务 监委会主任 专职 占职数 任职日期 "
    "离任日期",
    "社区工作者": "社区代码 姓名 身份证号 手机号 岗位 级别 入职日期 入职方式 社会工作者证书 离职日期",
    "服务设施": "社区代码 设施名称 设施类型 建筑面积 居民活动面积 室外广场面积 取得方式 启用日期 停用日期",
    "小区": "社区代码 小区名称 户数 楼栋数 建成日期 物业类型 业委会 撤销日期",
    "社会组织": "社区代码 组织名称 类别 登记状态 成立日期 注销日期",
}


@pytest.fixture
def clerk(tree, user_of):
    return user_of(Role.STREET_CLERK)


@pytest.fixture
def filled(clerk):
    sheets = {name: [{}] for name in GOOD}
    sheets["两委成员"] = [
        {"身份证号": NUMBER},
        {"姓名": "王五", "身份证号": None, "性别": "女", "出生日期": "1990-01-02"},
    ]
    sheets["社区工作者"] = [
        {"手机号": PHONE, "离职日期": "2024-01-31"},
        {"手机号": PHONE, "入职日期": "2025-02-01"},
    ]
    sheets["网格"] = [{"村民小组": "一组、二组", "撤销日期": dt.date(2023, 5, 1)}, {"网格编号": "-02"}]
    sheets["服务设施"] = [{"建筑面积": 128.4, "居民活动面积": 0.01, "启用日期": "1950年1月2日"}]
    plan = prepare(workbook(**sheets), clerk)
    assert plan.errors == []
    apply(plan, clerk)


def book(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def rows(content, name):
    lines = list(book(content)[name].values)
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def test_sheets_and_columns_are_those_of_the_contract(tree, clerk):
    found = book(export_workbook(tree.street, clerk))
    assert found.sheetnames[:8] == ["填写说明", *CONTRACT]
    for name, columns in CONTRACT.items():
        header = [cell.value for cell in found[name][1]]
        assert header == [*columns.split(), "_id", "_version"]
        assert found[name].column_dimensions["A"].hidden is False


@pytest.mark.parametrize("role", [Role.STREET_CLERK, Role.COUNTY_STAFF])
def test_a_fresh_export_comes_back_without_a_change(tree, user_of, filled, role):
    user = user_of(role)
    found = prepare(export_workbook(tree.county if role == Role.COUNTY_STAFF else tree.street, user), user)
    preview = found.preview
    assert preview["errors"] == preview["conflicts"] == []
    assert (preview["new"], preview["changed"], preview["unchanged"]) == (0, 0, preview["rows"])
    assert preview["rows"] == (13 if role == Role.COUNTY_STAFF else 11)


def test_unfilled_communities_come_back_without_a_change(tree, clerk):
    preview = prepare(export_workbook(tree.street, clerk), clerk).preview
    assert (preview["rows"], preview["unchanged"], preview["errors"]) == (2, 2, [])


def test_a_revealed_export_comes_back_without_a_change(tree, clerk, filled):
    content = export_workbook(tree.street, clerk, reveal=True, reason="换届核对")
    member = rows(content, "两委成员")[0]
    assert member["身份证号"] == NUMBER and member["出生日期"] == dt.datetime(1976, 3, 12)
    preview = prepare(content, clerk).preview
    assert (preview["new"], preview["changed"], preview["errors"]) == (0, 0, [])


def test_personal_data_leaves_masked(tree, clerk, filled):
    content = export_workbook(tree.street, clerk)
    member, worker = rows(content, "两委成员")[0], rows(content, "社区工作者")[0]
    assert (member["身份证号"], member["出生日期"]) == (f"6{'*' * 16}{NUMBER[-1]}", "1976-**-**")
    assert worker["手机号"] == "138****1234"


def test_only_the_user_s_divisions(tree, clerk, user_of, filled):
    codes = {row["社区代码"] for row in rows(export_workbook(tree.street, clerk), "社区")}
    assert codes == {COMMUNITY, "610104001002"}
    for division in (tree.county, tree.foreign_community, tree.other_street):
        with pytest.raises(UnknownCode):
            export_workbook(division, clerk)
    with pytest.raises(UnknownCode):
        find_division(clerk, FOREIGN)
    assert find_division(clerk, f"{STREET}000").code == STREET


def test_without_the_right_persons_stay_behind(tree, user_of, filled):
    content = export_workbook(tree.county, user_of(Role.DEPARTMENT))
    assert len(rows(content, "社区")) == 4
    assert rows(content, "两委成员") == rows(content, "社区工作者") == []


def test_revealing_needs_right_and_reason(tree, clerk, user_of, filled):
    with pytest.raises(ExportRefused):
        export_workbook(tree.street, clerk, reveal=True, reason=" ")
    with pytest.raises(PermissionDenied):
        export_workbook(tree.county, user_of(Role.UPPER_READER), reveal=True, reason="看")


def test_every_export_is_logged_with_count_and_hash(tree, clerk, filled):
    content = export_workbook(tree.street, clerk, reveal=True, reason="换届核对")
    event = Event.objects.get(kind=EventKind.EXPORT)
    assert (event.path, event.reason, event.detail["revealed"]) == (tree.street.path, "换届核对", True)
    assert event.detail["sha256"] == hashlib.sha256(content).hexdigest()
    assert event.detail["rows"] == 11 and event.detail["sheets"]["两委成员"] == 2


def test_row_cap(tree, clerk, filled, settings):
    settings.EXPORT_MAX_ROWS = 10
    with pytest.raises(ExportRefused, match="分别导出"):
        export_workbook(tree.street, clerk)


def test_usual_names_and_closed_communities(tree, clerk):
    Community.objects.filter(division=tree.community).update(usual_name="红埠街社区")
    tree["610104001002"].closed_on = dt.date(2025, 1, 1)
    tree["610104001002"].save()
    (row,) = rows(export_workbook(tree.street, clerk), "社区")
    assert (row["社区名称"], row["街道代码"]) == ("红埠街社区", STREET)
