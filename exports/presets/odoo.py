"""Odoo: contacts (res.partner) by its import, which finds them by their external id."""

import re

from exports.presets import columns
from exports.presets.preset import Choice, Column, Leaving, Preset, Record


def external_id(record: Record) -> str | None:
    """Return a contact's id as Odoo wants it, `module.name`; None where the key has what an id has not."""
    key = str(record["contact_key"])
    return f"regulars.{key.replace(':', '_')}" if re.fullmatch("[a-z]+:[A-Za-z0-9:-]{1,60}", key) else None


_ID = Column("id", "contact_key, as `regulars.` and the key with `_` for colons", external_id)

PRESET = Preset(
    name="odoo",
    title="Odoo",
    columns=(
        _ID,
        columns.whole_name("name"),
        columns.key("ref"),
        columns.email("email"),
        columns.phone("phone"),
        columns.url("website"),
        columns.says("x_regulars_status", "regular"),
        columns.topics("x_regulars_topics"),
        columns.since("x_regulars_since"),
    ),
    choices=(Choice("email", None, {}),),
    choice_key=(columns.known_email("email"),),
    removal_key=(_ID,),
    removal={
        Leaving.LEFT: {"x_regulars_status": "left", "x_regulars_topics": columns.NONE},
        Leaving.OBJECTED: {"x_regulars_status": "objected", "x_regulars_topics": columns.NONE},
        Leaving.ERASED: {"x_regulars_status": "erase", "x_regulars_topics": columns.NONE, "active": "False"},
    },
    source="https://www.odoo.com/documentation/18.0/applications/essentials/export_import_data.html",
)
