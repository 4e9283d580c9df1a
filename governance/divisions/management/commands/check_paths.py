"""`manage.py check_paths`: do all path copies agree with the tree?"""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from governance.divisions.services import check_paths


class Command(BaseCommand):
    help = "核对行政区划树和各台账中的路径"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        faults = check_paths()
        if options["json"]:
            content = {"ok": not faults, "faults": [asdict(fault) for fault in faults]}
            self.stdout.write(json.dumps(content, ensure_ascii=False))
        elif not faults:
            self.stdout.write("路径全部正确。")
        for fault in faults:
            ids = "、".join(map(str, fault.examples))
            self.stderr.write(f"{fault.model}：{fault.count} 行路径不符（如 id {ids}）。")
        if faults:
            raise SystemExit(1)
