"""An invented controller: the settings with which a notice can be built."""

from config.settings import Settings

FILLED = {
    "controller_name": "Association des Exemples",
    "controller_address": "1 rue de l'Exemple, 00000 Exempleville, contact@association.example",
    "dpo": "dpo@association.example",
    "recipients": "Logiciel Exemple (hébergeur du CRM); Imprimerie Exemple",
    "transfers": "none",
    "notice_url": "https://association.example/notice",
    "public_url": "https://association.example",
    "impact_assessment": "AIPD-7",
}
ACCOUNTS = (("twitter", "@exemples"), ("facebook", "Les Exemples"))


def settings(**changed: str | None) -> Settings:
    """Make settings in which nothing that the notice needs is missing but for what is changed."""
    return Settings(**{**FILLED, **changed})


def environment(**changed: str | None) -> dict[str, str]:
    """Return the same as the environment gives it."""
    return {f"REGULARS_{name.upper()}": value for name, value in {**FILLED, **changed}.items() if value}
