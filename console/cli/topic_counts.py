"""`regulars topics counts`: how many reacted to own posts on a topic, where the pack allows counts."""

from typing import Annotated

import typer

from classifier.topic_rules import Inferred, inferable
from console.cli.start import runtime
from console.cli.words import note, print_json, print_table
from pipeline.post_topics import counted


def add_to(app: typer.Typer) -> None:
    """Add the command to the group of topics."""
    app.command("counts")(counts)


def counts(json: Annotated[bool, typer.Option("--json", help="One object a topic.")] = False) -> None:
    """Count the reactions to own posts by what the posts speak of, and nobody's identity.

    Only where the pack in force allows such counts, and over posts only to which enough people reacted.
    """
    open_runtime = runtime()
    with open_runtime.database.read() as connection:
        policy = open_runtime.policy_in_force(connection)
        found = counted(connection, policy)
    if json:
        for each in found:
            print_json(each._asdict())
        return
    least = policy.number("aggregate_k")
    shown = [each for each in found if each.posts]
    if not inferable(policy.topics, Inferred.COUNTS):
        note(f"{policy.name} lets no topics be counted over posts (docs/policy.md).")
    elif not shown:
        note(f"No own post that speaks of a topic has {least} reactions or more yet.")
    else:
        print_table(
            ("topic", "posts", "reactions"), [(each.topic, each.posts, each.reactions) for each in shown]
        )
    if small := sum(each.small for each in found):
        note(f"Left out for their fewer than {least} reactions: {small} (a post counts once a topic).")
