"""Workbooks to try: the ledger of one street with a few changes, and one with the usual mistakes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from demo.accounts import ACCOUNTS
from demo.people import MARK, invented_id
from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.divisions.models import Division
from governance.exchange.services import export_workbook

CODE = "社区代码"
_CLERK = next(account for account in ACCOUNTS if account.role == Role.STREET_CLERK)


@dataclass
class Ledger:
    """One sheet of a workbook, addressed by its column names."""

    sheet: Worksheet
    columns: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = {cell.value: cell.column for cell in self.sheet[1] if cell.value}

    def row_of(self, code: str, **given: Any) -> int:
        """The first row of a community whose cells are as given."""
        wanted = {CODE: code, **given}
        for row in range(2, self.sheet.max_row + 1):
            if all(self.get(row, name) == value for name, value in wanted.items()):
                return row
        raise LookupError(f"{self.sheet.title}: {wanted}")

    def get(self, row: int, column: str) -> Any:
        return self.sheet.cell(row, self.columns[column]).value

    def put(self, row: int, **values: Any) -> None:
        for column, value in values.items():
            cell = self.sheet.cell(row, self.columns[column])
            cell.value = value
            if isinstance(value, str):
                cell.number_format = "@"

    def append(self, **values: Any) -> None:
        self.put(self.sheet.max_row + 1, **values)


def _change(book: dict[str, Ledger]) -> None:
    """What a clerk does in a quarter: correct figures, end and add rows."""
    first, second, last = "610104001001", "610104001002", "610104001012"
    communities = book["社区"]
    communities.put(communities.row_of(second), 常住户数=2935, 常住人口=8090, 注册志愿者数=1125)
    communities.put(communities.row_of("610104001005"), 北至=f"{MARK}新北路")
    grids = book["网格"]
    grids.put(grids.row_of(first, 网格编号=f"{first}001"), 网格长=f"{MARK}赵新一", 网格员数=3)
    members = book["两委成员"]
    members.put(
        members.row_of("610104001008", 党组织职务=None, 居委会职务="委员", 离任日期=None),
        离任日期=date(2026, 9, 15),
    )
    members.append(
        社区代码="610104001008",
        姓名=f"{MARK}钱新一",
        身份证号=invented_id(1),
        居委会职务="委员",
        专职="是",
        占职数="是",
        任职日期=date(2026, 9, 16),
    )
    for number, name in ((2, "孙新一"), (3, "李新一")):
        book["社区工作者"].append(
            社区代码=last,
            姓名=f"{MARK}{name}",
            身份证号=invented_id(number),
            手机号=f"1380000999{number}",
            岗位="一般",
            级别=2,
            入职日期=date(2026, 9, 1),
            入职方式="公开招聘",
            社会工作者证书="助理",
        )
    book["服务设施"].append(
        社区代码=last,
        设施名称=f"{MARK}西北一路社区党群服务中心",
        设施类型="社区综合服务设施",
        建筑面积=920.5,
        居民活动面积=580.25,
        室外广场面积=1050,
        取得方式="改扩建",
        启用日期=date(2026, 9, 10),
    )
    compounds = book["小区"]
    compounds.append(
        社区代码=second, 小区名称=f"{MARK}新居苑", 户数=35, 楼栋数=1, 物业类型="社会化物业", 业委会="否"
    )
    book["社会组织"].append(
        社区代码="610104001006",
        组织名称=f"{MARK}青年路第二社区摄影社",
        类别="文体",
        登记状态="备案",
        成立日期=date(2026, 9, 5),
    )


def _spoil(book: dict[str, Ledger]) -> None:
    """Mistakes as they come in every day, one of each kind."""
    first, second = "610104001001", "610104001002"
    communities = book["社区"]
    communities.put(communities.row_of(first), 常住户数="约一千")
    communities.put(communities.row_of(second), 区域类型="城区")
    communities.put(communities.row_of("610104001005"), 成立日期="2026-02-30")
    grids = book["网格"]
    row = grids.row_of(first, 网格编号=f"{first}001")
    grids.put(row, 户数=-5)
    grids.put(grids.row_of(first, 网格编号=f"{first}003"), 网格编号=f"{first}002")
    id_number = invented_id(4)
    wrong = id_number[:-1] + ("1" if id_number[-1] != "1" else "2")
    new = {
        "社区代码": first,
        "居委会职务": "委员",
        "专职": "是",
        "占职数": "是",
        "任职日期": date(2026, 9, 16),
    }
    members = book["两委成员"]
    members.append(**new, 姓名=f"{MARK}周新一", 身份证号=wrong)
    members.append(**new, 姓名=f"{MARK}吴新一", 身份证号=int(invented_id(5)[:15]) * 1000)
    members.append(**(new | {"社区代码": "610104001999"}), 姓名=f"{MARK}郑新一", 身份证号=invented_id(6))
    members.append(**new, 身份证号=invented_id(7))
    workers = book["社区工作者"]
    workers.put(workers.row_of(second), 级别=19)
    facilities = book["服务设施"]
    facilities.put(facilities.row_of(first), 建筑面积=812.345)
    organisations = book["社会组织"]
    organisations.put(organisations.row_of(first), 成立日期=date(2026, 9, 1), 注销日期=date(2026, 8, 1))


def workbook_paths() -> dict[Path, Callable[[dict[str, Ledger]], None]]:
    """The files of the demonstration and what is done to the export in each."""
    street = Division.objects.select_related("parent").by_code(_CLERK.division)
    stem = f"{street.parent.name}-{street.name}-{MARK}台账"
    folder = Path(settings.DATA_DIR) / "demo"
    return {folder / f"{stem}.xlsx": _change, folder / f"{stem}（有错误）.xlsx": _spoil}


def make_workbooks() -> list[Path]:
    """Write the files that are missing, from an export by the clerk of the street; returns what was made."""
    missing = {path: edit for path, edit in workbook_paths().items() if not path.exists()}
    if not missing:
        return []
    street = Division.objects.by_code(_CLERK.division)
    content = export_workbook(street, User.objects.get(username=_CLERK.username))
    for path, edit in missing.items():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        workbook = load_workbook(BytesIO(content))
        edit({sheet.title: Ledger(sheet) for sheet in workbook.worksheets})
        beside = path.with_suffix(".new")
        workbook.save(beside)
        beside.chmod(0o600)
        beside.replace(path)
    return list(missing)
