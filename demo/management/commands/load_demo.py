"""`manage.py load_demo`: the invented ledger of 莲湖区, accounts of every role, files to try, reports."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError

from demo.accounts import accounts_table, has_demo_accounts, load_accounts
from demo.activity import load_activity
from demo.dates import LATER
from demo.ledgers import load_ledgers
from demo.loading import district, has_entries, load_registries
from demo.reports import make_reports
from demo.workbooks import make_workbooks, workbook_paths
from governance.divisions.models import UnknownCode
from governance.exchange.commands import Refused
from governance.records.editing import EntryConflict, EntryRefused

_NO_ROOM = (
    *(LookupError, ObjectDoesNotExist, ValidationError, PermissionDenied),
    *(EntryRefused, EntryConflict, Refused),
)


class Command(BaseCommand):
    help = "装载莲湖区演示数据和演示账号；再次运行不改变已有内容"

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if not has_demo_accounts() and has_entries(district()):
                raise CommandError("莲湖区已有台账数据，这不是演示数据库，未装载演示数据。")
        except UnknownCode as error:
            raise CommandError("请先运行 load_divisions。") from error
        # Accounts first: they tell a demonstration that was interrupted from a database in use.
        password = load_accounts()
        counts = load_registries()
        if counts:
            self.stderr.write("已装载演示数据：" + "，".join(f"{n} {c} 条" for n, c in counts.items()) + "。")
        if entries := load_ledgers(LATER):
            self.stderr.write(f"已装载专项台账 {entries} 条。")
        # Reports before what users did: their figures are those of the ledger as it was entered.
        for message in make_reports():
            self.stderr.write(message)
        self._load_activity()
        make_workbooks()
        self.stdout.write(accounts_table(password))
        self.stdout.write("\n可供试导入的台账（用 demo-clerk 登录后上传）：")
        for path in workbook_paths():
            self.stdout.write(f"  {path}")

    def _load_activity(self) -> None:
        """What visitors changed in an older demonstration may leave no room for it; the rest is fine then."""
        try:
            done = load_activity()
        except _NO_ROOM as error:
            self.stderr.write(f"演示的日常操作未能装载，其余不受影响：{error}")
            return
        if done:
            self.stderr.write("已装载日常操作：" + "，".join(f"{n} {c} 项" for n, c in done.items()) + "。")
