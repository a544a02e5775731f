"""The tabs of the settings: the last word of each address, with the least role that sees it."""

from domain.user import Role

TABS = {
    "": Role.VIEWER,
    "budgets": Role.VIEWER,
    "topics": Role.VIEWER,
    "alerts": Role.VIEWER,
    "installation": Role.ADMIN,
}
