"""A list of opt-outs is uploaded in the console: looked at first, then carried out, and never trusted."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from config.settings import Settings
from console.web import opt_outs
from domain.admission import Controller
from domain.user import Role
from store.database import Database
from tests.cast import ADA, BO, CY, DI, follows
from tests.consoles import Answer, Consoles, Visitor, listening
from tests.contents import inside
from tests.interests import page
from workers.runtime import utc_now

PATH = "/privacy/opt_outs"


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen, with Ada, Bo and Cy regular."""
    made_with = Settings(controller=Controller.PARTY)
    with listening(Consoles(database, tmp_path / "data", settings=made_with)) as made:
        page(database, [follows(each) for each in (ADA, BO, CY)], now=utc_now())
        yield made


def bring(visitor: Visitor, content: bytes | str, name: str = "list.csv", **fields: str) -> Answer:
    """Upload a list as a browser does."""
    mark = "----regulars"
    given = {"form_token": visitor.form_token, **fields}
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in given.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    sent = content.encode() if isinstance(content, str) else content
    body = "".join([*parts, head]).encode() + sent + f"\r\n--{mark}--\r\n".encode()
    origin = f"http://127.0.0.1:{visitor.port}"
    return visitor.ask(
        "POST", PATH, body, Origin=origin, Content_Type=f"multipart/form-data; boundary={mark}"
    )


def known_by(answer: Answer) -> str:
    return answer.text.partition('name="list" value="')[2].partition('"')[0]


def figures(answer: Answer) -> list[str]:
    return re.findall(r"<dd[^>]*>\s*([\d,]+)", answer.text)


def test_a_list_is_looked_at_and_then_carried_out(console: Consoles, database: Database) -> None:
    ada = console.as_(Role.MANAGER)
    assert 'type="file"' in ada.get(PATH).text
    seen = bring(ada, f"contact_key\n{ADA}\n{ADA}\n{DI}\n=cmd\n")
    assert seen.status == 200
    assert figures(seen)[:4] == ["2", "1", "1", "1"], seen.text
    assert "=cmd" not in seen.text
    assert "It names nobody" in seen.text
    assert len(inside(database)) == 3  # nothing yet
    rejects = ada.post(f"{PATH}/rejects", {"list": known_by(seen)})
    assert rejects.text.splitlines() == [
        "\ufeffrow,reason,contact_key",
        "5,It names nobody: it has neither a key of ours nor a handle on X.,'=cmd",
    ]
    done = ada.post(f"{PATH}/done", {"list": known_by(seen)})
    assert (done.status, done.headers["location"]) == (303, f"{PATH}?done=2")
    assert inside(database) == {BO.platform_id, CY.platform_id}
    assert "2 people of the list object" in ada.get(f"{PATH}?done=2").text
    assert ada.post(f"{PATH}/done", {"list": known_by(seen)}).status == 409
    entered = ada.get("/privacy/journal").text
    assert "right.objected" in entered
    again = bring(ada, f"contact_key\n{ADA}\n{DI}\n")  # the unknown one is kept out for good, too
    assert figures(again)[:5] == ["2", "0", "0", "2", "2"]


def test_a_list_of_everybody_needs_a_second_word(console: Consoles, database: Database) -> None:
    ada = console.as_(Role.MANAGER, "fr")
    ada.get(PATH)
    seen = bring(ada, f"contact_key\n{ADA}\n{BO}\n")
    assert "2 contacts réguliers sur 3" in seen.text
    refused = ada.post(f"{PATH}/done", {"list": known_by(seen)})
    assert refused.status == 409
    assert len(inside(database)) == 3
    assert ada.post(f"{PATH}/done", {"list": known_by(refused), "even_most": "1"}).status == 303
    assert inside(database) == {CY.platform_id}


