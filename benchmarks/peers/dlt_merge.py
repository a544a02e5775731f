"""dlt: a resource that is merged by its key into SQLite."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt

from benchmarks.peers.walk import pages

folder = Path(sys.argv[1])


@dlt.resource(write_disposition="merge", primary_key="id")
def users() -> Iterator[list[dict[str, Any]]]:
    """Read the pages."""
    for found, _ in pages():
        yield found


dlt.pipeline(
    "followers",
    pipelines_dir=str(folder / "pipelines"),
    destination=dlt.destinations.sqlalchemy(f"sqlite:///{folder / 'followers.db'}"),
    dataset_name="main",
).run(users())
