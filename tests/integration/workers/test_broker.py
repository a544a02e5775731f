"""The broker's demands on a queue server, and the embedded server that meets them."""

from pathlib import Path

import pytest
from redis import Redis

from tests import servers
from workers.broker import QUEUES, QueueError, depth, forgot, process_broker, redis_broker
from workers.embedded import QueueServer

FORGETFUL = ("--appendonly", "no")
EVICTING = ("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        pytest.param(FORGETFUL, "set appendonly yes", id="it forgets its messages when it stops"),
        pytest.param(EVICTING, "maxmemory-policy to noeviction", id="it throws messages away"),
    ],
)
def test_a_server_that_loses_messages_is_refused_unless_allowed(
    options: tuple[str, ...], sentence: str
) -> None:
    with servers.valkey(*options) as url:
        with pytest.raises(QueueError, match=sentence):
            redis_broker(url)
        broker = redis_broker(url, allow_volatile=True)
        assert depth(broker, QUEUES[0]) == 0
        broker.close()
        broker.client.close()


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("unix:///nowhere/queue.sock", id="no server listens"),
        pytest.param("http://127.0.0.1/", id="no address of a queue server"),
    ],
)
def test_a_server_that_does_not_answer_is_told_in_a_sentence(url: str) -> None:
    with pytest.raises(QueueError, match="REGULARS_REDIS_URL"):
        redis_broker(url)


def test_a_queue_server_is_asked_once_whether_it_forgot(valkey_server: str) -> None:
    broker = redis_broker(valkey_server)
    broker.client.flushall()
    assert [forgot(broker), forgot(broker)] == [True, False]
    broker.client.flushall()
    assert [forgot(broker), forgot(broker)] == [True, False]
    broker.close()
    broker.client.close()


def test_a_queue_in_the_process_forgets_nothing() -> None:
    assert not forgot(process_broker())


def test_the_embedded_server_is_durable_and_keeps_its_messages(tmp_path: Path) -> None:
    deep = tmp_path / ("a folder whose path is too long for a socket" * 4)
    server = QueueServer(deep).start()
    broker = redis_broker(server.url)
    broker.client.set("kept", "1")
    broker.close()
    broker.client.close()
    server.stop()
    assert not server.alive()
    assert not Path(server.url.removeprefix("unix://")).parent.exists()
    again = QueueServer(deep).start()
    with Redis.from_url(again.url) as client:
        assert client.get("kept") == b"1"
    again.stop()
