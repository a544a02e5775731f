"""The tabs of the settings: the last word of each address, with the least role that sees it."""

from domain.user import Role

TABS = {
    "": Role.VIEWER,
    "budgets": Role.VIEWER,
    "topics": Role.VIEWER,
    "alerts": Role.VIEWER,
    "users": Role.ADMIN,
    "tokens": Role.ADMIN,
    "installation": Role.ADMIN,
}