def test_the_list_of_a_system_is_read_by_its_columns(console: Consoles, database: Database) -> None:
    ada = console.as_(Role.MANAGER)
    ada.get(PATH)
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["external_id", "do_not_contact"], [str(ADA), "true"], [str(BO), "false"]):
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    seen = bring(ada, held.getvalue(), "people.xlsx", preset="nationbuilder")
    assert seen.status == 200, seen.text
    assert ada.post(f"{PATH}/done", {"list": known_by(seen)}).status == 303
    assert inside(database) == {BO.platform_id, CY.platform_id}


def test_only_managers_bring_lists_and_nobody_takes_anothers(console: Consoles, database: Database) -> None:
    ada, boss, eve = console.as_(Role.MANAGER), console.as_(Role.ADMIN), console.as_(Role.OPERATOR)
    for visitor in (ada, boss, eve):
        visitor.get("/")
    assert "Opt-outs" not in eve.get("/privacy").text
    assert eve.get(PATH).status == 403
    assert bring(eve, f"contact_key\n{ADA}\n").status == 415  # not even read
    stranger = console.stranger()
    assert bring(stranger, f"contact_key\n{ADA}\n").status == 415
    seen = bring(ada, f"contact_key\n{ADA}\n")
    assert boss.post(f"{PATH}/done", {"list": known_by(seen)}).status == 409
    token, ada.form_token = ada.form_token, "forged"
    assert bring(ada, f"contact_key\n{ADA}\n").status == 403
    ada.form_token = token
    assert "Choose a file" in ada.post(PATH, {}).text
    console.now = utc_now() + timedelta(minutes=16)
    assert ada.post(f"{PATH}/done", {"list": known_by(seen)}).status == 409
    assert len(inside(database)) == 3


#: What is sent under which name, and what the page says of it.
HOSTILE = (
    (b"", "list.csv", "is empty"),
    (b"\x00" * 5_000, "list.csv", "could not be read"),
    (b"name\nAda\n", "list.csv", "no column by which"),
    (b"a,a\n1,2\n", "list.csv", "Two of its columns"),
    (b"PK\x03\x04" + b"\x00" * 200, "list.xlsx", "no zip file"),
    (b"x", "../../etc/passwd", "neither CSV nor XLSX"),
    (b"contact_key\n" + b"x" * 20_000, "list.csv", "cell of more than"),
    (b"contact_key\n" + b"x\n" * 30, "list.csv", "more than 20 faulty rows"),
    (b"contact_key\n" + b"".join(b"twitter:%d\n" % n for n in range(30)), "list.csv", "more than 20 people"),
)


def test_hostile_files_are_refused_with_a_sentence(
    console: Consoles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opt_outs, "MOST", 20)
    ada = console.as_(Role.MANAGER)
    ada.get(PATH)
    for content, name, said in HOSTILE:
        seen = bring(ada, content, name)
        assert (seen.status, said in seen.text) == (422, True), (name, said, seen.text)


def test_hostile_values_are_text_and_a_huge_form_is_not_read(console: Consoles) -> None:
    ada = console.as_(Role.MANAGER)
    ada.get(PATH)
    seen = bring(ada, "contact_key,<script>alert(1)</script>\nx,<b>\n", '"><script>.csv')
    assert seen.status in (400, 413, 422, 200)
    assert "<script>alert" not in seen.text
    other = bring(ada, "contact_key\n<script>alert(1)</script>\n", "<script>.csv")
    assert "<script>alert" not in other.text
    assert "<script>.csv" not in bring(ada, "name\n1\n", "<script>.csv").text
    assert bring(ada, b"x" * 8_000_001).status == 413


def test_lists_wait_in_memory_alone_and_few_at_once(console: Consoles) -> None:
    ada = console.as_(Role.MANAGER)
    ada.get(PATH)
    waiting: list[Any] = [known_by(bring(ada, f"contact_key\n{each}\n")) for each in (ADA, BO, CY, DI, ADA)]
    assert len(set(waiting)) == 5
    assert ada.post(f"{PATH}/rejects", {"list": waiting[0]}).status == 409
    assert ada.post(f"{PATH}/rejects", {"list": waiting[1]}).status == 200
