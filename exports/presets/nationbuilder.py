"""NationBuilder: people by its import of CSV files, removals as bodies of its API v2."""

from collections.abc import Mapping

import orjson

from exports.presets import columns
from exports.presets.preset import Choice, Leaving, Preset

#: Fields of ours in a nation, which its API keeps apart from its own.
_CUSTOM = ("regulars_status", "regulars_topics")
_OUT = {"email_opt_in": "N", "mobile_opt_in": "N", "do_not_contact": "Y", "do_not_call": "Y"}


def pushed(cells: Mapping[str, str]) -> str:
    """Return the body of one `PATCH /api/v2/signups/push`, which finds the person by its external id."""
    truth = {"Y": True, "N": False}
    attributes = {name: truth.get(cell, cell) for name, cell in cells.items() if name not in _CUSTOM}
    custom = {name: cell for name, cell in cells.items() if name in _CUSTOM}
    body = {"data": {"type": "signups", "attributes": {**attributes, "custom_values": custom}}}
    return orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE).decode()


PRESET = Preset(
    name="nationbuilder",
    title="NationBuilder",
    columns=(
        columns.key("external_id"),
        columns.first_word("first_name"),
        columns.other_words("last_name"),
        columns.x_handle("twitter_login"),
        columns.url("website"),
        columns.email("email"),
        columns.phone("mobile_number"),
        columns.says("tag_list", "regulars"),
        columns.says("regulars_status", "regular"),
        columns.topics("regulars_topics"),
        columns.since("regulars_since"),
    ),
    choices=(
        Choice("email", {"email_opt_in": "Y"}, {"email_opt_in": "N"}),
        Choice("sms", {"mobile_opt_in": "Y"}, {"mobile_opt_in": "N"}),
    ),
    choice_key=(
        columns.key("external_id"),
        columns.first_word("first_name"),
        columns.other_words("last_name"),
    ),
    removal_key=(columns.key("external_id"),),
    removal={
        Leaving.LEFT: {"regulars_status": "left", "regulars_topics": columns.NONE},
        Leaving.OBJECTED: {"regulars_status": "objected", "regulars_topics": columns.NONE, **_OUT},
        Leaving.ERASED: {"regulars_status": "erase", "regulars_topics": columns.NONE, **_OUT},
    },
    removal_text=pushed,
    merges_on=("email", "handle"),
    source="https://support.nationbuilder.com/en/articles/2895987-fields-available-for-import",
)
