"""Sealed columns: everything encrypted with the installation's key, wherever a table keeps it."""

from collections.abc import Callable, Iterator

from sqlalchemy import Column, Connection, Table, select, update

from store.tables import metadata

#: How the name of every column ends that the installation's key seals.
ENDING = "_sealed"


def columns() -> Iterator[tuple[Table, list[Column[bytes]]]]:
    """Return every table that keeps secrets, with the columns in which it does."""
    for table in metadata.sorted_tables:
        found = [each for each in table.columns if each.name.endswith(ENDING)]
        if found:
            yield table, found


def turn(connection: Connection, anew: Callable[[bytes], bytes]) -> int:
    """Replace every sealed secret by what `anew` makes of it; returns how many there were.

    Row by row, for there are a few an account; each stays locked to the end of the transaction.
    """
    turned = 0
    for table, secrets in columns():
        key = list(table.primary_key.columns)
        rows = connection.execute(select(*key, *secrets).with_for_update(key_share=True)).all()
        for row in rows:
            place, kept = row[: len(key)], row[len(key) :]
            values = {
                each.name: anew(secret)
                for each, secret in zip(secrets, kept, strict=True)
                if secret  # the account of sign-ups has none
            }
            if values:
                same = [column == value for column, value in zip(key, place, strict=True)]
                connection.execute(update(table).where(*same).values(**values))
            turned += len(values)
    return turned
