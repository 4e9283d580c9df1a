"""`manage.py create_user NAME --role ROLE --division CODE`: a user with one grant."""

import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from governance.accounts.models import Unit
from governance.accounts.roles import ROLES, Role
from governance.accounts.separation import RolesConflict
from governance.accounts.services import create_user, grant
from governance.divisions.models import Division, UnknownCode


class Command(BaseCommand):
    help = "新建用户并授予一个角色；不从标准输入给密码时，打印签发的初始密码（首次登录须修改）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="用户名")
        parser.add_argument(
            "--role",
            required=True,
            choices=[role.value for role in Role],
            help="，".join(f"{role.value} {spec.label}" for role, spec in ROLES.items()),
        )
        parser.add_argument("--division", required=True, metavar="CODE", help="授权的行政区划代码")
        parser.add_argument("--unit", metavar="NAME", help="单位名称，没有时新建")
        parser.add_argument("--password-stdin", action="store_true", help="从标准输入第一行读密码")

    def handle(self, *args: Any, **options: Any) -> None:
        role = Role(options["role"])
        password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else None
        try:
            with transaction.atomic():
                division = Division.objects.by_code(options["division"])
                unit = None
                if options["unit"]:
                    unit, _ = Unit.objects.get_or_create(
                        name=options["unit"], defaults={"division": division}
                    )
                user, issued = create_user(username=options["name"], unit=unit, password=password)
                grant(user=user, role=role, division=division)
        except (UnknownCode, RolesConflict) as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stderr.write(f"已新建用户 {user.username}：{ROLES[role].label}，{division.name}。")
        if issued:
            self.stdout.write(issued)
