"""What commands share: settings, the runtime, and how they end."""

from config.loading import load
from config.logs import configure
from config.settings import Settings
from domain.errors import RegularsError
from workers.runtime import Runtime


class UnfinishedError(RegularsError):
    """Raised when a harvest ended without having read every stream whole."""

    exit_code = 3


class StoppedAtBudgetError(RegularsError):
    """Raised when a harvest ended because its budget was spent, and can go on."""

    exit_code = 4


def settings() -> Settings:
    """Read the settings and set logging up."""
    read = load()
    configure(read.log_level)
    return read


def runtime(read: Settings | None = None) -> Runtime:
    """Open the installation; an embedded database is made and brought up to date by itself."""
    read = read or settings()
    return Runtime(read, upgrade=read.database_url is None)
