"""Refusing: a page that says why something was not done, inside the frame."""

from starlette.responses import HTMLResponse

from console.web.desk import Visit
from console.web.rendering import page


def refused(visit: Visit, status: int, what: str) -> HTMLResponse:
    """Say a refusal: the words `said.<what>` and `said.<what>_why`."""
    return page(visit, "refused", status, what=what)
