"""A local value put in force, without the people who draft and decide."""

from datetime import date
from typing import Any
from uuid import uuid4

from governance.divisions.models import Division
from governance.policies.models import LocalState, LocalValue, Standard


def put_in_force(code: str, division: Division, since: date, parameters: Any, **fields: Any) -> LocalValue:
    standard = Standard.objects.get(measure__code=code)
    given = {
        "binding": standard.binding,
        "paper": "莲湖区社区规模细则",
        "number": "莲政发〔2026〕3号",
        "clause": "第三条",
        "reading": "按本地实际从严。",
        "state": LocalState.ENACTED,
        "key": uuid4().hex,
        "place_code": division.code,
        **fields,
    }
    return LocalValue.objects.create(
        standard=standard, division=division, effective_from=since, parameters=parameters, **given
    )
