"""`manage.py mechanisms [--json]`: every measure of the catalogue, live or planned."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from governance.policies.mechanisms import LIVE, measure_state
from governance.policies.models import Measure


class Command(BaseCommand):
    help = "列出政策措施目录：哪些已实现、由什么实现，哪些在规划中"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Measure.objects.select_related("standard", "document").order_by("document__code", "order")
        found = [(measure, measure_state(measure)) for measure in rows]
        if options["json"]:
            mechanisms = [
                {
                    "id": measure.code,
                    "state": state.state,
                    "realised_by": [item.as_json() for item in state.realised_by],
                }
                for measure, state in found
            ]
            self.stdout.write(json.dumps({"mechanisms": mechanisms}, ensure_ascii=False))
            return
        for measure, state in found:
            by = "、".join(f"{item.name} {item.url}".strip() for item in state.realised_by)
            self.stdout.write(f"{measure.code:<12} {state.label}  {measure.title}  {by}".rstrip())
        live = sum(state.state == LIVE for _, state in found)
        self.stdout.write(f"共 {len(found)} 项措施，已实现 {live} 项，规划中 {len(found) - live} 项。")
