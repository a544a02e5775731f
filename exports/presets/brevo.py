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
        columns.says("STATUS_REGULARS", "regular"),
        columns.topics("TOPICS_REGULARS"),
        columns.since("SINCE_REGULARS"),
    ),
    choices=(Choice("email", None, {}), Choice("sms", None, {})),
    removal_key=(columns.key("EXT_ID"),),
    removal={
        Leaving.LEFT: {"STATUS_REGULARS": "left", "TOPICS_REGULARS": columns.NONE},
        Leaving.OBJECTED: {"STATUS_REGULARS": "objected", "TOPICS_REGULARS": columns.NONE},
        Leaving.ERASED: {"STATUS_REGULARS": "erase", "TOPICS_REGULARS": columns.NONE},
    },
    merges_on=("email", "phone"),
    delimiter=";",
    source="https://help.brevo.com/hc/en-us/articles/208729849",
)
