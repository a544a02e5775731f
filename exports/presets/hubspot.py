"""HubSpot: contacts by its import, which finds them by a property of ours or by e-mail."""

from exports.presets import columns
from exports.presets.preset import Choice, Leaving, Preset

PRESET = Preset(
    name="hubspot",
    title="HubSpot",
    columns=(
        columns.key("Regulars key"),
        columns.whole_name("Last Name"),
        columns.email("Email"),
        columns.phone("Mobile Phone Number"),
        columns.url("Website URL"),
        columns.language("Preferred language"),
        columns.says("Regulars status", "regular"),
        columns.topics("Regulars topics"),
        columns.since("Regulars since"),
    ),
    choices=(Choice("email", None, {}),),
    choice_key=(columns.known_email("Email"),),
    removal_key=(columns.key("Regulars key"),),
    removal={
        Leaving.LEFT: {"Regulars status": "left", "Regulars topics": columns.NONE},
        Leaving.OBJECTED: {"Regulars status": "objected", "Regulars topics": columns.NONE},
        Leaving.ERASED: {"Regulars status": "erase", "Regulars topics": columns.NONE},
    },
    merges_on=("email",),
    max_rows=1_000_000,
    max_bytes=20_000_000,
    source="https://knowledge.hubspot.com/import-and-export/set-up-your-import-file",
)
