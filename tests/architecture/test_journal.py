"""No command acts, and none reads of people, without an entry in the journal."""

import ast
from collections.abc import Iterator

from tests.architecture.tree import modules, name, text_of

#: What opens a transaction that writes and enters nothing, with its reason.
SILENT = {
    "console/connecting.py check": "keeps what the platform says of our own account",
    "console/web/connecting.py _back": "uses up a sign-in that is under way",
    "console/web/connecting.py _begin": "keeps a sign-in that is under way",
    "console/web/connecting.py _offer_pages": "keeps a sign-in that is under way",
    "console/web/connecting.py choice": "ends a sign-in; what it connects is entered by itself",
    "console/web/openid.py _leave": "keeps a sign-in that is under way",
    "console/web/openid.py _let_in": "`signing_in.sign_in_as` and `join` enter it",
    "console/web/openid.py back": "uses up a sign-in that is under way",
    "console/cli/demo.py connect_accounts": "the demo's people are invented, and so is its installation",
    "console/cli/demo.py harvest_accounts": "the demo's people are invented, and so is its installation",
    "console/cli/rejected.py note_rejects": "notes where a list's rejects lie; the import itself is entered",
    "console/cli/spending.py _check": "keeps what the platform says of our bill",
    "console/cli/topics_read.py read_topics": "goes on with a harvest, which was entered when it began",
    "console/cli/users.py add": "`signing_in.add_user` enters it",
    "console/web/access.py __call__": "notes when a session was last used",
    "console/web/alerts.py remove": "what a user wishes to be told is the user's own",
    "console/web/alerts.py wish": "what a user wishes to be told is the user's own",
    "console/web/screens/settings.py appearance": "how it looks is the user's own",
    "console/tapping.py _enter_first": "`tap` entered before that a target is about to be told",
    "console/api/entering.py enter": "notes when a consumer asked last",
    "console/api/feed.py _changed": "notes whom a consumer is shown; that it reads is entered when it begins",
    "console/api/feed.py acknowledge": "keeps what a consumer has carried out",
    "console/cli/consumers.py add": "`consumers.add_consumer` enters it",
    "console/cli/consumers.py revoke": "`consumers.revoke_consumer` enters it",
    "console/cli/consumers.py rotate": "`consumers.rotate_token` enters it",
    "console/cli/webhooks.py add": "`webhooks.add_webhook` enters it",
    "console/cli/webhook_letters.py drop": "`webhook_letters.drop_letter` enters it",
    "console/cli/webhooks.py pause": "`webhooks.pause_webhook` enters it",
    "console/cli/webhooks.py remove": "`webhooks.remove_webhook` enters it",
    "console/cli/webhook_letters.py replay": "`webhook_letters.replay_letter` enters it",
    "console/cli/webhooks.py resume": "`webhooks.resume_webhook` enters it",
    "console/cli/webhooks.py rotate": "`webhooks.rotate_secret` enters it",
    "console/web/consumers.py _acted": "`consumers.rotate_token` and `revoke_consumer` enter it",
    "console/web/webhooks.py _acted": "`webhooks.pause_webhook` and the like enter it",
    "console/web/webhooks.py add": "`webhooks.add_webhook` enters it",
    "console/web/webhooks.py rotate": "`webhooks.rotate_secret` enters it",
    "console/web/consumers.py add": "`consumers.add_consumer` enters it",
    "console/verifying/world.py __init__": "its people are invented, and so is its installation",
    "console/verifying/world.py halted": "its people are invented, and so is its installation",
    "console/cli/recipients.py add": "`recipients.add_recipient` enters it",
    "console/cli/recipients.py remove": "`recipients.remove_recipient` enters it",
    "console/cli/areas.py take": "`areas.take_partition` enters it",
    "console/cli/segments.py add": "`segments.add_segment` enters it",
    "console/cli/segments.py remove": "`segments.remove_segment` enters it",
    "console/web/segments.py add": "`segments.add_segment` enters it",
    "console/web/segments.py remove": "`segments.remove_segment` enters it",
    "console/web/recipients.py add": "`recipients.add_recipient` enters it",
    "console/web/recipients.py remove": "`recipients.remove_recipient` enters it",
    "console/web/sign_in.py signed_in": "ends the session that the browser held before",
    "console/web/sign_in.py accept": "`signing_in.accept` enters it",
    "console/web/sign_in.py sign_out": "ends the user's own session",
    "console/pages/server.py give_back": "lets an address ask again whose mail could not be sent",
    "console/receiver/intake.py _store": "takes in what a platform pushed, as a harvest does",
}
#: What reads of people in store.
OF_PEOPLE = {
    *(
        f"{each}.{verb}"
        for each in ("stored", "reading")
        for verb in ("contact", "contacts_listed", "signals_of")
    ),
    "texts.readable",
    "reading.numbered",
    *(f"contact_lists.{each}" for each in ("newest_first", "by_name", "exactly", "listed")),
    # What finds a contact for a page of the console.
    "known_contact",
    "meant",
    "run_pages.people",
}
ENTERING = {"enter", "reading", "journal.record"}


def test_every_command_that_writes_enters_it() -> None:
    silent = {
        place
        for place, function in _functions()
        if _opens(function, "write") and not ENTERING & _called(function)
    }
    assert silent == set(SILENT)


def test_every_command_that_reads_of_people_enters_it() -> None:
    unentered = {
        place
        for place, function in _functions()
        if (_opens(function, "read") or _opens(function, "glance"))
        and OF_PEOPLE & _called(function)
        # A page of the console enters it after reading and before showing.
        and not (place.startswith("console/web/") and ENTERING & _called(function))
    }
    assert unentered == set()


def _functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield every function; one that stands in another is no part of that."""
    for path in modules("console"):
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.FunctionDef):
                body = [each for each in node.body if not isinstance(each, ast.FunctionDef)]
                yield f"{name(path)} {node.name}", ast.FunctionDef(node.name, node.args, body, [])


def _called(function: ast.FunctionDef) -> set[str]:
    """Return the last two words of everything that a function calls."""
    calls = (ast.unparse(each.func) for each in ast.walk(function) if isinstance(each, ast.Call))
    return {".".join(each.split(".")[-2:]) for each in calls}


def _opens(function: ast.FunctionDef, verb: str) -> bool:
    """Tell whether a function opens a transaction of this kind."""
    opened = (
        item.context_expr for each in ast.walk(function) if isinstance(each, ast.With) for item in each.items
    )
    return any(
        isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr == verb
        for each in opened
    )
