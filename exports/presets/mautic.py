"""Mautic: contacts by its import of CSV files, which reads one physical line a row."""

from exports.presets import columns
from exports.presets.preset import Choice, Leaving, Preset

#: `NULL` is how its import clears a field; a tag behind a minus goes, and no cell may begin with one.
_GONE = {"regulars_topics": "NULL", "tags": "regulars_left|-regulars"}

PRESET = Preset(
    name="mautic",
    title="Mautic",
    takes=("email",),
    columns=(
        columns.key("regulars_key"),
        columns.email("email", optional=False),
        columns.whole_name("lastname", 191),
        columns.phone("mobile"),
        columns.language("preferred_locale"),
        columns.says("tags", "regulars"),
        columns.says("regulars_status", "regular"),
        columns.topics("regulars_topics", most=191),
        columns.since("regulars_since"),
    ),
    choices=(Choice("email", None, {"doNotEmail": "1"}),),
    choice_key=(columns.key("regulars_key"), columns.known_email("email")),
    removal_key=(columns.key("regulars_key"),),
    removal={
        Leaving.LEFT: {"regulars_status": "left", **_GONE},
        Leaving.OBJECTED: {"regulars_status": "objected", **_GONE},
        Leaving.ERASED: {"regulars_status": "erase", **_GONE},
    },
    merges_on=("email",),
    max_rows=5_000,
    source="https://github.com/mautic/mautic/blob/7.x/app/bundles/LeadBundle/Model/ImportModel.php",
)
