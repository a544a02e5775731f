"""Who may do what: every route names the least role that may use it, by one of the types below."""

import hmac
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from console.pages.words import language_of
from console.web.desk import Desk, Visit
from domain.user import Role
from pipeline.signing_in import form_token_of, hash_of
from store import halts, sessions

#: Where the gate leaves a form that was sent, in the scope.
FORM = "regulars.form"
#: Where it leaves a file that came with it.
UPLOAD = "regulars.upload"
#: Where files may be uploaded to, and the least role that may.
UPLOADS: Mapping[str, Role] = {"/privacy/opt_outs": Role.MANAGER}
#: The field of every form that shows that a page of this session sent it.
TOKEN_FIELD = "form_token"  # noqa: S105  # a name


class SignedOutError(Exception):
    """Raised where nobody is signed in."""


class ForbiddenError(Exception):
    """Raised where a role may not do this; `words` says why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class At:
    """Lets in whoever has at least a role, with a form only if a page of the same session sent it."""

    def __init__(self, role: Role) -> None:
        self.role = role

    def __call__(self, request: Request) -> Visit:
        desk: Desk = request.app.state.desk
        token, now = request.cookies.get(cookie_name(desk), ""), desk.now()
        with desk.database.glance() as connection:
            session = sessions.opened(connection, hash_of(token), now=now) if token else None
            halted = session.halted if session else ()
            kept_out = halts.waiting(connection) if halted else 0
        if session is None:
            raise SignedOutError
        if session.user.role < self.role:
            raise ForbiddenError("role")
        form = request.scope.get(FORM, {})
        if request.method not in ("GET", "HEAD"):
            given = form.get(TOKEN_FIELD, [""])[0]
            if not hmac.compare_digest(given.encode(), form_token_of(token).encode()):
                raise ForbiddenError("foreign")
        if now - session.seen_at > sessions.NOTED_EVERY:
            with desk.database.write() as connection:
                sessions.note(connection, hash_of(token), now=now)
        language = language_of(session.user.language, request.headers.get("accept-language", ""))
        query = {name: value for name, value in request.query_params.items() if value}
        return Visit(session.user, token, language, request.url.path, query, form, now, halted, kept_out)


Viewer = Annotated[Visit, Depends(At(Role.VIEWER))]
Operator = Annotated[Visit, Depends(At(Role.OPERATOR))]
Manager = Annotated[Visit, Depends(At(Role.MANAGER))]
Admin = Annotated[Visit, Depends(At(Role.ADMIN))]


def may_upload(desk: Desk, scope: Mapping[str, Any]) -> bool:
    """Tell whether a request comes from a session that may upload where it asks."""
    least = UPLOADS.get(scope["path"])
    token = HTTPConnection(dict(scope)).cookies.get(cookie_name(desk), "")
    if least is None or not token:
        return False
    with desk.database.glance() as connection:
        session = sessions.opened(connection, hash_of(token), now=desk.now())
    return session is not None and session.user.role >= least


def cookie_name(desk: Desk) -> str:
    """Return the name of the session's cookie; over HTTPS its prefix binds it to this host and to HTTPS."""
    return "__Host-regulars" if is_secure(desk) else "regulars"


def is_secure(desk: Desk) -> bool:
    """Tell whether browsers reach the console over HTTPS."""
    return (desk.runtime.settings.console_url or "").startswith("https://")
