"""The answer to a person who asks what we hold of them: a page to read, in French or English."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

import orjson

#: What stands in each table, in French and English.
TABLES: Mapping[str, tuple[str, str]] = {
    "contacts": ("Qui vous êtes pour nous", "Who you are to us"),
    "signals": ("Ce que vous avez fait envers nos comptes", "What you did towards our accounts"),
    "decisions": ("Comment nous vous avons classé, et pourquoi", "How we labelled you, and why"),
    "messaging_contacts": (
        "Votre place parmi les contacts à qui écrire",
        "Your place among those who may be written to",
    ),
    "texts": ("Ce que vous avez écrit, tant que nous le gardons", "What you wrote, as long as we keep it"),
    "topic_holders": ("Quand vos centres d'intérêt ont été relus", "When your interests were last found"),
    "spoken": ("De quels sujets parlent vos textes", "Which topics your texts speak of"),
    "interests": ("Centres d'intérêt que nous en avons déduits", "Interests that we found"),
    "declared_topics": ("Sujets que vous avez déclarés", "Topics that you declared"),
    "chosen_topics": ("Sujets fixés ou retirés par notre équipe", "Topics set or removed by our team"),
    "withheld": ("Ce dont nous doutons encore", "What we are still in doubt about"),
    "changes": ("Ce que d'autres systèmes ont appris de nous", "What other systems were told by us"),
    "received": ("Quels programmes vous ont reçu de nous", "Which programs got you from us"),
    "segment_steps": (
        "Ce qui est dit de vous aux programmes qui lisent un segment",
        "What programs that read one segment are told of you",
    ),
    "segment_told": ("Les fichiers ciblés où vous étiez", "The narrowed files that held you"),
    "transferred": ("Les tiers qui vous ont reçu de nous", "The third parties that got you from us"),
    "transfer_consents": (
        "Vos consentements à une transmission à des tiers",
        "Your consents to be passed on to third parties",
    ),
    "admissions": (
        "Si vous pouvez être exporté, et par quels canaux",
        "Whether you may be exported, and by which channels",
    ),
    "halted_contacts": (
        "Que vous entrerez dans la base quand un arrêt prendra fin",
        "That you will come into the store when a halt ends",
    ),
    "overrides": ("Ce que notre équipe a décidé elle-même", "What our team decided itself"),
    "sign_ups": ("Ce que vous avez écrit en vous inscrivant", "What you wrote when you signed up"),
    "addresses": ("Vos adresses", "Your addresses"),
    "consents": ("Vos consentements", "Your consents"),
    "notices": ("Quand et comment vous avez été informé", "When and how you were told"),
    "journal_texts": ("Qui a consulté ou changé ces données", "Who read or changed these data"),
}
_WORDS = {
    "fr": {
        "title": "Les données que nous avons sur vous",
        "nothing": "Nous n'avons aucune donnée sous cette clé.",
        "made": "Fait le",
        "copies": "Si vous demandez aujourd'hui l'effacement, nos sauvegardes et nos journaux techniques ne "
        "contiendront plus rien de vous le {day} au plus tard.",
        "all": "Ceci est tout ce que nous conservons sous cette clé, et rien sur d'autres personnes.",
    },
    "en": {
        "title": "The data that we hold about you",
        "nothing": "We hold nothing under this key.",
        "made": "Made on",
        "copies": "If you ask today to be erased, our backups and technical logs will hold nothing of you by "
        "{day} at the latest.",
        "all": "This is all that we keep under this key, and nothing of other people.",
    },
}
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color-scheme: light dark }
table { border-collapse: collapse; width: 100%; margin: 0 0 1.5rem }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #8884;
  overflow-wrap: anywhere }
h2 { margin: 2rem 0 .5rem; font-size: 1.1rem }
"""


def access_page(
    key: str,
    held: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    language: str,
    now: datetime,
    gone_by: datetime,
) -> str:
    """Render what is held as one HTML page that loads nothing; every value stands as text.

    `gone_by` is when the last copy would be gone if it were erased now.
    """
    words = _WORDS[language]
    parts = [
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{words['title']}</title><style>{_STYLE}</style><h1>{words['title']}</h1>",
        f"<p><code>{escape(key)}</code><br>{words['made']} {now:%Y-%m-%d %H:%M} UTC.</p>",
        f"<p>{words['all'] if held else words['nothing']}</p>",
        f"<p>{words['copies'].format(day=f'{gone_by:%Y-%m-%d}')}</p>",
    ]
    for table, rows in held.items():
        french, english = TABLES.get(table, (table, table))
        parts.append(f"<h2>{escape(french if language == 'fr' else english)}</h2>{_table(rows)}")
    return "\n".join(parts) + "\n"


def access_json(
    key: str, held: Mapping[str, Sequence[Mapping[str, Any]]], *, now: datetime, gone_by: datetime
) -> bytes:
    """Write the same for machines (GDPR art. 20)."""
    answer = {"key": key, "made_at": now, "if_erased_now_gone_by": gone_by, "held": held}
    return orjson.dumps(answer, option=orjson.OPT_INDENT_2)


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f"<th>{escape(each.replace('_', ' '))}</th>" for each in columns)
    body = "".join(f"<tr>{_cells(row, columns)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cells(row: Mapping[str, Any], columns: Sequence[str]) -> str:
    return "".join(f"<td>{escape(_written(row.get(each)))}</td>" for each in columns)


def _written(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:%Y-%m-%d %H:%M} UTC" if isinstance(value, datetime) else str(value)
