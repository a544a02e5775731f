"""Batch compliance (x-api.md §4): make a job, upload ids, poll, fetch what became of them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.http import Answer, Request
from simulator.mixing import key_of
from simulator.twitter.call import Call, Refused
from simulator.twitter.posts import stamp
from simulator.twitter.problems import invalid, not_found
from simulator.world import World

_LIFE = timedelta(days=7)
_UPLOAD_LIFE = timedelta(minutes=15)
Job = dict[str, Any]


def _jobs(world: World) -> dict[str, Job]:
    kept: dict[str, Job] = world.memory["twitter"].setdefault("jobs", {})
    return kept


def create(call: Call) -> Answer:
    """Make a job of a type; its addresses are open to whoever knows them, as on a storage bucket."""
    try:
        asked = json.loads(call.request.body or b"{}")
    except ValueError:
        asked = {}
    kind = asked.get("type") if isinstance(asked, dict) else None
    if kind not in {"tweets", "users"}:
        raise Refused(invalid("type", str(kind), f"$.type: [{kind}] is not one of [tweets,users]", call.home))
    world = call.world
    if any(each["type"] == kind and _runs(each) for each in _jobs(world).values()):
        # One job of a type at a time (§4); how a second one is refused is not documented.
        refused = {"title": "Conflict", "detail": "A job of this type is running.", "status": 409}
        raise Refused(Answer.of_json(refused, 409))
    number = str(1_600_000_000_000_000_000 + key_of(world.seed, "job", len(_jobs(world))) % 10**17)
    now = datetime.now(UTC)
    job: Job = {
        "id": number,
        "type": kind,
        "status": "created",
        "resumable": bool(asked.get("resumable", False)),
        "created_at": stamp(now),
        "upload_url": f"{world.address}/twitter/compliance/{number}/upload",
        "upload_expires_at": stamp(now + _UPLOAD_LIFE),
        "download_url": f"{world.address}/twitter/compliance/{number}/result",
        "download_expires_at": stamp(now + _LIFE),
    }
    if asked.get("name"):
        job["name"] = str(asked["name"])
    _jobs(world)[number] = job
    return Answer.of_json({"data": _public(job)})


def show(call: Call) -> Answer:
    """Answer one job; each look brings an uploaded one a step further."""
    job = _jobs(call.world).get(call.target)
    if job is None:
        return Answer.of_json({"errors": [not_found("id", call.target, "compliance-job", call.home)]})
    return Answer.of_json({"data": _public(_step(job))})


def listed(call: Call) -> Answer:
    """Answer all jobs of a type."""
    kind, status = call.request.query.get("type"), call.request.query.get("status")
    if kind not in {"tweets", "users"}:
        raise Refused(invalid("type", str(kind), "The `type` query parameter can not be empty", call.home))
    found = [_public(each) for each in _jobs(call.world).values() if each["type"] == kind]
    found = [each for each in found if status in {None, each["status"]}]
    body: dict[str, Any] = {"meta": {"result_count": len(found)}}
    return Answer.of_json({"data": found} | body if found else body)


def _public(job: Job) -> Job:
    return {name: value for name, value in job.items() if not name.startswith("_")}


def _runs(job: Job) -> bool:
    begun = job["status"] == "created" and datetime.fromisoformat(job["upload_expires_at"]) > datetime.now(
        UTC
    )
    return begun or job["status"] == "in_progress"


def _step(job: Job) -> Job:
    if job["status"] == "created" and "_ids" not in job and not _runs(job):
        job["status"] = "expired"
    if job["status"] == "in_progress":
        job["status"] = "complete"
    elif job["status"] == "created" and "_ids" in job:
        job["status"] = "in_progress"
    return job


def bucket(request: Request, world: World) -> Answer:
    """Take an upload or give a result at the addresses a job named; no token is asked for."""
    _, _, number, part = request.path.split("/", 3) if request.path.count("/") == 3 else ("", "", "", "")
    job = _jobs(world).get(number)
    if job is None:
        return Answer(404, endpoint="compliance_bucket")
    if part == "upload" and request.method == "PUT":
        if job["status"] != "created" or not _runs(job):
            return Answer(403, endpoint="compliance_upload")
        job["_ids"] = request.body.decode(errors="replace").split()
        return Answer(200, endpoint="compliance_upload")
    if part == "result" and request.method == "GET" and job["status"] == "complete":
        rows = filter(None, (_row(world, job["type"], each) for each in job["_ids"]))
        body = "".join(json.dumps(each) + "\n" for each in rows)
        return Answer(200, body.encode(), {"content-type": "text/plain"}, "compliance_result")
    return Answer(404, endpoint="compliance_bucket")


def _row(world: World, kind: str, number: str) -> dict[str, str] | None:
    """Return what became of one id, or None where all is well. The row's shape is unverified (§4)."""
    at = stamp(world.started)
    told = world.memory["twitter"].get("fates", {}).get(number)
    if told is not None:
        return {"id": number, "action": "delete", "created_at": at, "redacted_at": at, "reason": told}
    digits = number.isascii() and number.isdigit() and len(number) <= 19
    if kind == "tweets":
        serial = int(number) if digits else 0
        known = world.audience.post_of(serial) is not None or world.audience.act_of(serial) is not None
        return None if known else {"id": number, "action": "delete", "created_at": at, "reason": "deleted"}
    person = world.audience.by_x_id(number) if digits else None
    if person is None:
        own = number == world.audience.x_account.x_id
        return None if own else {"id": number, "action": "delete", "created_at": at, "reason": "deleted"}
    if person.suspended:
        return {"id": number, "action": "delete", "created_at": at, "reason": "suspended"}
    if person.protected:
        return {"id": number, "action": "delete", "created_at": at, "reason": "protected"}
    return None
