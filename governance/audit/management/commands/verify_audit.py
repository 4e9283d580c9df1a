"""`manage.py verify_audit`: is the audit log whole?"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from governance.audit.sealing import verify


class Command(BaseCommand):
    help = "核对审计日志的区块链条"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        result = verify()
        if options["json"]:
            figures = {
                "blocks": result.blocks,
                "events": result.events,
                "unsealed": result.unsealed,
                "ok": result.ok,
            }
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
        else:
            self.stdout.write(
                f"区块 {result.blocks} 个，事件 {result.events} 条，未封存 {result.unsealed} 条："
                + ("完整" if result.ok else f"区块 {'、'.join(result.broken)} 不符")
            )
        if not result.ok:
            raise SystemExit(1)
