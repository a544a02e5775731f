"""What kind of controller this installation has."""

from config.settings import Settings


def controller_of(settings: Settings) -> str | None:
    """Return the kind of controller, None where it was not chosen."""
    chosen = getattr(settings, "controller", None)
    return str(chosen) if chosen else None
