"""Users: who may sign in and as what; inviting them, changing them, shutting them out; one's own password."""

from typing import Any
from zoneinfo import available_timezones

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from console.web.access import Admin, Viewer
from console.web.acting import enter
from console.web.desk import Desk, Visit
from console.web.openid import is_set
from console.web.rendering import after, page
from console.web.settings_tabs import TABS
from console.web.sign_in import signed_in
from domain.journal import Act
from domain.user import SHORTEST_PASSWORD, Role, UserError, role_of
from pipeline import signing_in
from pipeline.signing_in import Passwords, SignInError, TooManyTriesError
from store import sessions
from store import users as stored

PATH = "/settings/users"


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get(PATH)
    def show(visit: Admin) -> Response:
        return _page(desk, visit)

    @app.post(PATH + "/invite")
    def invite(visit: Admin, request: Request) -> Response:
        try:
            role = role_of(visit.sent("role"))
        except UserError as error:
            return _page(desk, visit, 422, wrong=str(error))
        with desk.database.write() as connection:
            token = signing_in.invite(connection, role, now=visit.now)
            enter(connection, visit, Act.USER_INVITED, role=role.word)
        base = desk.runtime.settings.console_url or f"http://{request.headers.get('host', '')}"
        minutes = signing_in.INVITATION.seconds // 60
        return _page(desk, visit, link=f"{base.rstrip('/')}/welcome/{token}", invited=role, minutes=minutes)

    _add_changes(app, desk)


def _add_changes(app: FastAPI, desk: Desk) -> None:
    @app.post(PATH + "/{user_id}/role")
    def role(visit: Admin, user_id: int) -> Response:
        try:
            wanted = role_of(visit.sent("role"))
        except UserError as error:
            return _page(desk, visit, 422, wrong=str(error))
        return _change(desk, visit, user_id, role=wanted)

    @app.post(PATH + "/{user_id}/shut-out")
    def shut_out(visit: Admin, user_id: int) -> Response:
        return _change(desk, visit, user_id, shut_out_at=visit.now)

    @app.post(PATH + "/{user_id}/let-in")
    def let_in(visit: Admin, user_id: int) -> Response:
        return _change(desk, visit, user_id, shut_out_at=None)

    @app.post(PATH + "/{user_id}/sign-out")
    def sign_out(visit: Admin, user_id: int) -> Response:
        with desk.database.write() as connection:
            name = _named(connection, user_id)
            sessions.end_of(connection, user_id)
            enter(connection, visit, Act.SESSIONS_ENDED, user=name)
        return after(PATH)

    @app.post("/settings/password")
    def password(visit: Viewer, request: Request) -> Response:
        # As they were typed: a password may begin or end with a space.
        given = Passwords(*(visit.form.get(each, [""])[0] for each in Passwords._fields))
        try:
            token = signing_in.change_password(desk.database, visit.user, given, desk.key, now=visit.now)
        except TooManyTriesError:
            return own_page(desk, visit, 429, "password_many")
        except SignInError:
            return own_page(desk, visit, 422, "password_wrong")
        except UserError:
            return own_page(desk, visit, 422, "password_weak")
        return signed_in(desk, request, token, "/settings?done=password")


def own_page(desk: Desk, visit: Visit, status: int = 200, refused: str = "") -> Response:
    """Show what everybody settles for themselves."""
    with desk.database.read() as connection:
        has_password = stored.has_password(connection, visit.user.id)
    shown = {"zones": sorted(available_timezones()), "has_password": has_password, "refused": refused}
    done = visit.query.get("done", "")
    shown |= {"done": done == "password", "joined": done == "joined", "oidc": is_set(desk.runtime.settings)}
    return page(visit, "settings/own", status, tabs=TABS, shortest=SHORTEST_PASSWORD, **shown)


def _page(desk: Desk, visit: Visit, status: int = 200, **more: Any) -> Response:
    with desk.database.read() as connection:
        rows = stored.listed(connection)
    return page(visit, "settings/users", status, tabs=TABS, users=rows, roles=list(Role), **more)


def _change(desk: Desk, visit: Visit, user_id: int, **values: Any) -> Response:
    try:
        with desk.database.write() as connection:
            name = _named(connection, user_id)
            stored.change(connection, user_id, **values)
            enter(connection, visit, Act.USER_CHANGED, user=name, changed=", ".join(values))
    except UserError:
        return _page(desk, visit, 422, last=True)
    return after(PATH)


def _named(connection: Any, user_id: int) -> str:
    """Return a user's name; raises HTTPException where there is none."""
    found = stored.row(connection, user_id)
    if found is None:
        raise HTTPException(404)
    return str(found["name"])
