"""How an outcome of a standard looks: colour, shape and text together, never colour alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """CSS class of the lamp (it holds colour and shape) and the word beside it."""

    css: str
    text: str


OUTCOMES: dict[str, Look] = {
    "met": Look("green", "达标"),
    "not_met": Look("red", "未达标"),
    "warning": Look("amber", "预警"),
    "infeasible": Look("amber", "无法满足"),
    "no_data": Look("none", "暂无数据"),
    "not_applicable": Look("dash", "不适用"),
    "data_error": Look("fault", "数据有误"),
    "information": Look("blue", "供参考"),
}

SEVERITIES: dict[str, Look] = {
    "red": Look("red", "红色"),
    "amber": Look("amber", "黄色"),
    "grey": Look("grey", "灰色"),
}

UNKNOWN = Look("none", "")


def look(kind: str, severity: str = "") -> Look:
    """The look of an outcome or severity; a failed standard takes the colour of its severity.

    Only mandatory failures are red; `severity` comes from the binding strength of the clause.
    """
    kind, severity = str(kind), str(severity or "")
    if kind in OUTCOMES:
        base = OUTCOMES[kind]
        if kind == "not_met" and severity in SEVERITIES:
            return Look(SEVERITIES[severity].css, base.text)
        return base
    return SEVERITIES.get(kind, UNKNOWN)
