"""Stop: whether a message as a whole says no more than that nothing more is wanted."""

from classifier.folding import words_of

#: Words that alone ask for an end, and with small words beside them ("stop svp", "please unsubscribe me").
_STOPS = frozenset(
    {
        "stop",
        "arret",
        "arretez",
        "desabonner",
        "desabonnement",
        "desinscrire",
        "desinscription",
        "unsubscribe",
    }
    | {"desabonnez", "desinscrivez", "optout", "fin", "quit", "cancel", "end", "stopall"}
)
#: Ways to say so in several words.
_PHRASES = frozenset(
    {"opt out", "plus de messages", "plus de message", "no more messages", "ne m ecrivez plus"}
    | {"ne me contactez plus", "remove me", "retirez moi", "do not contact me", "don t contact me"}
    | {"ne plus me contacter", "do not write to me", "don t write to me", "supprimez moi", "stop messages"}
)
_POLITE = frozenset(
    {"svp", "stp", "merci", "bonjour", "please", "pls", "thanks", "hello", "maintenant", "now"}
)
_BESIDE = frozenset(
    {"me", "moi", "s", "il", "vous", "te", "plait", "je", "veux", "souhaite", "want", "to", "i", "de", "la"}
    | {"liste", "from", "the", "list", "this", "cette", "se", "tout", "all", "thank", "you"}
)
_LONGEST = 200


def is_stop(text: str) -> bool:
    """Whether a message's whole sense is that its writer wants no more: "STOP", "Désabonnez-moi svp".

    A word of it inside a sentence says nothing ("Il faut un arrêt de bus", "stop the cuts"). Linear.
    """
    if len(text) > _LONGEST:
        return False
    words = [each for each in dict.fromkeys(words_of(text)) if each not in _POLITE]
    return " ".join(words) in _PHRASES or " ".join(each for each in words if each not in _BESIDE) in _STOPS
