"""`manage.py export_workbook CODE FILE --as USER`: the prefilled workbook of a division."""

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandParser

from governance.divisions.models import UnknownCode
from governance.exchange.commands import Refused, as_user, refuse
from governance.exchange.exporting import ExportRefused, export_workbook, find_division


class Command(BaseCommand):
    help = "导出一个行政区划的台账工作簿（已填好现有数据，可作模板）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", metavar="CODE", help="2、4、6、9 或 12 位代码")
        parser.add_argument("file", metavar="FILE", help="写到哪个文件")
        parser.add_argument("--as", required=True, dest="user", metavar="USER", help="以哪个用户的权限")
        parser.add_argument("--reveal", action="store_true", help="导出完整的身份证号、手机号和出生日期")
        parser.add_argument("--reason", default="", metavar="TEXT", help="导出完整信息的理由")
        parser.add_argument("--json", action="store_true", help="出错时在标准输出给出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with as_user(options["user"]) as user:
                division = find_division(user, options["code"])
                content = export_workbook(division, user, reveal=options["reveal"], reason=options["reason"])
        except Refused as error:
            refuse(self, error.code, str(error), as_json=options["json"])
        except UnknownCode as error:
            refuse(self, "unknown_division", str(error), as_json=options["json"])
        except PermissionDenied as error:
            refuse(self, "forbidden", str(error), as_json=options["json"])
        except ExportRefused as error:
            refuse(self, "refused", str(error), as_json=options["json"])
        target = Path(options["file"])
        unfinished = target.with_name(f".{target.name}.part")
        try:
            unfinished.touch(mode=0o600)
            unfinished.write_bytes(content)
            os.replace(unfinished, target)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            refuse(self, "not_written", f"文件无法写入：{error.strerror}。", as_json=options["json"])
        self.stderr.write(f"已写入 {target}（{len(content):,} 字节）。")
