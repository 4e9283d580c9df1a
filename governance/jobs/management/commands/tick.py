"""`manage.py tick`: what the clock of run_worker does every hour, once and by hand."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from governance.jobs import periodic


class Command(BaseCommand):
    help = "立即办理所有到期的定期事项；重复执行不会重复办理。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accept-clock", action="store_true", help="时钟有意调回后，确认以当前时间为准")
        parser.add_argument("--reason", default="", help="确认时钟的原因（写入审计）")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["accept_clock"]:
            if not options["reason"].strip():
                raise CommandError("请用 --reason 写明确认时钟的原因。")
            periodic.accept_clock(now=now, reason=options["reason"].strip())
        ticked = periodic.tick(now)
        if options["json"]:
            answer = {"done": ticked.done, "failed": ticked.failed, "refused": ticked.refused}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        elif not ticked.refused:
            self.stdout.write(f"已办理 {len(ticked.done)} 项，失败 {len(ticked.failed)} 项。")
        if ticked.refused:
            raise CommandError(
                "服务器时钟倒退，未办理任何事项。请校准时钟；如属有意调整，请加 --accept-clock。"
            )
        if ticked.failed:
            raise SystemExit(1)
