"""The text of docs/settings.md, made from the settings; `python -m config.settings_document` prints it."""

import sys
from collections.abc import Mapping

from pydantic.fields import FieldInfo

from config.settings import PREFIX, Settings

_INTRO = """\
# Settings

<!-- Made from config/settings.py by `python -m config.settings_document`; change the settings, not this. -->

All settings are read from the environment; a name that begins with `REGULARS_` and stands not here is
refused. `regulars config show` prints the values in force, secrets hidden.

| setting | default | meaning |
| --- | --- | --- |
"""


def settings_document(fields: Mapping[str, FieldInfo]) -> str:
    """Write the whole document as Markdown, the same for the same settings."""
    rows = (
        f"| `{PREFIX}{name.upper()}` | {_written(field.default)} | {field.description or ''} |\n"
        for name, field in fields.items()
    )
    return _INTRO + "".join(rows)


def _written(default: object) -> str:
    if default is None:
        return "unset"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


if __name__ == "__main__":
    sys.stdout.write(settings_document(Settings.model_fields))
