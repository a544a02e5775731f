"""Look-ups of users: oneself, by name, by ids; who is missing or suspended stands in `errors[]`."""

from typing import Any

from simulator.http import Answer
from simulator.people import Person
from simulator.twitter.billing import bill
from simulator.twitter.call import Call, Refused, page
from simulator.twitter.problems import invalid, not_found, suspended
from simulator.twitter.users import user, user_json


def find_by_id(call: Call, x_id: str) -> Person | None:
    """Return the own account or a person of the audience."""
    audience = call.world.audience
    if x_id == audience.x_account.x_id:
        return audience.x_account
    return audience.by_x_id(x_id) if x_id.isascii() and x_id.isdigit() else None


def _find_by_name(call: Call, name: str) -> Person | None:
    audience = call.world.audience
    return (
        audience.x_account if name.lower() == audience.x_account.handle.lower() else audience.by_handle(name)
    )


def missing_target(call: Call, resource: str) -> Answer | None:
    """Answer for an `:id` that names nobody, with status 200 and `errors[]` (x-api.md §1.5); else None."""
    if call.target == call.world.audience.neighbour_id:
        return None
    person = find_by_id(call, call.target)
    if person is None:
        return Answer.of_json({"errors": [not_found("id", call.target, resource, call.home)]})
    if person.suspended:
        return Answer.of_json({"errors": [suspended("id", call.target, call.home)]})
    return None


def me(call: Call) -> Answer:
    """Answer who the token belongs to."""
    return _one(call, call.world.audience.x_account)


def by_name(call: Call) -> Answer:
    """Answer one user by handle."""
    return _one(call, _find_by_name(call, call.target), "username")


def by_id(call: Call) -> Answer:
    """Answer one user by id."""
    return _one(call, find_by_id(call, call.target), "id")


def _one(call: Call, person: Person | None, parameter: str = "id") -> Answer:
    if person is None:
        return Answer.of_json({"errors": [not_found(parameter, call.target, "user", call.home)]})
    if person.suspended:
        return Answer.of_json({"errors": [suspended(parameter, call.target, call.home)]})
    bill(call, [person.x_id])
    return Answer.of_json({"data": user(call.world, person, call.user_fields)})


def many_by_id(call: Call) -> Answer:
    """Answer up to a hundred users by their ids."""
    asked = _asked(call, "ids")
    wrong = next(
        (each for each in asked if not (each.isascii() and each.isdigit() and len(each) <= 19)), None
    )
    if wrong is not None:
        message = f"The `ids` query parameter value [{wrong}] is not valid"
        raise Refused(invalid("ids", wrong, message, call.home))
    return _many(call, {each: find_by_id(call, each) for each in asked}, "ids")


def many_by_name(call: Call) -> Answer:
    """Answer up to a hundred users by their handles."""
    return _many(call, {each: _find_by_name(call, each) for each in _asked(call, "usernames")}, "usernames")


def _asked(call: Call, parameter: str) -> list[str]:
    text = call.request.query.get(parameter, "")
    asked = text.split(",") if text else []
    if not 1 <= len(asked) <= 100:
        several = f"The number of values in the `{parameter}` query parameter list [{len(asked)}]"
        message = f"{several} is not between 1 and 100"
        raise Refused(invalid(parameter, text, message, call.home))
    return asked


def _many(call: Call, found: dict[str, Person | None], parameter: str) -> Answer:
    errors: list[dict[str, Any]] = []
    fragments, ids = [], []
    for asked, person in found.items():
        if person is None:
            errors.append(not_found(parameter, asked, "user", call.home))
        elif person.suspended:
            errors.append(suspended(parameter, asked, call.home))
        else:
            fragments.append(user_json(call.world, person, call.user_fields))
            ids.append(person.x_id)
    bill(call, ids)
    answer = page(call, fragments, {}, {"errors": errors} if errors else None)
    # A look-up has no `meta`: cut off what a listing ends with.
    body = answer.body[: answer.body.rindex(b'"meta":')].rstrip(b",") + b"}"
    return Answer(200, body, answer.headers)
