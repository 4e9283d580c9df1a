"""Events in words: names of fields, what changed, and what kind of object it was."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db.models import Field

from governance.audit.models import Event
from governance.jobs import registry

_NAMES = {
    "again": "再次",
    "applied": "已应用",
    "basis": "依据",
    "blocks": "区块数",
    "broken": "不符的区块",
    "by_answer": "退回的步骤",
    "canceled": "已取消",
    "changed": "修改",
    "changes": "变化",
    "closed_on": "停用日期",
    "code": "代码",
    "columns": "列",
    "conditions": "条件",
    "conflict": "冲突",
    "conflicts": "冲突",
    "created": "新增",
    "display_name": "姓名",
    "division": "区划",
    "divisions": "区划数",
    "document_prefix": "发文字号前缀",
    "documents": "文件",
    "due_on": "期限",
    "errors": "错误数",
    "events": "事件数",
    "figures": "数字",
    "file": "文件",
    "filters": "筛选条件",
    "format": "格式",
    "import": "导入编号",
    "is_active": "启用",
    "issued": "签发初始密码",
    "left": "未填项数",
    "kind": "种类",
    "letterhead": "发文机关标志",
    "list": "列表",
    "locked": "已锁定",
    "method": "方式",
    "moved_from": "调出社区",
    "moved_to": "调入社区",
    "name": "名称",
    "name_in_documents": "文件中的名称",
    "new": "新增",
    "note": "说明",
    "note_type": "备注",
    "now": "现在",
    "on_conflict": "冲突处理",
    "origin": "来源",
    "packs": "政策包",
    "parent": "上级",
    "path": "地址",
    "period": "期次",
    "procedure": "流程",
    "record": "记录",
    "registry": "台账",
    "reminded": "催报次数",
    "report": "报送编号",
    "responsible": "责任人",
    "restored": "恢复行数",
    "revealed": "含完整个人信息",
    "role": "角色",
    "rows": "行数",
    "seen_at": "上次时钟",
    "sessions": "结束的登录数",
    "sha256": "文件校验值",
    "sheets": "工作表",
    "since": "退回的步骤",
    "size": "大小",
    "slug": "台账",
    "snapshot": "定稿",
    "source": "来源",
    "sources": "原社区",
    "status": "状态",
    "step": "步骤",
    "successors": "后继社区",
    "taken": "占用",
    "unchanged": "未变",
    "unit": "单位",
    "unsealed": "未封存",
    "values": "数值",
    "verb": "动作",
    "version": "版本",
    "void_reason": "作废原因",
    "voided": "作废行数",
    "voided_on": "作废日期",
    "whole": "完整",
}
"""Names of what the kernel notes; fields of records are named by their models."""
_BETTER_BY_MODEL = frozenset({"name", "kind"})


@lru_cache(maxsize=2048)
def _field(label: str, key: str) -> Field | None:
    """The field that a key of an event on a model means, its own or that of the person it is about."""
    try:
        model: Any = apps.get_model(label)
    except (LookupError, ValueError):
        return None
    own = {each.name: each for each in model._meta.fields}
    if key in own:
        return own[key]
    for link in own.values():
        if link.many_to_one and link.name != "division":
            for each in link.related_model._meta.fields:
                if each.name == key:
                    return each
    return None


def name_of(key: str, label: str = "") -> str:
    """A field of an event as users read it; `label` is that of the model the event is about."""
    if key in _NAMES and key not in _BETTER_BY_MODEL:
        return _NAMES[key]
    field = _field(label, key)
    named = str(field.verbose_name) if field is not None else ""
    return _NAMES.get(key, key) if named.isascii() else named


def value_of(value: Any, key: str, label: str) -> str:
    """A value before or after, by the label of its choice where it has one."""
    field = _field(label, key)
    choices = dict(field.flatchoices) if field is not None else {}
    if isinstance(value, str) and value in choices:
        return str(choices[value])
    return plain(value)


_WORDS = {
    "form": "页面填写",
    "workbook": "工作簿",
    "theirs": "保留他人修改",
    "mine": "以本次为准",
    "xlsx": "Excel",
    "csv": "CSV",
    "GET": "查看",
    "POST": "提交",
}
"""Values that the program writes as marks."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


def plain(value: Any) -> str:
    """A value of an event as users read it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "、".join(f"{name_of(str(key))} {plain(each)}" for key, each in value.items()) or "空"
    if isinstance(value, list):
        return "、".join(plain(each) for each in value) or "空"
    text = str(value)
    job = registry.find(text)
    if job is not None:
        return job.label
    return "空" if value in (None, "") else _WORDS.get(text, text)


def _pairs(values: dict[str, Any] | None, label: str = "") -> str:
    pairs = (values or {}).items()
    return "，".join(f"{name_of(name, label)}={value_of(value, name, label)}" for name, value in pairs)


def summary(event: Event) -> str:
    """What changed, in one line: old → new, then the reason and what else was noted."""
    label = event.object_type
    before, after = _pairs(event.before, label), _pairs(event.after, label)
    change = f"{before} → {after or '空'}" if before else after
    return "；".join(part for part in (change, event.reason, _pairs(event.detail)) if part)


def brief(event: Event) -> str:
    """The summary for a table cell: digests cut short, they stand in full on the page of the event."""
    return _DIGEST.sub(lambda match: f"{match[0][:12]}…", summary(event))


@dataclass(frozen=True)
class FieldChange:
    """One field of an event, before and after."""

    name: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


def changes(event: Event) -> Iterator[FieldChange]:
    """Each field that the event names, in the order in which it was written."""
    before, after, label = event.before or {}, event.after or {}, event.object_type
    for key in dict.fromkeys([*before, *after]):
        yield FieldChange(
            name_of(key, label),
            value_of(before[key], key, label) if key in before else "—",
            value_of(after[key], key, label) if key in after else "—",
        )


def details(event: Event) -> list[tuple[str, str]]:
    """What else was noted, as (name, value)."""
    return [(name_of(key), plain(value)) for key, value in (event.detail or {}).items()]


def object_kind(label: str) -> str:
    """The name of a model by its label (accounts.user → 用户), or the label itself."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label
