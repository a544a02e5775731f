"""Action Network: activists by upload, who are subscribed unless the upload says otherwise."""

from exports.presets import columns
from exports.presets.preset import Choice, Leaving, Preset

PRESET = Preset(
    name="action-network",
    title="Action Network",
    takes=("email", "sms"),
    columns=(
        columns.key("regulars_key"),
        columns.email("email"),
        columns.phone("mobile_number"),
        columns.whole_name("last_name"),
        columns.says("regulars_status", "regular"),
        columns.topics("regulars_topics"),
        columns.since("regulars_since"),
    ),
    choices=(Choice("email", {}, {}),),
    choice_key=(columns.known_email("email"),),
    removal_key=(columns.known_email("email"),),
    removal={
        Leaving.LEFT: {"regulars_status": "left", "regulars_topics": columns.NONE},
        Leaving.OBJECTED: {},
        Leaving.ERASED: {},
    },
    merges_on=("email", "phone"),
    source="https://help.actionnetwork.org/hc/en-us/articles/203113019",
)
