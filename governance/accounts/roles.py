"""Roles and what each may do inside its divisions: the one table of rights (trust.md)."""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """Something a role may do to the rows of a division."""

    VIEW = "view"
    VIEW_PERSONS = "view_persons"
    ADD = "add"
    CHANGE = "change"
    IMPORT = "import"
    REVEAL = "reveal"
    EXPORT_PERSONS = "export_persons"
    OPEN_CASE = "open_case"
    APPROVE_STREET_STEP = "approve_street_step"
    CONFIRM_DATA = "confirm_data"
    REVIEW_CASE = "review_case"
    APPROVE_CASE = "approve_case"
    GENERATE_REPORT = "generate_report"
    EDIT_REPORT = "edit_report"
    SIGN_REPORT = "sign_report"
    RECEIVE_REPORT = "receive_report"
    COLLECT = "collect"
    DRAFT_POLICY = "draft_policy"
    ENACT_POLICY = "enact_policy"
    REPORT_OWN_MEASURES = "report_own_measures"
    PROPOSE_CORRECTION = "propose_correction"
    ASSESS = "assess"
    FOLLOW_UP = "follow_up"
    DOWNLOAD_REPORT = "download_report"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_SETTINGS = "manage_settings"
    MANAGE_GRANTS = "manage_grants"
    UNLOCK = "unlock"
    READ_AUDIT = "read_audit"


class Role(StrEnum):
    STREET_CLERK = "street_clerk"
    STREET_LEAD = "street_lead"
    COUNTY_STAFF = "county_staff"
    COUNTY_LEAD = "county_lead"
    UPPER_READER = "upper_reader"
    DEPARTMENT = "department"
    COMMUNITY = "community"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


@dataclass(frozen=True)
class RoleSpec:
    """Name shown to users and the actions of a role."""

    label: str
    actions: frozenset[Action]


_A = Action
_ENTRY = frozenset(
    {
        _A.VIEW,
        _A.VIEW_PERSONS,
        _A.ADD,
        _A.CHANGE,
        _A.IMPORT,
        _A.REVEAL,
        _A.EXPORT_PERSONS,
        _A.DOWNLOAD_REPORT,
    }
)
_COUNTY = _ENTRY | {
    _A.REVIEW_CASE,
    _A.GENERATE_REPORT,
    _A.EDIT_REPORT,
    _A.COLLECT,
    _A.DRAFT_POLICY,
    _A.FOLLOW_UP,
}

ROLES: dict[Role, RoleSpec] = {
    Role.STREET_CLERK: RoleSpec("街道录入员", _ENTRY | {_A.OPEN_CASE}),
    Role.STREET_LEAD: RoleSpec(
        "街道负责人", _ENTRY | {_A.OPEN_CASE, _A.CONFIRM_DATA, _A.APPROVE_STREET_STEP, _A.FOLLOW_UP}
    ),
    Role.COUNTY_STAFF: RoleSpec("区（县）经办", _COUNTY),
    Role.COUNTY_LEAD: RoleSpec(
        "区（县）负责人", _COUNTY | {_A.ENACT_POLICY, _A.APPROVE_CASE, _A.SIGN_REPORT}
    ),
    Role.UPPER_READER: RoleSpec(
        "市、省级", frozenset({_A.VIEW, _A.VIEW_PERSONS, _A.RECEIVE_REPORT, _A.DOWNLOAD_REPORT})
    ),
    Role.DEPARTMENT: RoleSpec("部门联络员", frozenset({_A.VIEW, _A.REPORT_OWN_MEASURES})),
    Role.COMMUNITY: RoleSpec(
        "社区", frozenset({_A.VIEW, _A.VIEW_PERSONS, _A.CONFIRM_DATA, _A.PROPOSE_CORRECTION, _A.ASSESS})
    ),
    Role.SYSTEM_ADMIN: RoleSpec(
        "系统管理员",
        frozenset({_A.MANAGE_ACCOUNTS, _A.MANAGE_SETTINGS, _A.GENERATE_REPORT, _A.DOWNLOAD_REPORT}),
    ),
    Role.SECURITY_ADMIN: RoleSpec("安全管理员", frozenset({_A.MANAGE_GRANTS, _A.UNLOCK})),
    Role.AUDIT_ADMIN: RoleSpec("审计管理员", frozenset({_A.READ_AUDIT})),
}

ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""三员分立: an administrator's account holds one of these and no other role."""

PERMISSION_PREFIX = "act_as_"


def permission_codename(role: Role) -> str:
    """The permission of `Division` that stands for a role."""
    return f"{PERMISSION_PREFIX}{role.value}"
