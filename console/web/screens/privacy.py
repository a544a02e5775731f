"""Privacy: what is due, what goes when, what stands on paper, who did what, and by which rules."""

from datetime import timedelta
from typing import Any

from fastapi import FastAPI, Response

from classifier.policy import Policy
from config.packs import available_packs, load_pack
from config.papers import PAPERS, PaperError, require, write
from console.pages.document import document
from console.web import opt_outs
from console.web.access import Manager, Operator, Viewer
from console.web.desk import Desk
from console.web.previews import Previews
from console.web.refusing import refused
from console.web.rendering import after, page, render
from domain.admission import Gate
from domain.errors import RegularsError
from domain.journal import Act, Entry
from domain.signal import SignalKind
from pipeline.expire import expire
from pipeline.paper import paper_facts
from pipeline.reclassify import begin_reclassify
from store import campaigns, installation, journal, notices, overview
from store.kept import KEPT

#: How many people and entries are listed at most.
MOST = 20
WEEK = timedelta(days=7)
TABS = ("due", "keeping", "papers", "opt_outs", "journal", "policy")


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk
    _add_due(app, desk)
    _add_keeping(app, desk)
    _add_papers(app, desk)
    _add_journal(app, desk)
    _add_policy(app, desk)
    opt_outs.add_routes(app, TABS)


def _add_due(app: FastAPI, desk: Desk) -> None:
    @app.get("/privacy")
    def show(visit: Viewer) -> Response:
        with desk.database.read() as connection:
            waiting = overview.waiting(connection, now=visit.now, soon=visit.now + WEEK)
            names_people = visit.may("operator")
            due = notices.listed(connection, overdue=False, now=visit.now, most=MOST)
            people = list(due) if names_people else []
            ends = campaigns.every(connection)
        return page(visit, "privacy/due", waiting=waiting, people=people, ends=ends, tabs=TABS)


def _add_keeping(app: FastAPI, desk: Desk) -> None:
    @app.get("/privacy/keeping")
    def keeping(visit: Viewer) -> Response:
        return page(visit, "privacy/keeping", kept=KEPT, counted=None, tabs=TABS)

    @app.post("/privacy/keeping")
    def count(visit: Operator) -> Response:
        """Count what would go today; nothing goes."""
        policy = _policy(desk)
        counts = expire(desk.database, policy, now=visit.now, dry_run=True)
        return page(visit, "privacy/keeping", kept=KEPT, counted=counts, tabs=TABS)


def _add_papers(app: FastAPI, desk: Desk) -> None:
    @app.get("/privacy/papers")
    def papers(visit: Viewer) -> Response:
        return page(visit, "privacy/papers", papers=PAPERS, tabs=TABS)

    @app.get("/privacy/papers/{name}")
    def paper(visit: Viewer, name: str) -> Response:
        """Write a paper as a file: it is no screen, and opens in any browser."""
        try:
            require(name, visit.language)
        except PaperError:
            return refused(visit, 404, "missing")
        settings = desk.runtime.settings
        with desk.database.read() as connection:
            policy = desk.runtime.policy_in_force(connection)
            facts = paper_facts(
                connection, settings, settings.controller, policy, visit.language, now=visit.now
            )
        moments = {"noticed_at": None, "authority_by": None}
        written = document(write(name, {**facts, **moments}, visit.language), visit.language)
        headers = {"content-disposition": f'attachment; filename="{name}.{visit.language}.html"'}
        return Response(written, media_type="text/html", headers=headers)


def _add_journal(app: FastAPI, desk: Desk) -> None:
    @app.get("/privacy/journal")
    def entries(visit: Manager) -> Response:
        with desk.database.write() as connection:
            rows = journal.listed(connection, count=MOST, before=_number(visit.query.get("before")))
            entry = Entry(visit.actor, Act.JOURNAL_LISTED, visit.now, details={"count": MOST})
            journal.record(connection, entry)
        return page(visit, "privacy/journal", entries=rows, verdict=None, tabs=TABS, most=MOST)

    @app.post("/privacy/journal")
    def verify(visit: Manager) -> Response:
        with desk.database.read() as connection:
            verdict = journal.verify(connection)
            rows = journal.listed(connection, count=MOST)
        return page(visit, "privacy/journal", entries=rows, verdict=verdict, tabs=TABS, most=MOST)


def _add_policy(app: FastAPI, desk: Desk) -> None:
    previews = Previews(desk)

    @app.get("/privacy/policy")
    def policy(visit: Viewer) -> Response:
        return page(visit, "privacy/policy", **_compared(desk), tabs=TABS, preview=previews.newest())

    @app.get("/privacy/policy/preview")
    def preview_part(visit: Viewer) -> Response:
        return Response(render(visit, "privacy/preview", preview=previews.newest()), media_type="text/html")

    @app.post("/privacy/policy/preview")
    def preview(visit: Manager) -> Response:
        pack = visit.sent("pack")
        if pack not in available_packs():
            return refused(visit, 404, "missing")
        previews.begin(pack)
        return after("/privacy/policy#preview")

    @app.post("/privacy/policy")
    def switch(visit: Manager) -> Response:
        pack = visit.sent("pack")
        seen = previews.newest()
        if seen is None or seen.pack != pack or seen.done is None:
            return refused(visit, 409, "preview_first")
        try:
            with desk.database.write() as connection:
                before = installation.policy(connection)
                job = begin_reclassify(connection, pack, now=visit.now)
                told = {"policy": pack, "before": before, "job": job}
                entry = Entry(visit.actor, Act.POLICY_CHANGED, visit.now, why=visit.sent("why"), details=told)
                journal.record(connection, entry)
        except RegularsError as error:
            told_page = {**_compared(desk), "tabs": TABS, "preview": seen, "wrong": str(error)}
            return page(visit, "privacy/policy", 409, **told_page)
        return after("/privacy/policy")


def _policy(desk: Desk) -> Policy:
    with desk.database.read() as connection:
        return desk.runtime.policy_in_force(connection)


def _compared(desk: Desk) -> dict[str, Any]:
    """Put all packs beside each other, the one in force first."""
    in_force = _policy(desk)
    others = [load_pack(each) for each in available_packs() if each != in_force.name]
    packs = [in_force, *others]
    numbers = sorted({name for pack in packs for name in pack.numbers})
    gates = [each for each in Gate if any(each in pack.admission.gates for pack in packs)]
    return {"packs": packs, "kinds": list(SignalKind), "numbers": numbers, "gates": gates}


def _number(written: str | None) -> int | None:
    return int(written) if written and written.isdigit() and len(written) < 19 else None
