"""The tree of divisions: country, province, city, county, street, community."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from governance.divisions.codes import code_candidates
from governance.divisions.paths import ancestor_paths, is_under, under
from governance.divisions.registry import register_scoped
from governance.spelling import LONGEST


class UnknownCode(LookupError):
    """No division carries this code; its text is Chinese and fit for users."""


class Level(models.IntegerChoices):
    COUNTRY = 0, "全国"
    PROVINCE = 1, "省级"
    CITY = 2, "市级"
    COUNTY = 3, "县级"
    STREET = 4, "街道（乡镇）"
    COMMUNITY = 5, "社区（村）"


class DivisionQuerySet(models.QuerySet["Division"]):
    def under(self, path: str) -> DivisionQuerySet:
        """The subtree of a path, the division itself included."""
        return self.filter(under(path))

    def communities(self) -> DivisionQuerySet:
        return self.filter(level=Level.COMMUNITY)

    def current(self) -> DivisionQuerySet:
        return self.filter(closed_on=None)

    def closed_paths(self) -> models.QuerySet[Any, Any]:
        """Paths of closed divisions, to leave their rows out of long lists without a join."""
        return self.filter(closed_on__isnull=False).order_by().values("path")

    def by_code(self, text: str) -> Division:
        """The division of a code in 2, 4, 6, 9 or 12 digits (trailing zeros allowed), own codes and retired
        ones included; raises `UnknownCode`."""
        candidates = code_candidates(text)
        found = {division.code: division for division in self.filter(code__in=candidates)}
        for code in candidates:
            if code in found:
                return found[code]
        retired = self.filter(retired_codes__code__in=candidates).first()
        if retired is None:
            raise UnknownCode(f"没有找到代码为“{text}”的行政区划，请核对后重试。")
        return retired


class Division(models.Model):
    """A node of the tree as it is today; a community is the lowest division.

    `path` orders and scopes (see paths.py); `code` is the official code of today, retired ones stand in
    `RetiredCode`.
    """

    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    path = models.CharField("路径", max_length=12, unique=True)
    level = models.PositiveSmallIntegerField("级别", choices=Level.choices)
    code = models.CharField("代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    opened_on = models.DateField("设立日期", null=True, blank=True)
    closed_on = models.DateField("撤销日期", null=True, blank=True)

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = "行政区划"
        ordering = ["path"]
        default_permissions = ()
        # One permission per role: a grant is (user, role, division), kept by guardian as a direct FK row.
        permissions = [
            ("act_as_street_clerk", "街道录入员"),
            ("act_as_street_lead", "街道负责人"),
            ("act_as_county_staff", "区(县)经办"),
            ("act_as_county_lead", "区(县)负责人"),
            ("act_as_upper_reader", "市、省级"),
            ("act_as_department", "部门联络员"),
            ("act_as_community", "社区"),
            ("act_as_system_admin", "系统管理员"),
            ("act_as_security_admin", "安全管理员"),
            ("act_as_audit_admin", "审计管理员"),
        ]
        indexes = [
            models.Index(fields=["level", "path"], name="division_by_level"),
            # Few are closed: lists leave them out by this index instead of joining every division.
            models.Index(
                fields=["path"], condition=Q(closed_on__isnull=False), name="division_closed_by_path"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(opened_on=None) | Q(closed_on__gte=F("opened_on")),
                name="division_closed_after_opened",
                violation_error_message="撤销日期不能早于设立日期。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("console:division", args=[self.code])

    def contains(self, other: Division) -> bool:
        return is_under(other.path, self.path)

    def lineage(self) -> list[Division]:
        """Ancestors from the province down, the division itself last (one statement)."""
        paths = [path for path in ancestor_paths(self.path) if path]
        return list(Division.objects.filter(path__in=paths).order_by("path"))

    def full_name(self) -> str:
        """Names from the province down, joined: 陕西省西安市莲湖区."""
        return "".join(division.name for division in self.lineage())


@register_scoped
class DivisionName(models.Model):
    """A name by which a division is found, with its spelling in pinyin; kept by naming.py.

    Most divisions have one row, those with a character of two readings more. The level stands first in the
    indexes: communities are searched apart from the few divisions above them.
    """

    division = models.ForeignKey(Division, on_delete=models.CASCADE, related_name="names")
    path = models.CharField(max_length=12, editable=False)
    level = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    pinyin = models.CharField(max_length=LONGEST)
    initials = models.CharField(max_length=LONGEST)

    class Meta:
        verbose_name = "区划名称"
        default_permissions = ()
        # The class of the middle column lets PostgreSQL read beginnings (LIKE 'x%') from the index.
        indexes = [
            models.Index(
                fields=["level", column, "path"],
                name=f"division_found_by_{column}",
                opclasses=["int2_ops", "varchar_pattern_ops", "varchar_ops"],
            )
            for column in ("name", "pinyin", "initials")
        ]

    def __str__(self) -> str:
        return self.name


class RetiredCode(models.Model):
    """A code that a division carried until a day; still accepted in workbooks, with a notice."""

    division = models.ForeignKey(Division, on_delete=models.CASCADE, related_name="retired_codes")
    code = models.CharField("原代码", max_length=12, unique=True)
    valid_to = models.DateField("停用日期", null=True)

    class Meta:
        verbose_name = "原代码"

    def __str__(self) -> str:
        return self.code


class Lineage(models.Model):
    """Which division follows which after a split, merger or rename."""

    predecessor = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="successor_links")
    successor = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="predecessor_links")
    changed_on = models.DateField("变更日期")
    households_share = models.PositiveIntegerField(
        "户数份额（万分之）", default=10000, help_text="后继社区承接的户数占原社区的万分之几"
    )

    class Meta:
        verbose_name = "区划沿革"
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="lineage_pair_once"),
            models.CheckConstraint(
                condition=Q(households_share__lte=10000), name="lineage_share_at_most_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.predecessor_id == self.successor_id:
            raise ValueError("沿革的前后区划不能相同。")
        super().save(*args, **kwargs)
