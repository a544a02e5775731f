"""Qomon: contacts by its import, which tells people by name with phone or mail and overwrites."""

from exports.presets import columns
from exports.presets.preset import Choice, Leaving, Preset

PRESET = Preset(
    name="qomon",
    title="Qomon",
    takes=("email", "sms"),
    columns=(
        columns.whole_name("Last name"),
        columns.email("Mail"),
        columns.phone("Mobile"),
        columns.key("Regulars key"),
        columns.says("Regulars status", "regular"),
        columns.topics("Regulars topics"),
        columns.area("Regulars area"),
        columns.since("Regulars since"),
    ),
    choices=(Choice("email", None, {}),),
    choice_key=(columns.key("Regulars key"), columns.known_email("Mail")),
    removal_key=(columns.key("Regulars key"), columns.known_email("Mail")),
    removal={
        Leaving.LEFT: {"Regulars status": "left", "Regulars topics": columns.NONE},
        Leaving.OBJECTED: {"Regulars status": "objected", "Regulars topics": columns.NONE},
        Leaving.ERASED: {"Regulars status": "erase", "Regulars topics": columns.NONE},
    },
    merges_on=("email", "phone"),
    delimiter=";",
    source="https://help.qomon.com/en/articles/4745069-how-do-i-import-contact-files-into-qomon",
)
