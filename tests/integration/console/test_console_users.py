"""Users in the settings: invited by a link, changed, shut out, signed out everywhere; one's own password."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.user import Role
from pipeline import signing_in
from store import journal, users
from store.database import Database
from tests.consoles import PASSWORD, Consoles, Visitor, listening

NEW = "another long sentence"


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        yield made


def acts(console: Consoles, visitor: Visitor, of: Role, act: str, **fields: str) -> int:
    visitor.get("/settings/users")
    return visitor.post(f"/settings/users/{console.users[of]}/{act}", fields).status


def test_an_invitation_is_shown_once_and_makes_a_user(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    made = ada.post("/settings/users/invite", {"role": "operator"})
    link = re.findall(r"http://[^\"<]+/welcome/[\w-]+", made.text)[0]
    path = "/" + link.split("/", 3)[3]
    assert path not in ada.get("/settings/users").text
    newcomer = console.stranger()
    assert newcomer.post(path, {"name": "Bo", "password": NEW}).status == 303
    assert "You are bo, operator" in newcomer.get("/settings").text
    assert "bo" in ada.get("/settings/users").text
    with console.database.read() as connection:
        told = [each["act"] for each in journal.listed(connection, count=10)]
    assert {"user.invited", "user.added"} <= set(told)


def test_an_invitation_for_no_role_makes_none(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    assert ada.post("/settings/users/invite", {"role": "emperor"}).status == 422


def test_a_role_is_changed_and_the_user_signs_in_again(console: Consoles) -> None:
    ada, bo = console.as_(Role.ADMIN), console.as_(Role.VIEWER)
    assert acts(console, ada, Role.VIEWER, "role", role="manager") == 303
    assert bo.get("/").status == 303
    bo.sign_in("viewer")
    assert "You are viewer, manager" in bo.get("/settings").text


def test_whoever_is_shut_out_stays_out_until_let_in_again(console: Consoles) -> None:
    ada, bo = console.as_(Role.ADMIN), console.as_(Role.OPERATOR)
    assert acts(console, ada, Role.OPERATOR, "shut-out") == 303
    assert bo.get("/").status == 303
    assert bo.sign_in("operator").status == 403
    assert "shut out</span>" in ada.get("/settings/users").text
    assert acts(console, ada, Role.OPERATOR, "let-in") == 303
    assert bo.sign_in("operator").status == 303


def test_sessions_end_everywhere(console: Consoles) -> None:
    ada, here, there = console.as_(Role.ADMIN), console.as_(Role.MANAGER), console.as_(Role.MANAGER)
    assert acts(console, ada, Role.MANAGER, "sign-out") == 303
    assert here.get("/").status == there.get("/").status == 303
    assert here.sign_in("manager").status == 303


def test_the_last_administrator_stays(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    assert acts(console, ada, Role.ADMIN, "shut-out") == 422
    assert acts(console, ada, Role.ADMIN, "role", role="viewer") == 422
    assert "only administrator left" in ada.post(f"/settings/users/{console.users[Role.ADMIN]}/shut-out").text
    assert ada.get("/settings/users").status == 200


def test_nobody_else_reaches_users(console: Consoles) -> None:
    manager = console.as_(Role.MANAGER)
    assert manager.get("/settings/users").status == 403
    assert acts(console, manager, Role.VIEWER, "role", role="admin") == 403
    assert "/settings/users" not in manager.get("/settings").text
    assert console.as_(Role.ADMIN).post("/settings/users/4711/shut-out").status == 404


def test_ones_own_password_is_changed_by_whoever_knows_it(console: Consoles) -> None:
    bo, elsewhere = console.as_(Role.VIEWER), console.as_(Role.VIEWER)
    path = "/settings/password"
    wrong = bo.post(path, {"before": "wrong wrong wrong", "wanted": NEW})
    assert wrong.status == 422
    assert "The present password is wrong" in wrong.text
    assert bo.post(path, {"before": PASSWORD, "wanted": "short"}).status == 422
    assert bo.post(path, {"before": PASSWORD, "wanted": NEW}).headers["location"] == "/settings?done=password"
    assert bo.get("/").status == 200
    assert elsewhere.get("/").status == 303
    assert console.stranger().sign_in("viewer").status == 403
    assert console.stranger().sign_in("viewer", NEW).status == 303
    with console.database.read() as connection:
        assert users.has_password(connection, console.users[Role.VIEWER])


def test_whoever_guesses_the_present_password_must_wait(console: Consoles) -> None:
    bo = console.as_(Role.VIEWER)
    for _ in range(signing_in.MOST_OF_NAME):
        assert bo.post("/settings/password", {"before": "wrong", "wanted": NEW}).status == 422
    right = bo.post("/settings/password", {"before": PASSWORD, "wanted": NEW})
    assert right.status == 429
    assert "Too many tries" in right.text


def test_appearance_and_time_zone_are_everybodys_own(console: Consoles) -> None:
    bo = console.as_(Role.VIEWER)
    chosen = {"language": "fr", "theme": "dark", "time_zone": "Pacific/Noumea", "next": "/settings"}
    assert bo.post("/appearance", chosen).headers["location"] == "/settings"
    seen = bo.get("/settings").text
    assert "Vous êtes viewer, lecteur" in seen
    assert "<option selected>Pacific/Noumea" in seen
