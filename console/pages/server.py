"""Serves the pages as a process of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from config.settings import Settings
from console.pages.app import make_app
from console.pages.guard import Guard
from console.pages.postman import Postman
from console.pages.site import Face, Site
from console.serving import Server, bind, tell
from pipeline.inform import notice_of
from store import asked_mails
from store.database import Database
from workers.alerter import mails_of
from workers.runtime import Runtime, utc_now


@contextmanager
def paging(runtime: Runtime) -> Iterator[Guard]:
    """Make the application of an installation; when the block ends, mails that waited were tried."""
    settings = runtime.settings

    postman = Postman(mails_of(settings), partial(give_back, runtime.database))
    try:
        yield make_app(
            Site(
                database=runtime.database,
                suppressor_of=runtime.suppressor_of,
                links_of=runtime.links_of,
                policy_of=runtime.policy_in_force,
                postman=postman,
                now=utc_now,
                face=face_of(settings),
                notice_of=lambda connection, language: notice_of(
                    connection,
                    settings,
                    settings.controller,
                    runtime.policy_in_force(connection),
                    language,
                ),
            )
        )
    finally:
        postman.close()


def give_back(database: Database, mark: str) -> None:
    """Let an address ask again whose mail could not be sent."""
    with database.write() as connection:
        asked_mails.give_back(connection, mark)


def face_of(settings: Settings) -> Face:
    """Return what the settings say of the pages."""
    host = urlsplit(settings.public_url or "").hostname or "localhost"
    return Face(
        controller=settings.controller_name,
        public_url=settings.public_url,
        notice_url=settings.notice_url,
        embed=settings.pages_embed,
        sender=settings.mail_from or f"no-reply@{host}",
        mails_a_day=settings.mails_a_day,
    )


def serve(runtime: Runtime, host: str, port: int, ready_file: Path | None = None) -> None:
    """Serve until SIGTERM or SIGINT; port 0 is any free one; `ready_file` appears once it listens.

    Raises RegularsError where the port is taken.
    """
    listener = bind("The pages", host, port)
    address = f"http://{host}:{listener.getsockname()[1]}"

    def ready() -> None:
        tell(ready_file, {each: f"{address}/{each}" for each in ("object", "join", "notice")})

    with listener, paging(runtime) as app:
        Server(app, ready, runtime.settings.pages_proxies).run(sockets=[listener])
