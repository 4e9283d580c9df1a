"""The menu of the three administrators; each sees only his own pages."""

from governance.accounts.roles import Action
from governance.web.menu import MenuItem

_GROUP = "系统管理"

MENU = (
    MenuItem(
        "用户管理",
        "console:users",
        "users",
        Action.MANAGE_ACCOUNTS,
        order=910,
        group=_GROUP,
        or_action=Action.MANAGE_GRANTS,
    ),
    MenuItem("在线会话", "console:sessions", "clock", Action.MANAGE_GRANTS, order=912, group=_GROUP),
    MenuItem("锁定与失败登录", "console:lockouts", "lock", Action.UNLOCK, order=914, group=_GROUP),
    MenuItem(
        "角色权限表",
        "console:roles",
        "shield-check",
        Action.MANAGE_GRANTS,
        order=916,
        group=_GROUP,
        or_action=Action.MANAGE_ACCOUNTS,
    ),
    MenuItem("单位管理", "console:units", "building", Action.MANAGE_ACCOUNTS, order=918, group=_GROUP),
    MenuItem("系统设置", "console:settings", "adjustments", Action.MANAGE_SETTINGS, order=920, group=_GROUP),
    MenuItem("审计日志", "console:audit", "history", Action.READ_AUDIT, order=930, group=_GROUP),
)
