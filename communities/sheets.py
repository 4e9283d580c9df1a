"""The sheets 社区, 小区 and 社会组织 of the workbook."""

from typing import Any

from communities.choices import (
    AreaType,
    CommunityType,
    OrganisationKind,
    OrganisationStatus,
    PartyOrgKind,
    PropertyKind,
)
from communities.models import Community, Compound, SocialOrganisation
from governance.divisions.models import Level
from governance.exchange.cells import (
    ChoiceWidget,
    CodeWidget,
    CountWidget,
    CreditCodeWidget,
    DateWidget,
    TextWidget,
    YesNoWidget,
)
from governance.exchange.importing.lines import Line
from governance.exchange.sheets import Sheet, SheetField, SheetResource, register

NAME = "社区名称"
STREET_CODE = "街道代码"
IMPORTANT = (
    "area_type",
    "community_type",
    "households_resident",
    "households_registered",
    "population_resident",
    "population_registered",
    "founded_on",
    "party_org_kind",
    "boundary_east",
    "boundary_south",
    "boundary_west",
    "boundary_north",
)
"""What every community has, so that an empty field is work left; the first says whether any was done."""

_ENDINGS = ("社区", "居委会", "居民委员会", "村委会", "村民委员会")


def bare_name(name: str) -> str:
    """A community's name without 社区, 居委会 and the like, however many of them."""
    bare = "".join(name.split())
    while True:
        ending = next((each for each in _ENDINGS if bare.endswith(each) and bare != each), None)
        if ending is None:
            return bare
        bare = bare.removesuffix(ending)


def street_code(community: Community) -> str:
    """Code of the street; where that level is missing, the first nine digits of the community's own."""
    division = community.division
    parent = division.parent
    return parent.code if parent is not None and parent.level == Level.STREET else division.code[:9]


def _count(attribute: str, name: str, unit: str, description: str = "") -> SheetField:
    return SheetField(attribute, name, CountWidget(unit), description=description)


class CommunityResource(SheetResource):
    name = SheetField(
        "usual_name",
        NAME,
        TextWidget(60),
        required=True,
        description="与登记名称不同的，保留为惯用名称，不更改登记名称",
        cell=lambda row: row.usual_name or row.division.name,
    )
    street = SheetField(
        None,
        STREET_CODE,
        CodeWidget([9]),
        required=True,
        description="9 位，须与社区所属街道一致",
        cell=street_code,
    )
    area_type = SheetField("area_type", "区域类型", ChoiceWidget(AreaType.choices), required=True)
    community_type = SheetField("community_type", "社区类型", ChoiceWidget(CommunityType.choices))
    households_resident = _count("households_resident", "常住户数", "户")
    households_registered = _count("households_registered", "户籍户数", "户")
    population_resident = _count("population_resident", "常住人口", "人")
    population_registered = _count("population_registered", "户籍人口", "人")
    population_urban_resident = _count("population_urban_resident", "城镇常住人口", "人")
    founded_on = SheetField("founded_on", "成立日期", DateWidget(), description="如 2024-06-30")
    is_new_build = SheetField("is_new_build", "新建社区", YesNoWidget(), description="留空时按成立日期判断")
    is_converted_village = SheetField("is_converted_village", "村转居", YesNoWidget())
    party_org_kind = SheetField("party_org_kind", "党组织类型", ChoiceWidget(PartyOrgKind.choices))
    villager_groups = _count("villager_groups", "村民小组数", "个")
    registered_volunteers = _count("registered_volunteers", "注册志愿者数", "人")
    has_env_property_committee = SheetField(
        "has_env_property_committee", "环境和物业管理委员会", YesNoWidget()
    )
    boundary_east = SheetField("boundary_east", "东至", TextWidget(100))
    boundary_south = SheetField("boundary_south", "南至", TextWidget(100))
    boundary_west = SheetField("boundary_west", "西至", TextWidget(100))
    boundary_north = SheetField("boundary_north", "北至", TextWidget(100))
    credit_code = SheetField(
        "credit_code", "统一社会信用代码", CreditCodeWidget(), description="18 位数字和大写字母"
    )

    def adjust(self, line: Line) -> None:
        """A name that only lacks an ending is the division's own; the street must be the community's."""
        assert line.division is not None
        name = line.values.get(NAME)
        if name:
            same = bare_name(name) == bare_name(line.division.name)
            line.values[NAME] = "" if same else name
            if not same and (line.stored is None or line.stored.usual_name != name):
                line.notify(
                    NAME,
                    f"“{name}”与登记名称“{line.division.name}”不同，保留为惯用名称；更名请办理区划变更。",
                )
        code = line.values.get(STREET_CODE)
        if code:
            self._check_street(line, code)

    def show(self, line: Line, column: SheetField, value: Any) -> Any:
        """No usual name means the name of the division."""
        if column.name == NAME and value == "" and line.division is not None:
            return line.division.name
        return super().show(line, column, value)

    def _check_street(self, line: Line, code: str) -> None:
        division = line.division
        assert division is not None
        parent: Any = division.parent
        expected = parent.code if parent and parent.level == Level.STREET else division.code[:9]
        if code == expected:
            return
        if parent and code in getattr(parent, "old_codes", ()):
            line.notify(STREET_CODE, f"街道代码 {code} 已停用，现用代码为 {expected}。")
            return
        line.fail(STREET_CODE, f"与社区所属街道不符：“{division.name}”属于 {expected}，请核对。")


class CompoundResource(SheetResource):
    name = SheetField("name", "小区名称", TextWidget(60), required=True)
    households = SheetField("households", "户数", CountWidget("户"), required=True)
    buildings = _count("buildings", "楼栋数", "栋")
    started_on = SheetField("started_on", "建成日期", DateWidget())
    property_kind = SheetField("property_kind", "物业类型", ChoiceWidget(PropertyKind.choices))
    has_owners_committee = SheetField("has_owners_committee", "业委会", YesNoWidget())
    ended_on = SheetField("ended_on", "撤销日期", DateWidget())


class OrganisationResource(SheetResource):
    name = SheetField("name", "组织名称", TextWidget(80), required=True)
    kind = SheetField("kind", "类别", ChoiceWidget(OrganisationKind.choices))
    status = SheetField("status", "登记状态", ChoiceWidget(OrganisationStatus.choices), required=True)
    started_on = SheetField("started_on", "成立日期", DateWidget())
    ended_on = SheetField("ended_on", "注销日期", DateWidget())


def register_sheets() -> None:
    register(
        Sheet(
            "社区",
            Community,
            CommunityResource,
            10,
            description="每行一个社区",
            slug="communities",
            unit="个",
            important=IMPORTANT,
        )
    )
    register(
        Sheet(
            "小区",
            Compound,
            CompoundResource,
            60,
            key=("小区名称",),
            begin="建成日期",
            end="撤销日期",
            description="每行一个小区",
            slug="compounds",
            unit="个",
        )
    )
    register(
        Sheet(
            "社会组织",
            SocialOrganisation,
            OrganisationResource,
            70,
            key=("组织名称",),
            begin="成立日期",
            end="注销日期",
            description="每行一个社会组织",
            slug="organisations",
            unit="个",
        )
    )
