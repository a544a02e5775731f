"""What a person does in Tryton's client, one step a line of JSON: run by Tryton's own Python.

The client reads a file's cells as texts, lets the user say which column goes into which field, and hands all
rows to the model at once; so does this.
"""

import csv
import json
import os
import sys

from trytond.config import config

config.set("database", "uri", "sqlite:///")
os.environ["DB_NAME"] = ":memory:"

from trytond.pool import Pool  # noqa: E402
from trytond.tests.test_tryton import DB_NAME, USER, activate_module  # noqa: E402
from trytond.transaction import Transaction  # noqa: E402

activate_module("party")


def import_file(path, fields):
    """Import columns of a file into fields of parties; tells how many rows, or why not a single one."""
    with open(path, encoding="utf-8", newline="") as file:  # noqa: PTH123  # as little as can be
        rows = [[row[column] for column in fields] for row in csv.DictReader(file)]
    transaction = Transaction()
    try:
        count = Pool().get("party.party").import_data(list(fields.values()), rows)
        transaction.commit()
    except Exception as error:  # noqa: BLE001  # whatever it says is what the user reads
        transaction.rollback()
        return {"refused": str(error)}
    return {"imported": count}


def export_list(names):
    """Return what the export of all parties gives, archived ones among them."""
    party = Pool().get("party.party")
    with Transaction().set_context(active_test=False):
        found = party.search([], order=[("id", "ASC")])
        return [dict(zip(names, row, strict=True)) for row in party.export_data(found, names)]


def add(**values):
    """Add a party by hand."""
    Pool().get("party.party").create([values])
    Transaction().commit()


STEPS = {each.__name__: each for each in (import_file, export_list, add)}

with Transaction().start(DB_NAME, USER):
    for line in sys.stdin:
        step, given = json.loads(line)
        sys.stdout.write(json.dumps({"answer": STEPS[step](**given)}) + "\n")
        sys.stdout.flush()
