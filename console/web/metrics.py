"""Metrics: what monitoring reads, made anew from rows at each reading; nothing in it names a person."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection

from config.version import VERSION
from console.web import queue_views
from console.web.desk import Desk
from store import budgets, consumers, halts, inbox, ledger, queues, tallies, workers
from store.database import DatabaseError
from workers import health
from workers.broker import CONTROL, QUEUES

#: The labels of each total that workers count.
TOTALS = {
    "pages": ("queue", "stream"),
    "steps": ("queue", "kind"),
    "pushes": ("queue",),
    "requests": ("platform", "stream", "outcome"),
}
_SAID = {
    "pages": "Pages read and stored",
    "steps": "Steps of jobs carried out",
    "pushes": "Times that pushes were taken in",
    "requests": "Requests to platforms by what came of them",
}


def written(desk: Desk) -> bytes:
    """Write all metrics in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Rows(desk))
    return generate_latest(registry)


class _Rows(Collector):
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        desk, now = self._desk, self._desk.now()
        yield _gauge("regulars_build_info", "The version that runs", {(VERSION,): 1}, "version")
        checks = health.checks(desk.runtime.settings, desk.database, now=now)
        well = {(each.name,): int(not each.wrong) for each in checks}
        yield _gauge("regulars_ready", "Whether what harvests need is well, by its name", well, "check")
        yield from _of_server(desk)
        try:
            with desk.runtime.inbox.glance() as connection:
                tallied = inbox.tallied(connection)
            with desk.database.read() as connection:
                pushes = queue_views.depth_of_pushes(tallied)
                yield from _of_queues(connection, pushes, now)
                yield from _of_money(connection, now)
                yield from _of_people(connection)
                yield from _of_consumers(connection, now)
        except DatabaseError:
            return
        counted = {(each["platform"], each["state"]): each["count"] for each in tallied}
        yield _gauge("regulars_pushes_held", "Pushes in the inbox", counted, "platform", "state")


def _of_server(desk: Desk) -> Iterator[Metric]:
    held = health.held_by_server(desk.runtime.settings) or {}
    numbers = {(name, "ready"): each.ready for name, each in held.items()}
    numbers |= {(name, "dead"): each.dead for name, each in held.items()}
    yield _gauge("regulars_queue_server_messages", "Messages in the queue server", numbers, "queue", "state")


def _of_queues(connection: Connection, pushes: queues.Depth, now: datetime) -> Iterator[Metric]:
    processes = queue_views.processes(connection, now)
    views = queue_views.queue_views(connection, processes, pushes, now)
    depth, age = {}, {}
    for each in views:
        for state in ("ready", "waiting", "running", "dead"):
            depth[each.name, state] = getattr(each.depth, state)
        age[each.name,] = (now - each.depth.oldest_at).total_seconds() if each.depth.oldest_at else 0
    yield _gauge("regulars_queue_depth", "What stands in a queue", depth, "queue", "state")
    yield _gauge("regulars_queue_oldest_age_seconds", "Age of the oldest due work in no hands", age, "queue")
    late = queues.due_lag(connection, now=now)
    lag = {(each,): late.get(each, 0.0) for each in QUEUES if each != CONTROL}
    yield _gauge(
        "regulars_queue_due_lag_seconds", "How late the oldest due message is to be sent", lag, "queue"
    )
    paused = {(each.name,): int(each.paused is not None) for each in views}
    yield _gauge("regulars_queue_paused", "Whether an operator holds a queue back", paused, "queue")
    readers = {(each.name,): each.workers for each in views}
    yield _gauge("regulars_queue_workers", "Living workers that read a queue", readers, "queue")
    states: dict[tuple[str, ...], float] = {}
    memory: dict[tuple[str, ...], float] = {}
    ticks = []
    for one in processes:
        key = (one.row["kind"], one.state)
        states[key] = states.get(key, 0) + 1
        if one.state != "dead":
            memory[one.row["kind"], one.row["host"], str(one.row["pid"])] = one.row["memory_bytes"] or 0
            ticks += (
                [one.row["worked_at"]] if one.row["kind"] == "dispatcher" and one.row["worked_at"] else []
            )
    yield _gauge("regulars_processes", "Processes by how they are", states, "kind", "state")
    yield _gauge("regulars_process_memory_bytes", "Memory of a process", memory, "kind", "host", "pid")
    since = {(): (now - max(ticks)).total_seconds()} if ticks else {}
    yield _gauge("regulars_dispatcher_tick_age_seconds", "Time since a dispatcher looked last", since)
    causes = {(each.cause,): len(each.failures) for each in queue_views.causes(connection)}
    yield _gauge("regulars_failures_open", "Failures that wait for a decision", causes, "cause")
    yield from _totals(connection)


