"""`manage.py import_workbook FILE --as USER`: check a workbook and save it as a whole."""

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandParser

from governance.accounts.models import User
from governance.exchange.commands import Refused, as_user, refuse
from governance.exchange.guard import UploadRefused
from governance.exchange.importing.apply import MINE, THEIRS, StalePlan, apply
from governance.exchange.importing.lines import Plan
from governance.exchange.importing.prepare import prepare

_ATTEMPTS = 3


class Command(BaseCommand):
    help = "导入台账工作簿：全部通过才保存，有错误或未处理的冲突时不保存任何内容"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help=".xlsx 或 .csv")
        parser.add_argument("--as", required=True, dest="user", metavar="USER", help="以哪个用户的权限")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不保存")
        parser.add_argument(
            "--on-conflict", choices=[THEIRS, MINE], help="冲突时保留系统中的（theirs）或用文件中的（mine）"
        )
        parser.add_argument("--json", action="store_true", help="在标准输出给出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = options["json"]
        try:
            content = Path(options["file"]).read_bytes()
        except OSError as error:
            refuse(self, "unreadable", f"文件无法读取：{error.strerror}。", as_json=as_json)
        try:
            with as_user(options["user"]) as user:
                plan = self._run(content, user, options)
        except Refused as error:
            refuse(self, error.code, str(error), as_json=as_json)
        except UploadRefused as error:
            places = f"（{'、'.join(error.untold)}）" if error.untold else ""
            refuse(self, error.code, f"{error.message}{places}", as_json=as_json)
        except PermissionDenied as error:
            refuse(self, "forbidden", str(error), as_json=as_json)
        except StalePlan as error:
            refuse(self, "busy", str(error), as_json=as_json)
        self._tell(plan, as_json)
        if not plan.may_apply(options["on_conflict"]):
            raise SystemExit(1)

    def _run(self, content: bytes, user: User, options: dict[str, Any]) -> Plan:
        for attempt in range(1, _ATTEMPTS + 1):
            plan = prepare(content, user)
            if options["dry_run"] or not plan.may_apply(options["on_conflict"]):
                return plan
            preview = plan.preview
            try:
                apply(plan, user, options["on_conflict"], file_name=Path(options["file"]).name)
            except StalePlan:
                if attempt == _ATTEMPTS:
                    raise
                continue
            self._preview = preview
            return plan
        raise AssertionError("unreachable")

    def _tell(self, plan: Plan, as_json: bool) -> None:
        preview = getattr(self, "_preview", None) or plan.preview
        if as_json:
            self.stdout.write(json.dumps(preview, ensure_ascii=False))
            return
        self.stdout.write(
            f"共 {preview['rows']} 行：新增 {preview['new']}，修改 {preview['changed']}，"
            f"不变 {preview['unchanged']}，冲突 {len(preview['conflicts'])} 处，"
            f"错误 {len(preview['errors'])} 处"
        )
        for error in preview["errors"]:
            self.stdout.write(
                f"错误 {error['sheet']} 第 {error['row']} 行 {error['column']}：{error['message']}"
            )
        for each in preview["conflicts"]:
            self.stdout.write(
                f"冲突 {each['sheet']} 第 {each['row']} 行 {each['column']}："
                f"下载时 {each['base']}，现在 {each['theirs']}，文件中 {each['mine']}"
            )
        for notice in preview["notices"]:
            self.stdout.write(f"提示 {notice['sheet']} 第 {notice['row']} 行：{notice['message']}")
