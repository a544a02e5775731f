"""Address books: vCard 4.0 and, for older readers, 3.0."""

from exports.presets import columns
from exports.presets.preset import Column, Form, Leaving, Preset

_ASKS = {each: {"ASKS": each.value} for each in Leaving}

PRESET = Preset(
    name="vcard",
    title="vCard",
    columns=(
        columns.key("UID"),
        Column("FN", "display_name, else handle, else contact_key", columns.name_of),
        Column("SOCIALPROFILE", "platform, platform_id, handle", columns.url_of, optional=True),
        columns.email("EMAIL"),
        Column("TEL", "phone, where addressable", columns.phone_of, optional=True),
        columns.language("LANG"),
        Column("CATEGORIES", "`regulars`, then declared_topics", lambda _: "regulars"),
    ),
    removal_key=(columns.key("UID"),),
    removal=_ASKS,
    form=Form.VCARD,
    source="https://www.rfc-editor.org/rfc/rfc6350",
)