def _totals(connection: Connection) -> Iterator[Metric]:
    known = workers.totals_of(connection)
    for name, labels in TOTALS.items():
        family = CounterMetricFamily(f"regulars_{name}", _SAID[name], labels=labels)
        for _, has, total in (each for each in known if each[0] == name):
            family.add_metric([str(has.get(label, "")) for label in labels], total)
        yield family


def _of_money(connection: Connection, now: datetime) -> Iterator[Metric]:
    spent = ledger.spent_since(connection, now.date().replace(day=1)) / 1_000_000
    yield _gauge("regulars_spend_month_usd", "Spent since the month began, at most", {(): spent})
    used = {
        (each["account"] or "", each["period"]): (each["committed_micro_usd"] or 0)
        / max(each["amount_micro_usd"], 1)
        for each in budgets.listed(connection, now=now)
    }
    yield _gauge("regulars_budget_used_ratio", "Share of a budget that is used", used, "account", "period")
    windows = queues.windows(connection, now=now)
    place = [(each, (each["platform"], each["account"] or "", each["endpoint"])) for each in windows]
    left = {key: each["remaining"] for each, key in place}
    labels = ("platform", "account", "endpoint")
    yield _gauge("regulars_limit_remaining", "Requests that a platform still allows", left, *labels)
    until = {key: (each["reset_at"] - now).total_seconds() for each, key in place}
    yield _gauge("regulars_limit_reset_seconds", "Time until a limit is full again", until, *labels)


def _of_people(connection: Connection) -> Iterator[Metric]:
    counted = tallies.newest(connection)
    labels = {
        (each.platform, each.name.removeprefix("label:")): each.number
        for each in counted
        if each.name.startswith("label:")
    }
    yield _gauge("regulars_contacts", "Contacts by label, as last counted", labels, "platform", "label")
    inside = {(each.platform,): each.number for each in counted if each.name == "inside"}
    yield _gauge("regulars_messaging_contacts", "Contacts in the messaging store", inside, "platform")
    halted = {(each.account or "",): 1 for each in halts.every(connection)}
    yield _gauge("regulars_halted", "What is halted; the account is empty for everything", halted, "account")
    waiting = halts.waiting(connection)
    yield _gauge("regulars_halted_contacts", "Who comes in when a halt ends, 10,000 at most", {(): waiting})


def _of_consumers(connection: Connection, now: datetime) -> Iterator[Metric]:
    known = consumers.every(connection, now=now)
    numbers = {(each.consumer.name, "records"): each.behind.records for each in known}
    numbers |= {(each.consumer.name, "removals"): each.behind.removals for each in known}
    said = "What a consumer has not acknowledged, 10,000 at most"
    yield _gauge("regulars_consumer_unacknowledged", said, numbers, "consumer", "what")
    since = {(each.consumer.name, "records"): each.behind.records_since for each in known}
    since |= {(each.consumer.name, "removals"): each.behind.removals_since for each in known}
    age = {key: (now - at).total_seconds() if at else 0 for key, at in since.items()}
    said = "Age of the oldest of it"
    yield _gauge("regulars_consumer_unacknowledged_age_seconds", said, age, "consumer", "what")


def _gauge(name: str, said: str, values: Mapping[Any, float], *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, said, labels=labels)
    for key, value in values.items():
        family.add_metric([str(each) for each in key], value)
    return family
