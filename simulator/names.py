"""The names people wear: accents, emoji, right-to-left, markup, formulas, nothing at all; all invented."""

FIRST = (
    "Ada", "Bo", "Cy", "Di", "Élodie", "Željko", "Søren", "Łucja", "José", "Zoë", "Ingrid", "Renée", "Óscar",
    "Ngọc", "Małgorzata", "Chloé", "İpek", "Björn", "Dvořák", "Anaïs", "Núria", "Þóra", "Gonçalo", "Ștefan",
    "Müge", "Émile", "Aurélie", "Kjell", "Ñusta", "Ærik", "Solène", "Tomáš",
)  # fmt: skip
LAST = (
    "Lovelace", "Durand", "Müller", "O'Neill", "Nguyễn", "García", "d'Arc", "Sørensen", "Yılmaz", "Kowalska",  # noqa: RUF001 - it is the Turkish letter
    "van den Berg", "St. John", "Ibáñez", "Křížek", "Lefèvre", "Þorsson", "Brontë", "Ștefănescu", "Õunapuu",
    "Grönroos", "de la Cruz", "Čapek", "Ødegård", "Fröhlich", "L'Hôte", "Béranger", "Åkesson", "Żak", "Ğül",
    "Pérez-Ruiz", "Mbé", "Tremblay",
)  # fmt: skip

#: Worn by many at once: a name is no identity.
SHARED = "Anna Example"

SPECIAL = (
    "",
    "🌻 Sunny 🌻",
    "👩‍👩‍👧‍👦 family",
    "🇫🇷 Marianne",
    "سلمى الخطيب",
    "נועה לוי",
    "なずな",
    "李小龙",
    "Ольга",
    "<b>Bold</b>",
    '<img src=x onerror="alert(1)">',
    "&amp; Sons",
    '=HYPERLINK("http://evil.example","click")',
    "+33 6 00 00 00 00",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "[bold red]markup[/]",
    "line\nbreak",
    "tab\tbed",
    "bell\x07",
    "escape \x1b[31mred\x1b[0m",
    "\u202eevil\u202c",
    "\u2066isolate\u2069",
    "zero\u200bwidth",
    "\u00a0",
    'quote " quote',
    "comma, semicolon; pipe|",
    "'; DROP TABLE contacts; --",
    "back\\slash",
    "{{template}} %s {0}",
    "NULL",
    "0012",
    "A" * 50,
    "e\u0301 combining",
)

#: Words handles begin with; at most eight letters, so that the index fits behind them.
WORDS = tuple(
    f"{head}{tail}"
    for head in ("sun", "moon", "red", "blue", "tree", "bird", "rain", "wolf")
    for tail in ("", "_x", "ly", "ist", "TV", "99", "_fr", "eco")
)


def _table() -> tuple[str, ...]:
    names = []
    for each in range(4096):
        if each % 64 == 9:
            names.append(SHARED)
        elif each % 16 == 5:
            names.append(SPECIAL[each // 16 % len(SPECIAL)])
        else:
            names.append(f"{FIRST[each % 32]} {LAST[each // 32 % 32]}")
    return tuple(names)


#: Twelve bits of a person's hash choose the name.
NAMES = _table()
