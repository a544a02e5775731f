"""What an app of X is answered: the body, or the refusal in our words."""

from collections.abc import Callable
from typing import Any

from connectors.http import RefusedError
from connectors.twitter.asked import Asked
from connectors.twitter.errors import refusal_of, unreadable
from domain.errors import OperatorNeededError


def body_of(call: Callable[[], Any], asked: Asked) -> dict[str, Any]:
    """Return the JSON object that a call is answered with; raises what `refusal_of` and `unreadable` make.

    An account's token where X takes an app's alone raises OperatorNeededError.
    """
    try:
        body = call()
    except RefusedError as refused:
        refusal = refusal_of(refused, asked)
        if refusal.code != "unsupported_authentication":
            raise refusal from refused
        raise OperatorNeededError(
            "X takes this from an app only: give the bearer token of the app (--app-token-file), not one of "
            "the account.",
            code=refusal.code,
        ) from refused
    except (ValueError, RecursionError) as error:
        raise unreadable(asked, f"is no JSON ({type(error).__name__})") from None
    if not isinstance(body, dict):
        raise unreadable(asked, "is no JSON object")
    return body
