"""Brevo: contacts by its import, which finds them by EXT_ID."""

from exports.presets import columns
from exports.presets.preset import Choice, Leaving, Preset

PRESET = Preset(
    name="brevo",
    title="Brevo",
    takes=("email", "sms"),
    columns=(
        columns.key("EXT_ID"),
        columns.email("EMAIL"),
        columns.phone("SMS", columns.digits_of),
        columns.whole_name("LASTNAME"),
        columns.language("LANGUAGE"),
        columns.says("REGULARS_STATUS", "regular"),
        columns.topics("REGULARS_TOPICS"),
        columns.since("REGULARS_SINCE"),
    ),
    choices=(Choice("email", None, {}), Choice("sms", None, {})),
    removal_key=(columns.key("EXT_ID"),),
    removal={
        Leaving.LEFT: {"REGULARS_STATUS": "left", "REGULARS_TOPICS": columns.NONE},
        Leaving.OBJECTED: {"REGULARS_STATUS": "objected", "REGULARS_TOPICS": columns.NONE},
        Leaving.ERASED: {"REGULARS_STATUS": "erase", "REGULARS_TOPICS": columns.NONE},
    },
    merges_on=("email", "phone"),
    delimiter=";",
    source="https://help.brevo.com/hc/en-us/articles/208729849",
)
