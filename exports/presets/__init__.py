"""Presets: how each CRM takes our contacts, and learns who is one no longer."""

from collections.abc import Mapping

from exports.presets import (
    action_network,
    brevo,
    civicrm,
    creme,
    hubspot,
    mailchimp,
    mautic,
    nationbuilder,
    odoo,
    qomon,
    salesforce,
    vcard,
)
from exports.presets.choices import Known
from exports.presets.preset import Leaving, Preset, asks
from exports.presets.sheets import Written
from exports.presets.writing import reject_of, write

_MODULES = (
    nationbuilder, civicrm, mautic, action_network, odoo, hubspot, salesforce, brevo, mailchimp, qomon, creme,
    vcard,
)  # fmt: skip
#: Every preset by its name.
PRESETS: Mapping[str, Preset] = {each.PRESET.name: each.PRESET for each in _MODULES}

__all__ = ["PRESETS", "Known", "Leaving", "Preset", "Written", "asks", "reject_of", "write"]
