"""Reading the settings from the environment and from a folder of secrets; unknown ones are refused."""

import difflib
import os
from pathlib import Path

from pydantic import ValidationError

from config.settings import PREFIX, Settings, SettingsError

_FOLDER = PREFIX + "SECRETS_DIR"


def load() -> Settings:
    """Read the settings; raises SettingsError with one sentence."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    folder = os.environ.get(_FOLDER)
    named = [*os.environ, *_secrets_in(folder)]
    unknown = sorted(name for name in named if name.startswith(PREFIX) and name not in known)
    if unknown:
        near = difflib.get_close_matches(unknown[0], known, n=1)
        meant = f" (is {near[0]} meant?)" if near else ""
        raise SettingsError(
            f"{unknown[0]} is no setting of Regulars{meant}: unset it; `regulars config show` then lists "
            "those that exist."
        )
    try:
        return Settings(_secrets_dir=folder)
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper() if first["loc"] else "A setting"
        raise SettingsError(
            f"{name} has a value that it cannot have ({first['msg'].lower()}); mend it or unset it."
        ) from None


def _secrets_in(folder: str | None) -> list[str]:
    """Return the settings of which a folder holds files."""
    if folder is None:
        return []
    try:
        return [each.name.upper() for each in Path(folder).iterdir() if each.is_file()]
    except OSError as error:
        raise SettingsError(
            f"{_FOLDER} cannot be read ({error.strerror}): name a folder with a file for each secret."
        ) from None
