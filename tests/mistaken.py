"""Consumers with one mistake each: the example with something changed, and what they must be told."""

from typing import NamedTuple

#: Lines of the example.
APPLIES = 'if each["seq"] >= state["steps"].get(each["contact_key"], each)["seq"]:'
TAKES = 'state["steps"][each["contact_key"]] = each'
READS = '    for each in page["items"]:'
MORE = 'page["next_cursor"], page["has_more"]'
ANEW = "state = {}  #"
SAVES = "    with FILE.with"
PRINTS = "print(*(json.dumps(each)"
TRIES = "(OSError, http.client.HTTPException)"
WHILE = "while more:\n"
ACKS = '    ask("/v1/consumers/me/ack", "PUT", json.dumps({"cursor": state["cursor"]}).encode())\n'

_HAS = 'state["steps"].get(each["contact_key"], {})'
_MARK = '{**each, "op": "upsert", "do_not_contact": True}'
_NOBODY = '{"items": [], "has_more": False, "next_cursor": query["cursor"]}'


class Mistaken(NamedTuple):
    """A consumer: the scenario that it fails, what its sentence says, and how it differs from the example."""

    scenario: str
    said: str
    changes: tuple[tuple[str, str], ...]


def _applies(condition: str) -> tuple[str, str]:
    """Apply a step on one more condition."""
    return APPLIES, APPLIES.replace("if each", f"if {condition} and each")


def _of(scenario: str, said: str, *changes: tuple[str, str]) -> Mistaken:
    return Mistaken(scenario, said, changes)


