"""What needs somebody: at most a few sentences, the gravest first, each with what to do and where."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from config.alerts import sentence
from console.web import formats
from console.web.desk import Visit
from console.web.rendering import words
from domain.alert import AlertKind
from pipeline.alerting import MOMENT
from store import alerts, budgets, troubles
from store import overview as stored
from store.workers import held_by_dead
from workers.health import AWAY, QUEUE_SERVER

#: How far ahead notices are told, and how long it is told that a process died and was replaced.
WEEK, DIED = timedelta(days=7), timedelta(minutes=1)
#: From which share of a budget on somebody should know.
NEAR_END = 0.8
MOST = 6
#: What platforms make a run wait for; other waits are over by themselves within seconds.
_WAITS = {
    "the platform's limit": "limit",
    "rate_limited": "limit",
    "too_many_requests": "limit",
    "credits_depleted": "credits",
    "spend_cap_reached": "credits",
    "usage_cap_exceeded": "credits",
}
_PLATFORMS = {"twitter": "X", "facebook": "Facebook"}
#: Alerts that are told here as they stand: where to look, and whether they are grave.
STANDING = {
    AlertKind.SCHEDULE_MISSED: ("/harvests/schedules", False),
    AlertKind.TOKEN_DYING: ("/accounts", False),
    AlertKind.QUEUE_STUCK: ("/queues", True),
    AlertKind.ERASURES_DUE: ("/privacy", True),
    AlertKind.REMOVALS_UNACKNOWLEDGED: ("/messaging/consumers", True),
    AlertKind.CONSUMER_BEHIND: ("/messaging/consumers", False),
    AlertKind.WEBHOOK_ENDED: ("/messaging/consumers", False),
}


class Need(NamedTuple):
    """One sentence that asks for somebody, with where to go; one that only tells is no work."""

    said: str
    href: str
    grave: bool = False
    only_tells: bool = False


def _need(
    visit: Visit, name: str, href: str, *, grave: bool = False, only_tells: bool = False, **values: Any
) -> Need:
    return Need(words(visit.language)(f"overview.{name}", **values), href, grave, only_tells)


def needs(
    connection: Connection,
    visit: Visit,
    wrong: Mapping[str, str],
    set_budgets: Sequence[Mapping[Any, Any]] | None = None,
) -> list[Need]:
    """Write down what needs somebody; `wrong` is what is not well, by its name (see `workers.health`).

    `set_budgets` are those of `store.budgets.listed`, where somebody has read them already.
    """
    if set_budgets is None:
        set_budgets = budgets.listed(connection, now=visit.now)
    found = [
        *_road(connection, visit, wrong),
        *_people(connection, visit),
        *_money(connection, visit, set_budgets),
        *_alerts(connection, visit),
        *_waits(connection, visit),
        *_deaths(connection, visit),
    ]
    # Sorting keeps the order of those that are equal.
    return sorted(found, key=lambda each: (not each.grave, each.only_tells))[:MOST]


def _road(connection: Connection, visit: Visit, wrong: Mapping[str, str]) -> Iterator[Need]:
    """Tell what keeps everything from being harvested; nothing where nothing is to be."""
    if not wrong or not troubles.is_wanted(connection):
        return
    if "dispatcher" in wrong:
        yield _need(visit, "no_dispatcher", "/queues", grave=True)
    if wrong.get(QUEUE_SERVER) == AWAY:
        yield _need(visit, "queue_away", "/queues", grave=True)
    unread = sorted(each.removeprefix("worker of ") for each in wrong if each.startswith("worker of "))
    if "dispatcher" not in wrong and unread:
        yield _need(visit, "unread", "/queues", grave=True, n=len(unread), queues=", ".join(unread))


def _people(connection: Connection, visit: Visit) -> Iterator[Need]:
    """Tell of accounts, failures and people who wait for somebody."""
    waiting = stored.waiting(connection, now=visit.now, soon=visit.now + WEEK)
    for name, why in waiting.paused:
        by_hand = why.startswith("Paused by ")
        yield _need(visit, "paused_by_hand" if by_hand else "paused", "/accounts", grave=True, account=name)
    if waiting.notices_overdue:
        yield _need(visit, "notices_overdue", "/privacy", grave=True, n=waiting.notices_overdue)
    if waiting.open_failures:
        yield _need(visit, "failures", "/queues", n=waiting.open_failures)
    if waiting.withheld:
        yield _need(visit, "withheld", "/harvests/withheld", n=waiting.withheld)
    if waiting.notices_due:
        yield _need(visit, "notices_due", "/privacy", n=waiting.notices_due)


def _money(connection: Connection, visit: Visit, set_budgets: Sequence[Mapping[Any, Any]]) -> Iterator[Need]:
    for each in set_budgets:
        share = float((each["committed_micro_usd"] or 0) / max(each["amount_micro_usd"], 1))
        if share >= NEAR_END:
            name = "budget_ended" if share >= 1 else "budget_near"
            shown: dict[str, Any] = {
                "share": formats.percent(share, visit.language),
                "account": each["account"] or "",
            }
            yield _need(visit, name, "/settings/budgets", grave=share >= 1, **shown)
    of_account = {each["account"]: each["id"] for each in troubles.stopped(connection)}
    for account, run_id in of_account.items():
        yield _need(visit, "stopped", f"/harvests/{run_id}", grave=True, account=account)


def _alerts(connection: Connection, visit: Visit) -> Iterator[Need]:
    standing = alerts.standing(connection)
    for kind, (href, grave) in STANDING.items():
        for each in [each for each in standing if each["kind"] == kind][:1]:
            yield Need(said_of(visit, each), href, grave)


def said_of(visit: Visit, alert: Mapping[Any, Any]) -> str:
    """Say an alert; its moment is told in the user's zone."""
    values = alerts.details_of(alert)
    if "queue" in values:
        word = "queues.queue_" + str(values["queue"]).replace(".", "_")
        values["queue"] = words(visit.language)(word) if words(visit.language).has(word) else values["queue"]
    if "at" in values:
        moment = datetime.strptime(values["at"], MOMENT).replace(tzinfo=UTC)
        values["at"] = formats.dated(moment, visit.zone, visit.language)
    return sentence(alert["kind"], visit.language, values)


def _waits(connection: Connection, visit: Visit) -> Iterator[Need]:
    for each in troubles.waits(connection, now=visit.now):
        name = "budget_waits" if each["reason"].startswith("the budget of ") else _WAITS.get(each["reason"])
        if name:
            yield _need(
                visit,
                name,
                "/settings/budgets" if name == "budget_waits" else "/harvests",
                grave=name != "limit",
                only_tells=name == "limit",
                account=each["account"],
                platform=_PLATFORMS.get(each["platform"], each["platform"]),
                until=_clock(visit, each["until"]),
            )


def _deaths(connection: Connection, visit: Visit) -> Iterator[Need]:
    for each in troubles.deaths(connection, visit.now - DIED):
        at = _clock(visit, each["died_at"])
        of_it: dict[str, Any] = {"pid": str(each["pid"]), "at": at}
        for page in held_by_dead(each)[:1]:
            of_it |= {"page": page["page"], "run": str(page["run"])}
        if each["kind"] in ("worker", "dispatcher"):
            yield _need(visit, "died_amid" if "run" in of_it else "died", "/queues", only_tells=True, **of_it)


def _clock(visit: Visit, moment: datetime) -> str:
    return formats.clock(moment, visit.zone, visit.now, visit.language)
