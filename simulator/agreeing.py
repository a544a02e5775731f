"""The page of a platform on which somebody agrees that an app reads their account, or does not."""

from collections.abc import Iterable
from html import escape
from urllib.parse import parse_qs, urlencode

from simulator.http import Answer, Request

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{platform} · Authorise</title>
<link rel="icon" href="data:,"></head>
<body><h1>{platform} (simulated)</h1><p>The app {app} wants:</p><ul>{scopes}</ul>
<form method="post"><button name="answer" value="allow">Authorise app</button>
<button name="answer" value="deny">Cancel</button></form></body></html>"""


def asked(platform: str, app: str, scopes: Iterable[str], endpoint: str) -> Answer:
    """Show what an app wants."""
    listed = "".join(f"<li>{escape(each)}</li>" for each in scopes)
    page = _PAGE.format(platform=platform, app=escape(app), scopes=listed)
    return Answer(200, page.encode(), {"content-type": "text/html; charset=utf-8"}, endpoint)


def agreed(request: Request) -> bool:
    """Tell whether the form says yes."""
    return parse_qs(request.body.decode(errors="replace")).get("answer") == ["allow"]


def sent_back(request: Request, endpoint: str, **told: str) -> Answer:
    """Send the browser back to the app, with the state that it came with."""
    query = urlencode({**told, **({"state": request.query["state"]} if "state" in request.query else {})})
    return Answer(302, headers={"location": f"{request.query['redirect_uri']}?{query}"}, endpoint=endpoint)


def turned_away(platform: str, why: str, endpoint: str) -> Answer:
    """Say that an app asked what it may not ask; the browser stays here."""
    page = f"<!doctype html><title>{platform}</title><h1>Something went wrong</h1><p>{escape(why)}</p>"
    return Answer(400, page.encode(), {"content-type": "text/html; charset=utf-8"}, endpoint)
