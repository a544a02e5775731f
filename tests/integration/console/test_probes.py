"""Health, readiness and metrics of the console, and the dashboard and alerts that stand on them."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from console.web import looks
from domain.contact import ContactKey, Profile
from domain.limit import Limit
from domain.signal import Signal, SignalKind
from pipeline import halting
from store import failures, limits, pausing, tallies, workers
from store.database import Database
from store.failures import Failure
from store.limits import Place
from tests.consoles import Answer, Consoles, listening
from tests.scripted import FOLLOWERS
from tests.travel import Travel
from workers.broker import QUEUES
from workers.health import TICK_FRESH
from workers.life import Life
from workers.runtime import utc_now

OPS = Path(__file__).parents[3] / "ops"
#: The names that an expression may hold beside metrics.
_NAME = re.compile(r"\bregulars_[a-z_]+\b")
#: What a person's name or key would look like in this store.
PERSONAL = ("ada_l", "Ada Lovelace", "70010077")


@pytest.fixture
def console(
    database: Database, tmp_path: Path, valkey_server: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Consoles]:
    """Let a console listen whose queue server is there."""
    monkeypatch.setattr(looks, "LOOK_S", 0.0)
    made = Consoles(database, tmp_path / "data")
    _set(made, redis_url=SecretStr(valkey_server), allow_volatile_queue=True)
    with listening(made):
        yield made


def test_a_process_that_answers_lives(console: Consoles) -> None:
    answer = console.stranger().get("/healthz")
    assert (answer.status, answer.text) == (200, "ok\n")


def test_ready_says_of_each_what_is_wrong_and_nothing_secret(console: Consoles) -> None:
    answer = console.stranger().get("/readyz")
    assert answer.status == 503
    said = json.loads(answer.text)
    assert said["database"] == said["queue server"] == "ok"
    assert "regulars dispatch" in said["dispatcher"]
    assert {each for each in said if each.startswith("worker of ")} == {
        f"worker of {each}" for each in QUEUES
    }
    with _everybody_at_work(console):
        answer = console.stranger().get("/readyz")
        assert (answer.status, set(json.loads(answer.text).values())) == (200, {"ok"})
        console.now = utc_now() + TICK_FRESH + timedelta(seconds=5)
        late = json.loads(console.stranger().get("/readyz").text)
        assert late["dispatcher"].startswith("it looked last")
    console.now = None


def test_a_queue_server_that_is_away_or_forgets_is_not_ready(console: Consoles) -> None:
    with _everybody_at_work(console):
        _set(console, allow_volatile_queue=False)
        forgets = json.loads(console.stranger().get("/readyz").text)["queue server"]
        _set(console, redis_url=SecretStr("redis://:hunter2@127.0.0.1:9/0"))
        away = console.stranger().get("/readyz")
    assert forgets == "ok" or "appendonly" in forgets or "noeviction" in forgets
    assert away.status == 503
    assert json.loads(away.text)["queue server"] == "it does not answer"
    assert "hunter2" not in away.text


def test_metrics_are_for_this_machine_or_for_whoever_has_the_token(console: Consoles) -> None:
    assert _metrics(console).status == 200
    assert _metrics(console, X_Forwarded_For="203.0.113.7").status == 403
    _set(console, console_url="https://console.example")
    assert _metrics(console).status == 403
    _set(console, metrics_token=SecretStr("s3cret"))
    assert _metrics(console).status == 403
    assert _metrics(console, Authorization="Bearer wrong").status == 403
    assert _metrics(console, Authorization="Bearer s3cret").status == 200


def test_the_metrics_are_what_stands_in_the_rows_and_name_nobody(console: Consoles) -> None:
    _fill(console)
    text = _metrics(console).text
    values = _values(text)
    assert values['regulars_queue_depth{queue="harvest.twitter",state="dead"}'] == 1
    assert values['regulars_failures_open{cause="server"}'] == 1
    assert values['regulars_pages_total{queue="harvest.twitter",stream="followers"}'] == 3
    assert values['regulars_requests_total{outcome="ok",platform="twitter",stream="followers"}'] == 5
    assert values['regulars_queue_paused{queue="export"}'] == 1
    assert values['regulars_halted{account=""}'] == 1
    assert values['regulars_messaging_contacts{platform="twitter"}'] > 0
    assert values['regulars_ready{check="database"}'] == 1
    for person in PERSONAL:
        assert person not in text


def test_the_dashboard_and_the_alerts_name_only_what_is_exposed(console: Consoles) -> None:
    _fill(console)
    with _everybody_at_work(console):
        exposed = {each.partition("{")[0] for each in _values(_metrics(console).text)}
    counted = {f"regulars_{each}_total" for each in ("pages", "steps", "pushes", "requests")}
    known = set(re.findall(r"^# TYPE (\S+)", _metrics(console).text, re.MULTILINE)) | exposed
    assert counted <= known | exposed
    named = set()
    for expression in _expressions():
        assert _NAME.search(expression), expression
        named |= set(_NAME.findall(expression))
    assert named - known == set()
    # And nothing that is exposed is looked at by nobody.
    assert {each for each in exposed if each.startswith("regulars_")} - named == set()


def test_alerts_say_what_is_wrong_and_what_to_do() -> None:
    for rule in _rules():
        assert set(rule) >= {"alert", "expr", "labels", "annotations"}, rule
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]
        assert rule["labels"]["severity"] in ("page", "warn")
    names = [rule["alert"] for rule in _rules()]
    assert len(names) == len(set(names))


def test_every_panel_of_the_dashboard_asks_something_and_none_covers_another() -> None:
    dashboard = json.loads((OPS / "grafana.json").read_text(encoding="utf-8"))
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        assert panel["title"]
        assert all(each["expr"] for each in panel["targets"])
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells


class _everybody_at_work:  # noqa: N801  # used as a context
    """A dispatcher that looks and a worker of every queue, in this process."""

    def __init__(self, console: Consoles) -> None:
        self.lives = [
            Life(console.database, "dispatcher"),
            Life(console.database, "worker", " ".join(each for each in QUEUES if each != "control")),
        ]

    def __enter__(self) -> None:
        for each in self.lives:
            each.worked(utc_now())
            each.begin()

    def __exit__(self, *_: object) -> None:
        for each in self.lives:
            each.end()


def _fill(console: Consoles) -> None:
    """Let there be something of everything."""
    now = utc_now()
    travel = Travel(console.database)
    travel.connector.listings[FOLLOWERS, ""] = [
        Signal(
            ContactKey("twitter", "70010077"),
            SignalKind.FOLLOWS,
            "",
            profile=Profile("ada_l", "Ada Lovelace"),
        )
    ]
    travel.harvest("followers")
    run = travel.begin("followers")["followers"]
    with console.database.write() as connection:
        failures.add(
            connection, Failure(run, "followers", None, "server", "It failed.", "Replay.", 3), now=now
        )
        limits.observe(
            connection,
            Place("twitter", f"account {travel.account.platform_id}", "followers"),
            Limit(endpoint="followers", remaining=3, limit=15, reset_at=now + timedelta(minutes=5)),
            now=now,
        )
        labels = {"queue": "harvest.twitter", "stream": "followers"}
        asked = {"outcome": "ok", "platform": "twitter", "stream": "followers"}
        workers.add_totals(
            connection,
            {
                ("pages", json.dumps(labels)): 3,
                ("steps", json.dumps({"kind": "expire", "queue": "classify"})): 1,
                ("pushes", json.dumps({"queue": "control"})): 1,
                ("requests", json.dumps(asked)): 5,
            },
        )
        pausing.pause(connection, "export", "cli:ada", now=now)
        halting.halt(connection, None, "cli:ada", "a test", now=now)
        tallies.keep(connection, tallies.count(connection, now=now), now=now)
        _budget(connection, now)
    with console.runtime.inbox.write() as connection:
        _push(connection, now)


def _budget(connection: Any, now: Any) -> None:
    from sqlalchemy import insert  # noqa: PLC0415

    from store.tables import budgets  # noqa: PLC0415

    values = {"period": "month", "amount_micro_usd": 5_000_000, "at_end": "stop", "created_at": now}
    connection.execute(insert(budgets).values(**values))


def _push(connection: Any, now: Any) -> None:
    from store import inbox  # noqa: PLC0415

    came = [inbox.Arrived("twitter", b"{}", now)]
    inbox.put(connection, inbox.to_store(came, bytes, keep=timedelta(days=1)))


def _set(console: Consoles, **changes: Any) -> None:
    console.runtime.settings = console.runtime.settings.model_copy(update=changes)


def _metrics(console: Consoles, **headers: str) -> Answer:
    return console.stranger().get("/metrics", **headers)


def _values(text: str) -> dict[str, float]:
    lines = [each.rsplit(" ", 1) for each in text.splitlines() if each and not each.startswith("#")]
    return {name: float(value) for name, value in lines}


def _rules() -> list[dict[str, Any]]:
    read = yaml.safe_load((OPS / "alerts.yaml").read_text(encoding="utf-8"))
    return [rule for group in read["groups"] for rule in group["rules"]]


def _expressions() -> list[str]:
    dashboard = json.loads((OPS / "grafana.json").read_text(encoding="utf-8"))
    asked = [each["expr"] for panel in dashboard["panels"] for each in panel["targets"]]
    return asked + [rule["expr"] for rule in _rules()]
