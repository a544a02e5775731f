"""Mailchimp: an audience by import, one file a status."""

from exports.presets import columns
from exports.presets.preset import Choice, Leaving, Preset

PRESET = Preset(
    name="mailchimp",
    title="Mailchimp",
    takes=("email",),
    columns=(
        columns.email("Email Address", optional=False),
        columns.whole_name("Last Name", 255, columns.bytes_of),
        columns.key("Regulars Key"),
        columns.says("Regulars Status", "regular"),
        columns.topics("Regulars Topics", size=columns.bytes_of),
        columns.since("Regulars Since"),
    ),
    choices=(Choice("email", {}, {}),),
    choice_key=(columns.known_email("Email Address"),),
    removal_key=(columns.known_email("Email Address"),),
    removal={
        Leaving.LEFT: {"Regulars Status": "left", "Regulars Topics": columns.NONE},
        Leaving.OBJECTED: {},
        Leaving.ERASED: {},
    },
    merges_on=("email",),
    source="https://mailchimp.com/help/format-guidelines-for-your-import-file/",
)
