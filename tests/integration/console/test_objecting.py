"""`regulars object --file`: the opt-outs of another system, each an objection, and nobody else's."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from connectors.files.bombs import FileRefusedError
from console.cli.main import command_line
from console.cli.start import runtime
from console.opt_out_lists import AT_ONCE
from domain.errors import RegularsError
from pipeline.page import write_page
from store import contacts, journal, messaging, suppressions
from tests.cast import ADA, BO, CNIL, CY, NOW, added, follows
from tests.contents import inside, let_be_shown
from tests.unit.connectors.files.workbooks import workbook


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Path:
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    shutil.copyfile(sqlite_template, tmp_path / "data" / "regulars.db")
    monkeypatch.chdir(tmp_path)
    with runtime().database.write() as connection:
        account = added(connection)
        signals = [follows(each) for each in (ADA, BO, CY)]
        written = write_page(connection, (account.id, "twitter"), signals, CNIL, now=NOW)
        messaging.publish(connection, written.steps, now=NOW)
    let_be_shown(runtime().database)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(command_line("object"), ["object", *words], catch_exceptions=False)


def carried_out(*words: str) -> dict[str, Any]:
    result = run("--json", *words)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def written(name: str, *rows: str) -> str:
    Path(name).write_text("\n".join(rows), "utf-8")
    return name


def still_inside() -> set[str]:
    return inside(runtime().database)


EXPORTED = ("Last name,regulars_key,regulars_email", f"Ada,{ADA},no", f"Bo,{BO},yes", f"Cy,{CY},", "Di,,no")


def test_a_list_is_looked_at_first_and_then_carried_out_once() -> None:
    name = written("creme.csv", *EXPORTED)
    foreseen = {"objections": 1, "known": 1, "inside": 1, "before": 0, "staying": 2, "rejected": 1}
    seen = carried_out("--file", name, "--preset", "creme", "--dry-run")
    assert seen == {**foreseen, "rejects_file": "creme.rejects.csv", "done": False}
    assert still_inside() == {ADA.platform_id, BO.platform_id, CY.platform_id}
    done = carried_out("--file", name, "--preset", "creme")
    assert done == {**foreseen, "rejects_file": "creme.rejects-2.csv", "done": True}
    assert still_inside() == {BO.platform_id, CY.platform_id}
    again = carried_out("--file", name, "--preset", "creme")
    assert (again["known"], again["inside"], again["before"]) == (0, 0, 1)


def test_who_objected_is_kept_out_for_good_and_the_feed_tells_it() -> None:
    carried_out("--file", written("creme.csv", *EXPORTED), "--preset", "creme")
    open_runtime = runtime()
    with open_runtime.database.write() as connection:
        value = open_runtime.suppressor_of(connection).value(*ADA)
        assert suppressions.among(connection, [value]) == {value}
        assert messaging.removed(connection, ADA.platform, [ADA.platform_id], but="else") == {ADA.platform_id}
        (entry,) = (each for each in journal.listed(connection, count=9) if each["act"] == "right.objected")
    assert ADA.platform_id not in repr(entry)


def test_rejects_hold_the_row_and_the_reason() -> None:
    carried_out("--file", written("creme.csv", *EXPORTED), "--preset", "creme")
    text = Path("creme.rejects.csv").read_text("utf-8-sig")
    assert text.splitlines()[0] == "row,reason,Last name,regulars_key,regulars_email"
    assert "5,It names nobody" in text


def test_a_handle_names_whoever_bears_it_however_it_is_written() -> None:
    with runtime().database.read() as connection:
        (handle,) = (each.profile.handle for each in contacts.known(connection, *_of(ADA)).values())
    name = written("nb.csv", "external_id,twitter_login", f",@{(handle or '').upper()}", ",never_met")
    done = carried_out("--file", name, "--preset", "nationbuilder")
    assert (done["objections"], done["inside"]) == (2, 1)
    assert still_inside() == {BO.platform_id, CY.platform_id}
    assert carried_out("--file", name, "--preset", "nationbuilder")["before"] == 2


def _of(key: Any) -> tuple[str, list[str]]:
    return key.platform, [key.platform_id]


def test_a_list_of_nearly_everybody_needs_a_word_more() -> None:
    name = written("all.csv", "contact_key", str(ADA), str(BO))
    with pytest.raises(RegularsError, match="2 of 3 regular contacts for good"):
        run("--file", name)
    assert len(still_inside()) == 3
    assert carried_out("--file", name, "--even-most")["inside"] == 2
    assert still_inside() == {CY.platform_id}


def test_people_whom_we_never_met_are_kept_out_a_slice_at_a_time() -> None:
    keys = [f"twitter:9{number:05}" for number in range(AT_ONCE + 1)]
    done = carried_out("--file", written("many.csv", "contact_key", *keys))
    assert (done["objections"], done["known"]) == (AT_ONCE + 1, 0)
    assert carried_out("--file", "many.csv", "--dry-run")["before"] == AT_ONCE + 1


def test_a_list_without_a_column_of_ours_is_refused() -> None:
    with pytest.raises(FileRefusedError, match="no column by which people are known here"):
        run("--file", written("mails.csv", "Email", "ada@mail.example"), "--preset", "mailchimp")
    with pytest.raises(FileRefusedError, match="cannot be read"):
        run("--file", "nowhere.csv")


@pytest.mark.parametrize("words", [(), ("twitter:1", "--file", "x.csv")])
def test_a_key_or_a_list_is_needed_and_not_both(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 2


def test_a_person_reads_what_came_of_it() -> None:
    told = run("--file", written("creme.csv", *EXPORTED), "--preset", "creme")
    assert "1 people objected: 1 were stored here, 1 of them as regular contacts" in told.stdout
    assert "2 rows say that nobody opted out" in told.stderr
    assert ADA.platform_id not in told.output


def test_a_workbook_is_read_as_well() -> None:
    Path("mailchimp.xlsx").write_bytes(
        workbook([("Email", "Regulars Key"), ("a@b.example", str(ADA))]).getvalue()
    )
    assert carried_out("--file", "mailchimp.xlsx", "--preset", "mailchimp")["inside"] == 1
