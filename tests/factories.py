"""Makers of test data: a small tree, units, and a user of any role."""

from dataclasses import dataclass

from django.utils import timezone

from governance.accounts.models import Unit, User
from governance.accounts.roles import Role
from governance.accounts.services import grant
from governance.divisions.models import Division, Level
from governance.divisions.paths import WIDTHS, path_length
from governance.divisions.registry import make_communities

PASSWORD = "Correct-Horse-9"
"""Password of every user made here."""

_NAMES = {
    "0": "全国",
    "61": "陕西省",
    "6101": "西安市",
    "610104": "莲湖区",
    "610104001": "青年路街道",
    "610104002": "北院门街道",
    "610104001001": "莲湖路社区",
    "610104001002": "习武园社区",
    "610104002001": "庙后街社区",
    "610104002002": "化觉巷社区",
    "610102": "新城区",
    "610102001": "西一路街道",
    "610102001001": "东新街社区",
}

JURISDICTIONS = {
    "41": "河南省",
    "43": "湖南省",
    "51": "四川省",
    "5114": "眉山市",
    "511421": "仁寿县",
}
"""Where packs apply outside the small tree: `load_policies` asks for every jurisdiction."""


CASE_STREETS = {"RS": "511421001", "HN": "410105001", "HU": "430102001"}
"""Where boundary cases of documents outside the small tree are tried, by the code of the document."""


def make_division(code: str, name: str, parent: Division | None = None) -> Division:
    """A division whose path follows from its code; the parent is found by the code when not given."""
    level = Level([0, 2, 4, 6, 9, 12].index(len(code)) if code != "0" else 0)
    if parent is None and code != "0":
        upper = code[: path_length(level - 1)] or "0"
        parent = Division.objects.filter(code=upper).first() or make_division(upper, _NAMES.get(upper, upper))
    path = parent.path.ljust(path_length(level - 1), "0") + code[-WIDTHS[level - 1] :] if parent else ""
    return Division.objects.create(code=code, name=name, level=level, parent=parent, path=path)


def make_jurisdictions() -> dict[str, Division]:
    """The divisions of `JURISDICTIONS` by code; nothing lies under them."""
    return {code: make_division(code, name) for code, name in JURISDICTIONS.items()}


def case_street(document: str, tree: "Tree") -> Division:
    """A street inside the jurisdiction of a document, without communities of its own outside the tree."""
    code = CASE_STREETS.get(document)
    return tree.street if code is None else make_division(code, code)


@dataclass(frozen=True)
class Tree:
    """The divisions of the small tree by code, and the ones tests speak of most."""

    by_code: dict[str, Division]

    def __getitem__(self, code: str) -> Division:
        return self.by_code[code]

    @property
    def country(self) -> Division:
        return self["0"]

    @property
    def province(self) -> Division:
        return self["61"]

    @property
    def city(self) -> Division:
        return self["6101"]

    @property
    def county(self) -> Division:
        return self["610104"]

    @property
    def street(self) -> Division:
        return self["610104001"]

    @property
    def other_street(self) -> Division:
        return self["610104002"]

    @property
    def community(self) -> Division:
        return self["610104001001"]

    @property
    def foreign_county(self) -> Division:
        return self["610102"]

    @property
    def foreign_street(self) -> Division:
        return self["610102001"]

    @property
    def foreign_community(self) -> Division:
        return self["610102001001"]


def make_tree() -> Tree:
    """Two counties of one city: 莲湖区 with 2 streets and 4 communities, 新城区 with 1 and 1.

    Beside them, empty, the jurisdictions of packs of other provinces.
    """
    divisions = {code: make_division(code, name) for code, name in sorted(_NAMES.items())}
    divisions |= make_jurisdictions()
    make_communities()
    return Tree(divisions)


def make_user(
    username: str,
    role: Role | None = None,
    division: Division | None = None,
    *,
    unit: Unit | None = None,
    must_change_password: bool = False,
) -> User:
    """An active user with one grant (or none), ready to sign in with `PASSWORD`."""
    user = User(
        username=username,
        display_name=username,
        unit=unit,
        must_change_password=must_change_password,
        password_changed_at=timezone.now(),
    )
    user.set_password(PASSWORD)
    user.save()
    if role is not None and division is not None:
        grant(user=user, role=role, division=division)
    return user


LEVEL_OF_ROLE = {
    Role.STREET_CLERK: "610104001",
    Role.STREET_LEAD: "610104001",
    Role.COUNTY_STAFF: "610104",
    Role.COUNTY_LEAD: "610104",
    Role.UPPER_READER: "6101",
    Role.DEPARTMENT: "610104",
    Role.COMMUNITY: "610104001001",
    Role.SYSTEM_ADMIN: "610104",
    Role.SECURITY_ADMIN: "610104",
    Role.AUDIT_ADMIN: "610104",
}
"""Code of the division on which each role usually sits."""


def make_user_of_role(role: Role, tree: Tree) -> User:
    """A user of the role on its usual division, named like the role."""
    return make_user(role.value, role, tree[LEVEL_OF_ROLE[role]])
