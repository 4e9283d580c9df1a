"""Roles and actions in the words of those who grant them: the page 角色权限表 and the choice of a role."""

from governance.accounts.roles import ROLES, Action, Role

GROUPS: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "台账数据",
        {
            "view": "查看台账、体检和问题清单",
            "view_persons": "查看人员名单（隐去证件号码等）",
            "add": "登记新记录",
            "change": "修改、终止、作废记录",
            "import": "上传工作簿批量导入",
            "reveal": "查看完整证件号码、手机号（须填理由）",
            "export_persons": "导出含完整个人信息的工作簿（须填理由）",
            "confirm_data": "确认本辖区数据",
            "propose_correction": "对本社区数据提出更正",
            "assess": "填写社区自评、评议街道",
        },
    ),
    (
        "规模调整",
        {
            "open_case": "提出规模调整事项",
            "approve_street_step": "办理街道审核环节",
            "review_case": "审核规模调整事项",
            "approve_case": "批准规模调整事项",
        },
    ),
    (
        "问题与督办",
        {
            "follow_up": "登记问题的整改意见、责任人和期限",
            "collect": "下发填报任务、催报、验收部门进展",
            "report_own_measures": "填报本部门措施的进展",
        },
    ),
    (
        "报告与政策",
        {
            "generate_report": "生成工作进展报告",
            "edit_report": "修改报告文字",
            "sign_report": "签发、上报报告",
            "receive_report": "接收、退回下级报告",
            "download_report": "下载报告文件",
            "draft_policy": "起草本地政策数值",
            "enact_policy": "发布本地政策数值",
        },
    ),
    (
        "系统管理",
        {
            "manage_accounts": "新建、修改、停用用户，管理单位",
            "manage_settings": "修改系统设置",
            "manage_grants": "授予和收回角色、重置密码、结束登录",
            "unlock": "解除登录锁定",
            "read_audit": "查阅、导出、校验审计日志",
        },
    ),
)
"""Actions by their value, grouped as pages show them."""

LABELS: dict[str, str] = {value: label for _, labels in GROUPS for value, label in labels.items()}

PURPOSES: dict[Role, str] = {
    Role.STREET_CLERK: "登记和维护本街道（乡镇）各社区的台账。",
    Role.STREET_LEAD: "同录入员，并确认本街道数据、办理街道审核。",
    Role.COUNTY_STAFF: "核查全区（县）台账，生成报告，下发填报任务。",
    Role.COUNTY_LEAD: "同经办，并审定、签发报告，发布本地政策数值。",
    Role.UPPER_READER: "查看下级情况，接收报告，不维护数据。",
    Role.DEPARTMENT: "查看汇总情况，填报本部门措施的进展，不看人员。",
    Role.COMMUNITY: "查看、核对本社区数据，提出更正，自评和评议街道。",
    Role.SYSTEM_ADMIN: "管理用户、单位和系统设置，不看台账，不授权。",
    Role.SECURITY_ADMIN: "授予角色、解锁、重置密码、结束登录，不看台账。",
    Role.AUDIT_ADMIN: "查阅、导出、校验审计日志，不看台账。",
}


def label_of(action: Action) -> str:
    """An action in words."""
    return LABELS.get(action.value, action.value)


def duties_of(role: Role) -> list[str]:
    """All that a role may do, in words, in the order of the page."""
    held = {action.value for action in ROLES[role].actions}
    return [label for value, label in LABELS.items() if value in held]
