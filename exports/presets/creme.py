"""Creme CRM: contacts by its import, found by the field `url_site`."""

import re

from exports.presets import columns
from exports.presets.cells import exact
from exports.presets.preset import Choice, Column, Leaving, Preset, Record

#: What stands for a profile's address where a contact has none; `.invalid` leads nowhere (RFC 2606, 1999-06).
_NOWHERE = "https://regulars.invalid/"


def address(record: Record) -> str | None:
    """Return what tells a contact in Creme: the address of its profile, or one that leads nowhere."""
    key = str(record["contact_key"])
    platform, _, number = key.partition(":")
    made = f"{_NOWHERE}{platform}/{number.replace(':', '/')}"
    return columns.url_of(record) or (exact(made, 200) if re.fullmatch("[A-Za-z0-9:-]+", number) else None)


_KEY = Column("url_site", "platform, platform_id", address)
#: Creme wants a column of last names in every file. An empty cell leaves the name as it is, and keeps a row
#: whose contact is not there from making one.
_AS_IT_IS = {"last_name": ""}

PRESET = Preset(
    name="creme",
    title="Creme CRM",
    columns=(
        _KEY,
        columns.whole_name("last_name", 100),
        columns.email("email"),
        columns.phone("mobile"),
        columns.key("regulars_key"),
        columns.says("regulars_status", "regular"),
        columns.topics("regulars_topics"),
        columns.since("regulars_since"),
    ),
    choices=(Choice("email", {**_AS_IT_IS, "regulars_email": "yes"}, {**_AS_IT_IS, "regulars_email": "no"}),),
    removal_key=(_KEY,),
    removal={
        Leaving.LEFT: {**_AS_IT_IS, "regulars_status": "left", "regulars_topics": columns.NONE},
        Leaving.OBJECTED: {
            **_AS_IT_IS,
            "regulars_status": "objected",
            "regulars_topics": columns.NONE,
            "regulars_email": "no",
        },
        Leaving.ERASED: {
            **_AS_IT_IS,
            "regulars_status": "erase",
            "regulars_topics": columns.NONE,
            "regulars_email": "no",
        },
    },
    quote_all=True,
    source="https://github.com/HybirdCorp/creme_crm",
)
