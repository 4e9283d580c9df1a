"""`manage.py load_policies`: the policy packs into the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.policies.loader import load_policies
from governance.policies.models.standards import ImmutableValue
from governance.policies.pack_files import PackError


class Command(BaseCommand):
    help = "装载政策文件、措施和标准"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="只显示差异，不保存")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            difference = load_policies(dry_run=options["dry_run"])
        except (PackError, ImmutableValue) as error:
            raise CommandError(str(error)) from error
        for line in difference.lines if options["dry_run"] or options["verbosity"] > 1 else []:
            self.stdout.write(line)
        self.stdout.write(
            f"政策数据{'将有' if options['dry_run'] else '已更新'} {len(difference.lines)} 处变化。"
        )
