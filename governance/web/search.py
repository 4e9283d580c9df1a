"""The search of the header: apps register what they find; here the typed text is understood.

An identity number is found whole by its blind index, never by a part, and stands in no address: the form is
sent by POST, and what looks like private digits is answered there and then, while anything else is redirected
to `/search/?q=…`, which can be kept and sent on.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from django.db import connections
from django.db.models import Q
from django.http import HttpRequest

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.divisions.models import Division
from governance.divisions.paths import ancestor_paths
from governance.spelling import fold_letters

LONGEST_TERM = 40
COUNT_CAP = 100
"""Rows counted in a group; beyond it the text is too short to be of use."""
SHOWN = 20
SUGGESTED = 5
_DIGITS = re.compile(r"[\d\s-]+[\dXx]?")
_SHORTEST = {"code": 2, "letters": 2}
_PLACES_SHOWN = 3


class Kind(StrEnum):
    EMPTY = "empty"
    TEXT = "text"
    LETTERS = "letters"
    CODE = "code"
    ID_NUMBER = "id_number"
    REFUSED = "refused"


@dataclass(frozen=True)
class Term:
    """What somebody typed: `value` is folded as its kind is compared, `refusal` says why it is not."""

    kind: Kind
    value: str = ""
    typed: str = ""
    refusal: str = ""

    @property
    def is_private(self) -> bool:
        """Whether it must not stand in an address."""
        return self.kind is Kind.ID_NUMBER or (self.kind is Kind.REFUSED and self.value == "private")


def parse(text: str) -> Term:
    """Understand a typed text; full-width characters and spaces around are folded."""
    typed = unicodedata.normalize("NFKC", text).strip()
    if not typed:
        return Term(Kind.EMPTY)
    if _DIGITS.fullmatch(typed):
        return _parse_digits(re.sub(r"[\s-]", "", typed).upper(), typed)
    if re.search(r"\d{11}", typed):
        return Term(Kind.REFUSED, "private", refusal="请只输入姓名、名称或编码，不要连同号码一起输入。")
    typed = typed[:LONGEST_TERM]
    if typed.isascii():
        letters = fold_letters(typed)
        if len(letters) < _SHORTEST["letters"]:
            return Term(Kind.REFUSED, typed=typed, refusal="请至少输入 2 个拼音字母，或直接输入汉字。")
        return Term(Kind.LETTERS, letters, typed)
    return Term(Kind.TEXT, re.sub(r"\s+", "", typed), typed)


def _parse_digits(digits: str, typed: str) -> Term:
    if len(digits) == 18:
        return Term(Kind.ID_NUMBER, digits)
    if len(digits) > 12 or digits.endswith("X"):
        return Term(
            Kind.REFUSED, "private", refusal="按身份证号查询须输入完整的 18 位号码，不支持只输一部分。"
        )
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        return Term(Kind.REFUSED, "private", refusal="不能按手机号查询，请输入姓名或完整的身份证号。")
    if len(digits) < _SHORTEST["code"]:
        return Term(Kind.REFUSED, typed=typed, refusal="请至少输入编码的前 2 位。")
    return Term(Kind.CODE, digits, digits)


def begins(field_name: str, text: str) -> Q:
    """Condition for texts that begin so, in the form each database answers from an index.

    PostgreSQL reads LIKE 'x%' from an index of pattern class; SQLite compares bytes, so a range will do.
    """
    if connections["default"].vendor == "postgresql":
        return Q(**{f"{field_name}__startswith": text})
    return Q(**{f"{field_name}__gte": text, f"{field_name}__lt": text + "\U0010ffff"})


@dataclass(frozen=True)
class Hit:
    """One thing found. `path`: its place in the tree, from which the names above it are told."""

    label: str
    url: str
    path: str = ""
    code: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True)
class Found:
    """Hits, best first, and how many there are (capped at COUNT_CAP + 1)."""

    hits: Sequence[Hit] = ()
    total: int = 0


@dataclass(frozen=True)
class Provider:
    """A kind of thing to be found: `find(term, user, limit)` gives at most `limit` hits inside the scope.

    `action`: left out for whoever has it nowhere.
    """

    slug: str
    label: str
    find: Callable[[Term, Any, int], Found]
    unit: str = "条"
    order: int = 100
    action: Action = Action.VIEW
    icon: str = "list-details"


@dataclass(frozen=True)
class Group:
    """What one provider found, as it is shown."""

    provider: Provider
    hits: Sequence[Hit] = field(default_factory=tuple)
    total: int = 0

    @property
    def total_text(self) -> str:
        unit = self.provider.unit
        return f"超过 {COUNT_CAP} {unit}" if self.total > COUNT_CAP else f"{self.total} {unit}"

    @property
    def has_more(self) -> bool:
        return self.total > len(self.hits)


_providers: dict[str, Provider] = {}


def register(provider: Provider) -> None:
    """Add a provider, or replace the one of the same slug."""
    _providers[provider.slug] = provider


def providers_for(user: Any) -> list[Provider]:
    """What this user may look for, in order; empty for administrators, who have no rows to find."""
    scope = scope_of(user)
    rows = sorted(_providers.values(), key=lambda each: (each.order, each.slug))
    return [each for each in rows if scope.may_anywhere(each.action)]


def search(request: HttpRequest, term: Term, *, shown: int = SHOWN) -> list[Group]:
    """The groups in which something was found: the statements of the providers and one for the places."""
    if term.kind in (Kind.EMPTY, Kind.REFUSED):
        return []
    groups = []
    for provider in providers_for(request.user):
        found = provider.find(term, request.user, COUNT_CAP + 1)
        if found.hits:
            groups.append(Group(provider, found.hits[:shown], found.total))
    names = _names_above(hit.path for group in groups for hit in group.hits)
    return [replace(group, hits=[_placed(hit, names) for hit in group.hits]) for group in groups]


def _names_above(paths: Iterable[str]) -> dict[str, str]:
    above = {each for path in paths for each in ancestor_paths(path)[1:-1]}
    return dict(Division.objects.filter(path__in=above).values_list("path", "name")) if above else {}


def _placed(hit: Hit, names: dict[str, str]) -> Hit:
    above = [names[path] for path in ancestor_paths(hit.path)[1:-1] if path in names]
    return replace(hit, place=" › ".join(above[-_PLACES_SHOWN:]))
