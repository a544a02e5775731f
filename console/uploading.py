"""Uploading: a form with one file, as browsers send it, bounded in bytes, parts and seconds."""

import re
from typing import NamedTuple

from starlette.datastructures import Headers

from console.form_reading import Form, FormError, Message, Receive, read_body

#: Bytes of a file that is uploaded, with the form around it, and seconds in which it must arrive.
MAX_UPLOAD, UPLOAD_TIME_OUT_S = 8_000_000, 60.0
#: Parts of a form with a file, bytes of one's headers and of one that is no file.
MAX_PARTS, MAX_HEADERS, MAX_FIELD = 20, 2_000, 4_000
_TYPE = re.compile(r"multipart/form-data\s*;\s*boundary=\"?([0-9A-Za-z'()+_,./:=?-]{1,70})\"?\s*")
_NAMED = re.compile(
    r'content-disposition:\s*form-data;\s*name="([^"\r\n]*)"(?:;\s*filename="([^"\r\n]*)")?\s*$',
    re.IGNORECASE,
)


class Upload(NamedTuple):
    """A file as it was sent: its name and what it holds."""

    name: str
    content: bytes


def is_upload(headers: Headers) -> bool:
    """Tell whether a request brings a form with a file."""
    return headers.get("content-type", "").lower().startswith("multipart/form-data")


async def read_upload(scope: Message, receive: Receive) -> tuple[Form, Upload | None]:
    """Return the fields of a form and its file, None where none was chosen; raises FormError."""
    headers = Headers(scope=scope)
    found = _TYPE.fullmatch(headers.get("content-type", ""))
    if found is None:
        raise FormError(415)
    body = await read_body(receive, headers, most=MAX_UPLOAD, seconds=UPLOAD_TIME_OUT_S)
    return parsed(body, found[1].encode())


def parsed(body: bytes, boundary: bytes) -> tuple[Form, Upload | None]:
    """Take a form with a file apart (RFC 7578); raises FormError for anything else."""
    mark = b"\r\n--" + boundary
    pieces = (b"\r\n" + body).split(mark, MAX_PARTS + 2)
    if len(pieces) < 2 or len(pieces) > MAX_PARTS + 2 or not pieces[-1].startswith(b"--"):
        raise FormError(400)
    form: Form = {}
    upload: Upload | None = None
    for each in pieces[1:-1]:
        head, between, content = each.partition(b"\r\n\r\n")
        if not between or not head.startswith(b"\r\n") or len(head) > MAX_HEADERS:
            raise FormError(400)
        name, file_name = _named(head)
        if file_name is not None:
            if upload is not None:
                raise FormError(400)
            upload = Upload(file_name, content) if file_name or content else None
        elif len(content) > MAX_FIELD:
            raise FormError(413)
        else:
            form.setdefault(name, []).append(_text(content))
    return form, upload


def _named(head: bytes) -> tuple[str, str | None]:
    found = [match for each in _text(head).split("\r\n") if (match := _NAMED.match(each))]
    if len(found) != 1:
        raise FormError(400)
    return found[0][1], found[0][2]


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise FormError(400) from None
