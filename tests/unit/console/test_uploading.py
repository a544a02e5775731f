"""A form with a file is taken apart as browsers put it together; anything else is refused."""

import asyncio
from typing import Any

import pytest

from console import uploading
from console.form_reading import FormError, Message
from console.uploading import Upload, parsed, read_upload

MARK = b"----mark"


def form(*parts: tuple[str, bytes], mark: bytes = MARK) -> bytes:
    """Write parts as browsers do."""
    written = [
        b"--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (mark, head.encode(), content)
        for head, content in parts
    ]
    return b"".join(written) + b"--%s--\r\n" % mark


FILE = ('name="file"; filename="list.csv"\r\nContent-Type: text/csv', b"a,b\r\n1,\x00\xff--mark\r\n")


def test_fields_and_the_file_come_as_they_were_sent() -> None:
    sent = form(('name="form_token"', b"t"), ('name="preset"', "née".encode()), FILE)
    assert parsed(sent, MARK) == (
        {"form_token": ["t"], "preset": ["née"]},
        Upload("list.csv", b"a,b\r\n1,\x00\xff--mark\r\n"),
    )
    assert parsed(form(('name="file"; filename=""', b"")), MARK) == ({}, None)
    assert parsed(form(('name="a"', b"1"), ('name="a"', b"")), MARK)[0] == {"a": ["1", ""]}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(b"", 400, id="empty"),
        pytest.param(form(FILE)[:-6], 400, id="cut-off"),
        pytest.param(form(FILE, FILE), 400, id="two-files"),
        pytest.param(form(*[('name="a"', b"")] * 99), 400, id="too-many"),
        pytest.param(form(("name=a", b"")), 400, id="unquoted"),
        pytest.param(form(("filename=x", b"")), 400, id="unnamed"),
        pytest.param(form(('name="a"', b"x" * 5_000)), 413, id="long-field"),
        pytest.param(form(('name="a"', b"\xff")), 400, id="no-text"),
        pytest.param(form(('name="a"\r\nX: ' + "x" * 3_000, b"")), 400, id="long-headers"),
        pytest.param(b"--" + MARK + b"\nX\n\n--" + MARK + b"--", 400, id="other-line-ends"),
    ],
)
def test_what_is_no_such_form_is_refused(sent: bytes, status: int) -> None:
    with pytest.raises(FormError) as refused:
        parsed(sent, MARK)
    assert refused.value.status == status


def asked(body: bytes, kind: str, *, times: int = 1) -> Any:
    scope = {"type": "http", "headers": [(b"content-type", kind.encode())]}
    left = [body] * times

    async def receive() -> Message:
        piece = left.pop()
        return {"type": "http.request", "body": piece, "more_body": bool(left)}

    return asyncio.run(read_upload(scope, receive))


def test_a_request_is_bounded_and_names_its_boundary(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = "multipart/form-data; boundary=----mark"
    assert asked(form(FILE), kind)[1].name == "list.csv"
    monkeypatch.setattr(uploading, "MAX_UPLOAD", 1_000)
    with pytest.raises(FormError) as long:
        asked(b"x" * 500, kind, times=3)
    assert long.value.status == 413
    for wrong in ("multipart/form-data", "multipart/form-data; boundary=a\u00e9", "text/plain"):
        with pytest.raises(FormError) as refused:
            asked(form(FILE), wrong)
        assert refused.value.status == 415
