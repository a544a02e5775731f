"""CiviCRM: individuals by its import of contacts."""

from exports.presets import columns
from exports.presets.preset import Choice, Leaving, Preset

_OUT = {"do_not_email": "1", "do_not_sms": "1", "do_not_phone": "1", "do_not_mail": "1", "is_opt_out": "1"}

PRESET = Preset(
    name="civicrm",
    title="CiviCRM",
    columns=(
        columns.key("external_identifier", 64),
        columns.whole_name("last_name", 64),
        columns.email("email"),
        columns.phone("phone"),
        columns.url("url"),
        columns.language("preferred_language", columns.LOCALES),
        columns.says("source", "Regulars"),
        columns.says("regulars_status", "regular"),
        columns.topics("regulars_topics"),
        columns.since("regulars_since"),
    ),
    choices=(
        Choice("email", None, {"do_not_email": "1"}),
        Choice("sms", None, {"do_not_sms": "1"}),
    ),
    removal_key=(columns.key("external_identifier", 64),),
    removal={
        Leaving.LEFT: {"regulars_status": "left", "regulars_topics": columns.NONE},
        Leaving.OBJECTED: {"regulars_status": "objected", "regulars_topics": columns.NONE, **_OUT},
        Leaving.ERASED: {"regulars_status": "erase", "regulars_topics": columns.NONE, **_OUT},
    },
    source="https://github.com/civicrm/civicrm-core/blob/master/schema/Contact/Contact.entityType.php",
)
