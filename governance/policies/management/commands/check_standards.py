"""`manage.py check_standards CODE`: measure a division against every standard, live."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from governance.divisions.clock import today
from governance.divisions.models import Division, Level, UnknownCode
from governance.policies.evaluation.community import community_results
from governance.policies.evaluation.upper import division_result


class Command(BaseCommand):
    help = "对照政策标准核查一个行政区划"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="2、4、6、9 或 12 位代码，0 为全国")
        parser.add_argument("--on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="评价日期，默认今天")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        on = options["on"] or today()
        try:
            division = Division.objects.by_code(options["code"])
        except UnknownCode as error:
            self._refuse(str(error), as_json=options["json"])
        result: dict[str, Any] = {"division": division.code, "on": on.isoformat()}
        if division.level == Level.COMMUNITY:
            result["results"] = [trace.as_json() for trace in community_results(division=division, on=on)]
        else:
            result |= division_result(division=division, on=on).as_json()
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self._print(division, result)

    def _refuse(self, message: str, *, as_json: bool) -> None:
        if as_json:
            error = {"error": {"code": "unknown_division", "message": message}}
            self.stdout.write(json.dumps(error, ensure_ascii=False))
        else:
            self.stderr.write(message)
        raise SystemExit(1)

    def _print(self, division: Division, result: dict[str, Any]) -> None:
        self.stdout.write(f"{division.full_name()}（{result['on']}）")
        for item in result["results"]:
            figure = "暂无数据" if item["value"] is None else f"{item['value']}{item['unit']}"
            self.stdout.write(
                f"{item['standard']:<12} {item['outcome'] or '-':<15} {figure:<14} {item['remedy']} "
                + " ".join(f"{name}={count}" for name, count in item.get("counts", {}).items())
            )
