"""One account for every role, in units marked 演示, all with the one password of this installation.

The password is made at the first run and kept in DATA_DIR/demo-accounts.json, readable by the owner alone.
"""

import json
import os
import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.utils import timezone

from demo.people import MARK
from governance.accounts.models import Unit, User
from governance.accounts.passwords import issue_password
from governance.accounts.roles import ROLES, Role
from governance.accounts.services import create_user, grant
from governance.divisions.models import Division

FILE = "demo-accounts.json"


@dataclass(frozen=True)
class Account:
    """A demonstration account: who, in which unit, with which role where, and what to try with it."""

    username: str
    role: Role
    division: str
    unit: str
    purpose: str
    person: str = ""
    """Whom the greeting names where the role is not what one calls a person."""

    @property
    def display_name(self) -> str:
        return f"{MARK}{self.person or ROLES[self.role].label}"


_STREET, _COUNTY = f"{MARK}莲湖区青年路街道办事处", f"{MARK}莲湖区民政局"
_COMPUTER_ROOM = f"{MARK}陕西省民政厅信息中心"
ACCOUNTS = (
    Account("demo-clerk", Role.STREET_CLERK, "610104001", _STREET, "录入、导入本街道台账"),
    Account("demo-lead", Role.STREET_LEAD, "610104001", _STREET, "确认本街道数据"),
    Account(
        "demo-lead-2",
        Role.STREET_LEAD,
        "610104002",
        f"{MARK}莲湖区北院门街道办事处",
        "另一个街道：看不到青年路街道",
    ),
    Account("demo-staff", Role.COUNTY_STAFF, "610104", _COUNTY, "核查全区、生成进展报告"),
    Account("demo-county-lead", Role.COUNTY_LEAD, "610104", _COUNTY, "审定、签发报告"),
    Account(
        "demo-city", Role.UPPER_READER, "6101", f"{MARK}西安市民政局", "查看全市、接收报告", "市级工作人员"
    ),
    Account(
        "demo-province", Role.UPPER_READER, "61", f"{MARK}陕西省民政厅", "查看全省、接收报告", "省级工作人员"
    ),
    Account("demo-department", Role.DEPARTMENT, "610104", f"{MARK}莲湖区住房和城乡建设局", "报送本部门措施"),
    Account(
        "demo-community",
        Role.COMMUNITY,
        "610104001001",
        f"{MARK}莲湖路第一社区居民委员会",
        "查看本社区体检",
        "社区工作人员",
    ),
    Account("demo-system", Role.SYSTEM_ADMIN, "61", _COMPUTER_ROOM, "管理账号和设置"),
    Account("demo-security", Role.SECURITY_ADMIN, "61", _COMPUTER_ROOM, "授权、解锁、重置密码"),
    Account("demo-audit", Role.AUDIT_ADMIN, "61", _COMPUTER_ROOM, "查阅和校验审计日志"),
)


def _kept_password() -> str | None:
    try:
        return json.loads((settings.DATA_DIR / FILE).read_text())["password"]
    except (OSError, ValueError, KeyError):
        return None


def _keep(password: str) -> None:
    """Write the file beside and rename it, so that it is whole or absent."""
    content = {
        "password": password,
        "accounts": [
            {"username": account.username, "role": account.role.value, "division": account.division}
            for account in ACCOUNTS
        ],
    }
    target = settings.DATA_DIR / FILE
    beside = target.with_suffix(".new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        json.dump(content, stream, ensure_ascii=False, indent=1)
    beside.replace(target)


def has_demo_accounts() -> bool:
    return User.objects.filter(username__in=[account.username for account in ACCOUNTS]).exists()


def load_accounts() -> str:
    """Make the accounts that are missing; returns the password of those that still have the issued one.

    When the file is lost, a new password is set for all of them.
    """
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    password = _kept_password()
    lost = password is None
    password = password or issue_password()
    if lost:
        _keep(password)
    with transaction.atomic():
        existing = {
            user.username: user for user in User.objects.filter(username__in=[a.username for a in ACCOUNTS])
        }
        for account in ACCOUNTS:
            user = existing.get(account.username)
            if user is None:
                _make(account, password)
            elif lost:
                user.set_password(password)
                user.must_change_password = False
                user.password_changed_at = timezone.now()
                user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    return password


def _make(account: Account, password: str) -> None:
    home = Division.objects.by_code(account.division)
    unit, _ = Unit.objects.get_or_create(
        name=account.unit,
        defaults={"division": home, "letterhead": f"{account.unit}文件", "document_prefix": MARK},
    )
    user, _ = create_user(
        username=account.username, display_name=account.display_name, unit=unit, password=password
    )
    grant(user=user, role=account.role, division=home)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - _width(text))


def accounts_table(password: str) -> str:
    """The accounts as an aligned table in Chinese, with the password; changed passwords are named."""
    places = dict(
        Division.objects.filter(code__in=[a.division for a in ACCOUNTS]).values_list("code", "name")
    )
    hashes = dict(User.objects.values_list("username", "password"))
    rows = [("用户名", "角色", "辖区", "可以做什么", "密码")]
    for account in ACCOUNTS:
        same = check_password(password, hashes.get(account.username, ""))
        rows.append(
            (
                account.username,
                ROLES[account.role].label,
                places.get(account.division, account.division),
                account.purpose,
                password if same else "（已修改）",
            )
        )
    widths = [max(_width(row[column]) for row in rows) for column in range(5)]
    lines = [
        "  " + "  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join(["演示账号（数据均为虚构）", "", *(line.rstrip() for line in lines)])