MISTAKES = {
    "reads snapshots alone": _of(
        "duplicate",
        "did not read /v1/changes as far as it goes",
        ("state = state or begin()", "state = begin()"),
        (
            'page = ask("/v1/changes", cursor=state["cursor"])',
            'page = {"items": [], "next_cursor": state["cursor"], "has_more": False}',
        ),
    ),
    "reads the first page of the snapshot alone": _of(
        "begin", "of the snapshot: follow its `next_cursor`", ("        steps |= {", "        _ = {")
    ),
    "asks no changes behind the snapshot": _of(
        "begin",
        "who changed while the snapshot was read",
        ("state = state or begin()", "state = state or begin()\n        if not FILE.exists(): break"),
    ),
    "takes nobody new": _of("upsert", "who came in", _applies('each["contact_key"] in state["steps"]')),
    "takes an empty page for an empty feed": _of(
        "nothing-new",
        "though nothing has changed since",
        (READS, f'    if FILE.exists() and not page["items"]:\n        state["steps"] = {{}}\n{READS}'),
    ),
    "never replaces": _of(
        "change",
        "as it was: an `upsert` replaces",
        (APPLIES, f'if each["op"] == "remove" or not {_HAS}:'),
    ),
    "prints keys alone": _of(
        "change",
        "does not tell the display_name",
        (PRINTS, PRINTS.replace("(each)", '({"contact_key": each["contact_key"]})')),
    ),
    "reads one page a time": _of("many-pages", "`has_more` was true", (MORE, 'page["next_cursor"], False')),
    "stops at an empty page": _of(
        "empty-page", "also where a page is empty", (MORE, 'page["next_cursor"], bool(page["items"])')
    ),
    "keeps who unfollowed": _of(
        "unfollowed",
        "who is regular no more",
        _applies('each.get("reason") in (None, "objected", "erased")'),
    ),
    "keeps who objected": _of(
        "objected", "would still write to", _applies('each.get("reason") != "objected"')
    ),
    "keeps who was erased": _of("erased", "who was erased: upon", _applies('each.get("reason") != "erased"')),
    "keeps its mark for ever": _of(
        "erased-later",
        "who objected and was erased later",
        (TAKES, f'{TAKES[:-4]}{_MARK} if each.get("reason") == "objected" else each'),
        _applies(f'"do_not_contact" not in {_HAS}'),
    ),
    "knows four reasons": _of(
        "other-reason",
        "for a reason that it did not know",
        _applies('each.get("reason") in (None, "objected", "erased", "consent_withdrawn")'),
    ),
    "lets nobody come back": _of(
        "returned", "who had left and came back", _applies(f'{_HAS}.get("op") != "remove"')
    ),
    "keeps a list": _of(
        "duplicate",
        "twice: a record replaces",
        (TAKES, TAKES.replace('"]] =', f'"] + "/" * (each["op"] == "upsert" and bool({_HAS}))] =')),
    ),
    "fails where nobody is to be removed": _of(
        "duplicate",
        "told a page twice",
        (TAKES, f'assert each["op"] == "upsert" or {_HAS}["op"] == "upsert"\n            {TAKES}'),
    ),
    "has no order": _of("disorder", "in again, who was erased", (APPLIES, "if True:")),
    "has an order of removals alone": _of(
        "disorder",
        "a smaller `seq` after a larger one for newer",
        (APPLIES, f'{APPLIES[:-1]} or {_HAS}["op"] == "upsert":'),
    ),
    "has one order for all": _of(
        "halted",
        "within one contact only",
        (APPLIES, 'if each["seq"] >= max((one["seq"] for one in state["steps"].values()), default=0):'),
    ),
    "keeps who unfollowed while halted": _of(
        "halted",
        "told while delivery was halted: carry removals out",
        _applies('each.get("reason") in (None, "objected", "erased")'),
    ),
    "knows every field": _of(
        "unknown-fields", "Fields may be added", (READS, f"    assert len(page) == 3\n{READS}")
    ),
    "fails upon 429": _of("too-many-requests", "gave up upon 429", ("(429, 503)", "(503,)")),
    "does not wait": _of(
        "too-many-requests",
        "asked again 0.1 s after a 429",
        ('int(fault.headers["Retry-After"])', "0.1"),
    ),
    "ends upon 429 as if it were done": _of(
        "too-many-requests",
        "took a 429 for the end",
        ("                raise", "                sys.exit(0)"),
        ("(429, 503)", "()"),
    ),
    "fails upon 503": _of(
        "unavailable", "gave up upon 503", ("(429, 503)", "(429, 0)"), ('"code", 503', '"code", 0')
    ),
    "fails upon a cut answer": _of("cut", "gave up when an answer was cut off", (TRIES, "OSError")),
    "takes a cut answer for the end": _of(
        "cut",
        "was on a page that was cut off",
        (
            f"{TRIES} as",
            f"http.client.HTTPException:\n            return {_NOBODY}\n        except OSError as",
        ),
    ),
    "acknowledges before it stores": _of(
        "acknowledged", "acknowledged a cursor before all up to it", (SAVES, ACKS + SAVES)
    ),
    "acknowledges nothing": _of("acknowledged", "acknowledged nothing", (ACKS, "")),
    "acknowledges what it read before": _of(
        "acknowledged",
        "acknowledged less than it has read",
        (WHILE, f'old = state.get("cursor")\n{WHILE}'),
        (ACKS, ACKS.replace('state["cursor"]', 'old or state["cursor"]')),
    ),
    "fails upon 410": _of("expired", "was answered 410: read", ("if answer.code != 410:", "if True:")),
    "ends upon 410 as if it were done": _of(
        "expired",
        "did not read /v1/regular-contacts from its first page",
        ("if answer.code != 410:\n            raise", "if True:\n            sys.exit(0)"),
    ),
    "puts a snapshot on top": _of(
        "expired",
        "who is not in the snapshot after a 410",
        (
            ANEW,
            f'old, state = state["steps"], begin()\n        state["steps"] = old | state["steps"]  #{ANEW}',
        ),
    ),
    "keeps old numbers": _of(
        "restored",
        "forget every `seq`",
        (
            ANEW,
            (
                'old, state = state["steps"], begin()\n        for k, v in [*state["steps"].items()]:\n'
                f'            state["steps"][k] = max(old.get(k, v), v, key=lambda one: one["seq"])  #{ANEW}'
            ),
        ),
    ),
    "tells its token to logs": _of(
        "upsert",
        "put its token into an address",
        ("urlencode(query)", "urlencode(query | {'token': os.environ['CONSUMER_TOKEN']})"),
    ),
    "has no token": _of("upsert", "without its token", ("Bearer ", "Basic ")),
    "asks for more": _of("upsert", "which there is not", ('/changes"', '/changed"')),
    "asks in its own words": _of(
        "upsert", "in a form that", ('cursor=state["cursor"]', 'since=state["cursor"]')
    ),
    "asks nobody": _of("upsert", "asked nothing of the address", (WHILE, f"sys.exit(0)\n{WHILE}")),
    "prints no JSON": _of("upsert", "no JSON object with a contact_key", (PRINTS, "print(*(str(each)")),
    "always wants to be started later": _of(
        "upsert", "to be started again later", (WHILE, f"sys.exit(75)\n{WHILE}")
    ),
}
