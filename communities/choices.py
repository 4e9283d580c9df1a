"""Choices of the community registry; labels are those of the workbook."""

from django.db import models


class AreaType(models.TextChoices):
    URBAN = "urban", "城市"
    TOWN = "town", "城镇"
    RURAL = "rural", "农村"


class CommunityType(models.TextChoices):
    """Six urban and three rural types (HU-TYPE-01, HU-TYPE-02), and others."""

    OLD_TOWN = "old_town", "老旧城区型"
    WORK_UNIT = "work_unit", "单位型"
    NEW_ESTATE = "new_estate", "新楼盘型"
    RESETTLEMENT = "resettlement", "失地农民安置型"
    AFFORDABLE_HOUSING = "affordable_housing", "保障性住房型"
    COMMERCIAL = "commercial", "商圈型"
    AGRICULTURAL = "agricultural", "农业型"
    SUBURBAN = "suburban", "城郊型"
    MIXED = "mixed", "复合型"
    OTHER = "other", "其他"


class PartyOrgKind(models.TextChoices):
    BRANCH = "branch", "党支部"
    GENERAL_BRANCH = "general_branch", "党总支"
    COMMITTEE = "committee", "党委"


class PropertyKind(models.TextChoices):
    """How a compound is managed (LH-PROP-01..05)."""

    COMMERCIAL = "commercial", "社会化物业"
    PUBLIC_HOUSING = "public_housing", "公房"
    WORK_UNIT = "work_unit", "单位自管"
    OWNERS = "owners", "业主自治"
    NONE = "none", "无物业"


class OrganisationKind(models.TextChoices):
    DAILY_LIFE = "daily_life", "生活服务"
    CHARITY = "charity", "公益慈善"
    MUTUAL_AID = "mutual_aid", "居民互助"
    CULTURE_SPORT = "culture_sport", "文体"
    MEDIATION = "mediation", "纠纷调解"
    OTHER = "other", "其他"


class OrganisationStatus(models.TextChoices):
    REGISTERED = "registered", "登记"
    FILED = "filed", "备案"


class Establishment(models.TextChoices):
    """How far a community newly set up has come (LH-EST-08)."""

    BUILDING = "building", "建设中"


class CoordinateSystem(models.TextChoices):
    """In which coordinates a boundary was given; kept it is in CGCS2000."""

    CGCS2000 = "cgcs2000", "CGCS2000 或 WGS84（天地图、测绘成果、GPS）"
    GCJ02 = "gcj02", "GCJ-02（高德、腾讯地图）"
    BD09 = "bd09", "BD-09（百度地图）"


class BoundaryState(models.TextChoices):
    DRAFT = "draft", "草稿"
    CURRENT = "current", "现行"
    REPLACED = "replaced", "已替代"
    DROPPED = "dropped", "旧草稿"
