"""What people write to the Page: accents, markup, formulas, other scripts, nothing; all invented."""

from simulator.acts import Act
from simulator.interests import words_of

_TEXTS = (
    "When does the new bus line open?",
    "Merci beaucoup, très utile !",
    "The school roof leaks again.",
    "More trees, please 🌳🌳",
    "شكرا على المعلومات",
    "מתי הפגישה הבאה?",
    "<b>Read this</b> <script>alert(1)</script>",
    '=HYPERLINK("http://evil.example","click")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "[bold red]not markup[/bold red]",
    "Is the library open\non Sunday?",
    "",
    "Straße gesperrt, wieso?",
    "素晴らしい",
    "I disagree; the cycle path is too narrow.",
    "\u202egnirts desrever\u202c",
    "👩‍👩‍👧‍👦 we were there",
    "Bravo.",
)

#: Half of what the Page writes speaks of a topic.
_NOTICES = (
    "the council meets on Thursday. Come and speak!",
    "la maternité doit rester ouverte. Réunion jeudi avec les médecins de l'hôpital.",
    "merci à toutes et à tous pour samedi !",
    "bike lanes and a night bus: our plan for public transport.",
    "see you at the summer fête.",
    "loyers trop chers : nos propositions pour le logement social.",
)


def text_of(seed: int, act: Act) -> str:
    """Return what was written in an act."""
    return words_of(seed, act, _TEXTS)


def post_text(post: int) -> str:
    """Return what the Page wrote in an own post."""
    return f"Notice {post + 1}: {_NOTICES[post % len(_NOTICES)]}"
