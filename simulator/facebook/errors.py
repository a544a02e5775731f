"""Graph's error envelopes, one row each (reference/facebook-graph-api.md §3, table of codes).

HTTP statuses are typical, not documented: a client must go by the code in the body (§3, [Q]).
Wording marked "not verbatim" in the reference's fixtures is plausible, no more.
"""

from typing import Any, NamedTuple

LIMITS_PAGE = "https://developers.facebook.com/docs/graph-api/overview/rate-limiting"
TRACE = "A7cZsmYpSimulatedTrace"


class Refusal(NamedTuple):
    """What Graph says instead of an answer; `status` may lie."""

    status: int
    code: int | None
    message: str
    kind: str = "OAuthException"
    subcode: int | None = None
    transient: bool | None = None

    def body(self) -> dict[str, Any]:
        """Return the JSON envelope of this refusal (§3, error envelope)."""
        inside: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code is not None:
            inside["code"] = self.code
        if self.subcode is not None:
            inside["error_subcode"] = self.subcode
        if self.transient is not None:
            inside["is_transient"] = self.transient
        return {"error": {**inside, "fbtrace_id": TRACE}}


class GraphError(Exception):
    """Raised anywhere below the app; becomes the envelope."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


INVALID = "Error validating access token: "
SESSION_EXPIRED = INVALID + (
    "Session has expired on Sunday, 22-Nov-26 08:00:00 PST. "
    "The current time is Monday, 23-Nov-26 09:00:00 PST."
)
PASSWORD_CHANGED = INVALID + (
    "The session has been invalidated because the user changed their password "
    "or Facebook has changed the session for security reasons."
)
NO_PAGE_ROLE = INVALID + (
    "The session is invalid because the user does not have an appropriate role on the Page."
)
TOO_MANY_FOR_PAGE = (
    "(#80001) There have been too many calls to this Page account. Wait a bit and try again. "
    f"For more info, please refer to {LIMITS_PAGE}."
)
TOO_MANY_MESSAGES = (
    "(#80006) There have been too many messenger api calls to this Page. Wait a bit and try again. "
    f"For more info, please refer to {LIMITS_PAGE}."
)
REDUCE = "Please reduce the amount of data you're asking for, then retry your request"
DEEP_CURSOR = "(#100) The After Cursor specified exceeds the max limit supported by this endpoint"
NO_PROOF = "API calls from the server require an appsecret_proof argument"
UNAUTHORISED = INVALID + "The user has not authorized application 123456789."

# Those that a command can force, by name (§3, table of codes).
REFUSALS: dict[str, Refusal] = {
    "unknown": Refusal(500, 1, "An unknown error has occurred."),
    "reduce": Refusal(500, 1, REDUCE),
    "down": Refusal(
        500, 2, "An unexpected error has occurred. Please retry your request later.", transient=True
    ),
    "app_limit": Refusal(403, 4, "(#4) Application request limit reached", transient=True),
    "user_limit": Refusal(400, 17, "(#17) User request limit reached", subcode=2446079),
    "page_limit": Refusal(403, 32, "(#32) Page request limit reached"),
    "page_use_limit": Refusal(400, 80001, TOO_MANY_FOR_PAGE, subcode=2446079),
    "messenger_use_limit": Refusal(400, 80006, TOO_MANY_MESSAGES),
    "action_limit": Refusal(400, 341, "(#341) Feed action request limit reached"),
    "custom_limit": Refusal(400, 613, "(#613) Calls to this api have exceeded the rate limit."),
    "volume_limit": Refusal(400, 613, "(#613) Inconsistent API request volume", subcode=1996),
    "blocked": Refusal(
        400, 368, "The action attempted has been deemed abusive or is otherwise disallowed", subcode=1390008
    ),
    "capability": Refusal(400, 3, "(#3) Application does not have the capability to make this API call."),
    "permission": Refusal(403, 10, "(#10) Application does not have permission for this action"),
    "permission_200": Refusal(
        403, 200, "(#200) Requires pages_read_user_content permission to manage the object"
    ),
    "gone": Refusal(400, 100, "Object does not exist", "GraphMethodException", subcode=33),
    "cursor": Refusal(400, 100, DEEP_CURSOR),
    "parameter": Refusal(400, 100, "(#100) Invalid parameter"),
    "session": Refusal(401, 102, "Session key invalid or no longer valid"),
    "token_invalid": Refusal(400, 190, "Invalid OAuth access token.", subcode=467),
    "token_unauthorised": Refusal(400, 190, UNAUTHORISED, subcode=458),
    "token_checkpoint": Refusal(400, 190, INVALID + "The user is enrolled in a checkpoint.", subcode=459),
    "token_password": Refusal(400, 190, PASSWORD_CHANGED, subcode=460),
    "token_expired": Refusal(400, 190, SESSION_EXPIRED, subcode=463),
    "token_unconfirmed": Refusal(
        400, 190, INVALID + "Sessions for the user are not allowed: unconfirmed.", subcode=464
    ),
    "token_no_role": Refusal(400, 190, NO_PAGE_ROLE, subcode=492),
    "proof": Refusal(400, 100, NO_PROOF, "GraphMethodException"),
}

#: §9: HTML 503 without JSON, which is no row of the table.
HTML = "html_503"
#: Every kind of error that can be ordered.
ORDERED = (*REFUSALS, HTML)


def no_field(name: str, node: str) -> GraphError:
    """Refuse a field or an edge that the node does not have (§3, code 100; §9)."""
    message = f"(#100) Tried accessing nonexisting field ({name}) on node type ({node})"
    return GraphError(Refusal(400, 100, message))


def gone(platform_id: str) -> GraphError:
    """Refuse an object that is gone, never was, or may not be seen: the three look alike (§3, 100 + 33)."""
    message = (
        f"Unsupported get request. Object with ID '{platform_id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation. Please read the Graph API documentation "
        "at https://developers.facebook.com/docs/graph-api"
    )
    return GraphError(Refusal(400, 100, message, "GraphMethodException", subcode=33))


def no_permission(permission: str, code: int) -> GraphError:
    """Refuse for want of a permission, with code 10 or 200 (§3, codes 10 and 200-299)."""
    if code == 10:
        message = (
            f"(#10) This endpoint requires the '{permission}' permission "
            "or the 'Page Public Content Access' feature."
        )
    else:
        message = f"(#{code}) Requires {permission} permission to manage the object"
    return GraphError(Refusal(403, code, message))


def forced(name: str) -> GraphError:
    """Return the refusal that a command asked for; KeyError where no row has that name."""
    return GraphError(REFUSALS[name])


def syntax(message: str) -> GraphError:
    """Refuse a `fields` text that cannot be read (code 2500, seen in the wild, not in the reference)."""
    return GraphError(Refusal(400, 2500, f'Syntax error "{message}"'))
