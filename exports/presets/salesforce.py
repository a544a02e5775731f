"""Salesforce: contacts by Data Loader's upsert on an external id."""

from exports.presets import columns
from exports.presets.preset import Choice, Leaving, Preset

_OUT = {"HasOptedOutOfEmail": "TRUE", "DoNotCall": "TRUE"}

PRESET = Preset(
    name="salesforce",
    title="Salesforce",
    columns=(
        columns.key("Regulars_Key__c"),
        columns.whole_name("LastName", 80),
        columns.email("Email"),
        columns.phone("MobilePhone"),
        columns.url("Regulars_Profile__c"),
        columns.says("Regulars_Status__c", "regular"),
        columns.topics("Regulars_Topics__c"),
        columns.since("Regulars_Since__c"),
    ),
    choices=(Choice("email", None, {"HasOptedOutOfEmail": "TRUE"}),),
    removal_key=(columns.key("Regulars_Key__c"),),
    removal={
        Leaving.LEFT: {"Regulars_Status__c": "left", "Regulars_Topics__c": columns.NONE},
        Leaving.OBJECTED: {"Regulars_Status__c": "objected", "Regulars_Topics__c": columns.NONE, **_OUT},
        Leaving.ERASED: {"Regulars_Status__c": "erase", "Regulars_Topics__c": columns.NONE, **_OUT},
    },
    max_rows=50_000,
    source="https://help.salesforce.com/s/articleView?id=sales.sales_core_import_csv.htm",
)
