"""Health: what must be well for harvests to go on, each by its name, and what the queue server holds."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from redis import Redis
from redis.exceptions import RedisError

from config.settings import Settings
from store import workers
from store.database import Database, DatabaseError
from workers.broker import CONTROL, NAMESPACE, QUEUES, QueueError, require_durable
from workers.embedded import ADDRESS, server_binary
from workers.life import is_dead

#: How old the dispatcher's last look may be.
TICK_FRESH = timedelta(seconds=30)
_ASK_S = 2.0
#: The name of the check of the queue server, and what is wrong with one that was there.
QUEUE_SERVER, AWAY = "queue server", "it does not answer"


class Check(NamedTuple):
    """What was looked at, and what is wrong with it: nothing where it is well."""

    name: str
    wrong: str = ""


class Held(NamedTuple):
    """Messages of a queue in the queue server: to be fetched, and dead letters."""

    ready: int
    dead: int


def checks(settings: Settings, database: Database, *, now: datetime) -> list[Check]:
    """Look at everything once; the sentences hold no secret and no address."""
    try:
        with database.glance() as connection:
            processes = workers.every(connection)
    except DatabaseError:
        unknown = "not known: the database does not answer"
        rest = [Check(each, unknown) for each in ("dispatcher", *map(_named, QUEUES))]
        return [Check("database", "it does not answer"), _queue_server(settings), *rest]
    living = [each for each in processes if not is_dead(each, now)]
    ticks = [each.worked_at for each in living if each.kind == "dispatcher" and each.worked_at]
    return [
        Check("database"),
        _queue_server(settings),
        _dispatcher(ticks, now),
        *_readers([each.queues for each in living if each.kind == "worker"]),
    ]


def held_by_server(settings: Settings) -> dict[str, Held] | None:
    """Return what the queue server holds by queue; None where there is none, or it does not answer."""
    client = _client(settings)
    if client is None:
        return None
    try:
        return {
            each: Held(int(client.llen(f"{NAMESPACE}:{each}")), int(client.zcard(f"{NAMESPACE}:{each}.XQ")))
            for each in QUEUES
        }
    except (RedisError, OSError):
        return None
    finally:
        client.close()


def _queue_server(settings: Settings) -> Check:
    name = QUEUE_SERVER
    client = _client(settings)
    if client is None:
        if settings.redis_url is None and server_binary() is None:
            return Check(name)  # messages stay in the one process that works; the database is the truth
        return Check(name, "it is not running: start `regulars up`, or set REGULARS_REDIS_URL")
    try:
        client.ping()
        if not settings.allow_volatile_queue:
            require_durable(client)
    except QueueError as error:
        return Check(name, str(error))
    except (RedisError, ValueError, OSError):
        return Check(name, AWAY)
    finally:
        client.close()
    return Check(name)


def queue_server_is_away(settings: Settings) -> bool:
    """Tell whether the queue server that there is, or was when somebody last looked, does not answer."""
    client = _client(settings)
    if client is None:
        return False
    try:
        client.ping()
    except (RedisError, OSError):
        return True
    finally:
        client.close()
    return False


def _client(settings: Settings) -> Redis | None:
    if settings.redis_url is not None:
        url = settings.redis_url.get_secret_value()
    else:
        try:
            url = Path(settings.data_dir / "queue" / ADDRESS).read_text(encoding="utf-8").strip()
        except OSError:
            return None
    try:
        return Redis.from_url(url, socket_timeout=_ASK_S, socket_connect_timeout=_ASK_S)
    except ValueError:
        return None


def _dispatcher(ticks: Iterable[datetime], now: datetime) -> Check:
    newest = max(ticks, default=None)
    if newest is None:
        return Check("dispatcher", "none is at work: start `regulars up`, or `regulars dispatch`")
    if now - newest > TICK_FRESH:
        return Check("dispatcher", f"it looked last {int((now - newest).total_seconds())} s ago")
    return Check("dispatcher")


def _readers(read: Iterable[str]) -> list[Check]:
    queues = {queue for each in read for queue in each.split()}
    if queues:
        queues.add(CONTROL)  # every worker takes in pushes, too
    return [Check(_named(each), "" if each in queues else "no worker reads it") for each in QUEUES]


def _named(queue: str) -> str:
    return f"worker of {queue}"
