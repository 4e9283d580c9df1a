"""`manage.py load_divisions`: the shipped divisions of China into the tree."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.divisions.loader import LoadError, load_divisions
from governance.divisions.models import Level


class Command(BaseCommand):
    help = "装载行政区划（省、市、县、街道和随软件提供的社区）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--communities",
            metavar="FILE|PROVINCE",
            help="社区文件（china-division 的 villages.csv 格式，可为 .xz）或两位省级代码",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = load_divisions(communities=options["communities"])
        except LoadError as error:
            raise CommandError(str(error)) from error
        levels = "，".join(f"{Level[level.upper()].label} {count}" for level, count in result.created.items())
        self.stdout.write(
            f"新增行政区划 {result.total} 个（{levels}），新建社区档案 {result.communities} 个。"
        )
