"""Archives that are sent."""

import asyncio
import tempfile
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from console.web.delivery import Sent


@pytest.mark.parametrize("bytes_before", [0, 1])
def test_an_archive_is_closed_though_its_reader_went(bytes_before: int) -> None:
    left = bytes_before + 1  # the answer's head comes first

    async def send(_message: MutableMapping[str, Any]) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    archive = tempfile.TemporaryFile()  # noqa: SIM115  # what closes it is tested
    sent = Sent(archive, iter([b"first", b"second"]), {})
    with pytest.raises(ClientDisconnect):
        asyncio.run(sent({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send))
    assert archive.closed
