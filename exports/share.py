"""A process that writes parts of a large table beside others; begun by `exports.shares`, and by nobody else.

It reads lines of JSON and answers each with one, behind which the bytes of a part stand: the address of the
database and the form, then the state to join, then parts, each the numbers that it lies between. It ends
with what it reads, so it outlives whoever began it by a part at most.
"""

import gc
import signal
import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import orjson

from domain.errors import RegularsError
from exports.forms import BY_LINE, EVERY
from exports.narrowing import policy_of, proofs_of
from exports.record import FILE_FIELDS, record
from store import feed_rows
from store.database import Database
from store.same_state import joined


def main() -> None:
    """Answer until nothing more is asked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever began this
    gc.disable()  # records hold no circles; looking for some took a third of their time
    try:
        for head, content in _answers():
            sys.stdout.buffer.write(
                orjson.dumps(head | {"size": len(content)}, option=orjson.OPT_APPEND_NEWLINE)
            )
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
    except RegularsError as error:
        sys.stdout.buffer.write(orjson.dumps({"error": str(error)}, option=orjson.OPT_APPEND_NEWLINE))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        sys.stderr.close()  # nobody reads what was asked for


def _answers() -> Iterator[tuple[dict[str, Any], bytes]]:
    given = map(orjson.loads, sys.stdin.buffer)
    order = next(given)
    database = Database(order["url"])
    moment = datetime.fromisoformat(order["now"])
    yield {}, b""
    with joined(database, next(given)) as connection:
        policy = policy_of(connection)
        feed_rows.look_up_each(connection)
        yield {}, b""
        for after, upto in given:
            proofs = proofs_of(policy)
            rows = feed_rows.part(connection, after, upto, given_at=moment, proofs=proofs)
            left = map(record, rows)
            lines = []
            while some := list(islice(left, EVERY)):
                lines.append(BY_LINE[order["form"]].lines(FILE_FIELDS, some))
            yield {"count": len(rows), "oldest": proofs.oldest}, b"".join(lines)


if __name__ == "__main__":
    main()
