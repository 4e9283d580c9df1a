"""Drawing the boundary of a community: by mouse on the map, or as GeoJSON in a field or a file."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from communities.boundaries.circle import as_text, read_points
from communities.boundaries.geojson import MOST_BYTES, ShapeRefused, read
from communities.boundaries.keeping import Drawn, save
from communities.boundaries.state import around, shape_of
from communities.choices import BoundaryState, CoordinateSystem
from communities.models import CommunityBoundary
from communities.views.boundary import boundary_url
from communities.views.common import CommunityFormPage
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.policies.views.common import division_crumbs
from governance.records import once
from governance.web.forms import DateField
from governance.web.policy import Needs
from governance.web.views import Crumb


class BoundaryForm(forms.Form):
    use_required_attribute = False

    geojson = forms.CharField(
        label="边界坐标",
        required=False,
        help_text="GeoJSON 的面（Polygon 或 MultiPolygon），先经度后纬度。在地图上绘制的会自动填入这里。",
        widget=forms.Textarea({"rows": 6, "autocomplete": "off", "spellcheck": "false", "class": "code"}),
    )
    file = forms.FileField(
        label="或上传文件",
        required=False,
        help_text=f"一个社区的 .geojson 文件，最多 {MOST_BYTES // 1024} KB；选了文件就以文件为准。",
        widget=forms.FileInput({"accept": ".geojson,.json,application/geo+json,application/json"}),
    )
    system = forms.ChoiceField(
        label="坐标系",
        choices=[("", "请选择"), *CoordinateSystem.choices],
        help_text="坐标来自哪种地图。选错会偏移几百米；不清楚的请向提供方问清。",
        error_messages={
            "required": "请选择坐标系；不清楚是哪种的边界不能保存，请向提供方问清。",
            "invalid_choice": "请选择坐标系；不清楚是哪种的边界不能保存，请向提供方问清。",
        },
    )
    effective_from = DateField(label="生效日期", required=False, help_text="存为草稿的可以不填")
    basis = forms.CharField(
        label="依据文件",
        required=False,
        max_length=200,
        help_text="划定或调整边界的文件名称和文号；存为草稿的可以不填",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    overlap_reason = forms.CharField(
        label="重叠原因",
        required=False,
        max_length=200,
        help_text="只在与别的社区重叠、又经裁定允许时填写",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    overlap_ruling = forms.CharField(
        label="裁定文号",
        required=False,
        max_length=100,
        help_text="裁定管理主体的文件",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    points = forms.CharField(
        label="便民服务点",
        required=False,
        help_text="每行一个“经度,纬度”，坐标系与边界相同；用来画15分钟便民服务圈，可以不填。",
        widget=forms.Textarea({"rows": 2, "autocomplete": "off", "spellcheck": "false", "class": "code"}),
    )
    base = forms.IntegerField(required=False, widget=forms.HiddenInput)

    wide_fields = ("geojson", "file", "points", "basis")
    field_order = ("geojson", "file", "points")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        token = forms.CharField(required=False, widget=forms.HiddenInput, initial=once.new_token())
        self.fields[once.FIELD] = token

    def clean_basis(self) -> str:
        return self.cleaned_data["basis"].strip()

    def clean(self) -> dict[str, Any]:
        """The text of the file takes the place of what stands in the field, also when the form comes back."""
        data = super().clean() or self.cleaned_data
        file = data.get("file")
        if file:
            if file.size > MOST_BYTES:
                limit = MOST_BYTES // 1024
                raise ValidationError({"file": f"文件超过 {limit} KB，请先抽稀后再上传。"})
            try:
                text = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise ValidationError({"file": "文件不是 UTF-8 编码的文本，请重新导出 GeoJSON。"}) from None
            data["geojson"] = text
            self.data = {**self.data.dict(), "geojson": text}  # type: ignore[attr-defined]
        return data


class BoundaryEditPage(CommunityFormPage):
    policy = Needs(Action.CHANGE)
    form_class = BoundaryForm
    template_name = "communities/boundary_edit.html"
    submit_label = "保存并生效"

    def find(self) -> None:
        super().find()
        self.latest = CommunityBoundary.objects.filter(division=self.division).order_by("-number").first()
        self.shown = self._start()

    def _start(self) -> CommunityBoundary | None:
        """What the form starts from: the draft, else the version in force."""
        kept = CommunityBoundary.objects.filter(
            division=self.division, state__in=[BoundaryState.DRAFT, BoundaryState.CURRENT]
        ).order_by("-number")
        return kept.first()

    def get_title(self) -> str:
        return f"{'修改' if self.shown else '绘制'}{self.division.name}的边界"

    def get_breadcrumb(self) -> list[Crumb]:
        crumbs = division_crumbs(self.request.user, self.division, "社区边界")
        return [*crumbs[:-1], ("社区边界", boundary_url(self.division)), ("绘制", "")]

    def get_cancel_url(self) -> str:
        return boundary_url(self.division)

    def get_initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = {"base": self.latest.number if self.latest else None}
        if (row := self.shown) is None:
            return initial
        initial |= {"geojson": json.dumps(row.geometry), "system": CoordinateSystem.CGCS2000}
        initial["points"] = as_text(row.service_points)
        if row.state == BoundaryState.DRAFT:
            names = ("effective_from", "basis", "overlap_reason", "overlap_ruling")
            initial |= {name: getattr(row, name) for name in names}
        return initial

    def perform(self, form: forms.Form) -> str:
        data = form.cleaned_data
        in_force = "draft" not in self.request.POST
        row = save(
            user=self.request.user,  # type: ignore[arg-type]
            division=self.division,
            drawn=Drawn(
                text=data["geojson"],
                system=data["system"],
                effective_from=data["effective_from"],
                basis=data["basis"],
                overlap_reason=data["overlap_reason"].strip(),
                overlap_ruling=data["overlap_ruling"].strip(),
                points=data["points"],
                base=data["base"],
            ),
            in_force=in_force,
            token=once.clean_token(data[once.FIELD]),
        )
        self.success_message = (
            f"已保存第 {row.number} 版边界，现行有效。"
            if in_force
            else (f"已存为草稿（第 {row.number} 版），还没有生效。")
        )
        return row.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.get("form")
        if form is not None and form.is_bound:
            shape, points = self._typed(form), self._typed_points(form)
        else:
            shape = shape_of(self.shown)
            points = self.shown.service_points if self.shown is not None else []
        view = around(self.division, shape, scope_of(self.request.user), points=points, is_draft=True)
        title = f"{self.division.name}和相邻社区的边界"
        return super().get_context_data(
            division=self.division,
            svg=view.svg(title),
            map_data=view.for_map(title),
            view=view,
            texts=[each.told_to(self.division.code) for each in view.overlaps],
            **kwargs,
        )

    def _typed(self, form: forms.Form) -> Any:
        """What was sent, as far as it can be drawn, so that the map of a refused form shows it."""
        try:
            return read(form.data.get("geojson", ""), form.data.get("system", ""))
        except ShapeRefused:
            return None

    def _typed_points(self, form: forms.Form) -> Any:
        try:
            return read_points(form.data.get("points", ""), form.data.get("system", ""))
        except (ShapeRefused, KeyError):
            return []
