"""Statements of tests are compiled once a process, and not once for every database."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

from store import database as databases
from store.database import Database

#: Compiled statements that are kept of each kind of database; a process of tests uses some thousand.
KEPT = 2000
#: The dialect of each kind, once a connection has told it of its server, and what was compiled for it.
_known: dict[str, tuple[Dialect, Any]] = {}


def share(database: Database) -> None:
    """Let all databases of this kind that are opened from now on use what was compiled for another one."""
    dialect = database.writer.dialect
    _known.setdefault(dialect.name, (dialect, LRUCache(KEPT)))


def hasten(patch: pytest.MonkeyPatch) -> None:
    """Give every new engine what the engines before it have compiled: the key of that holds the dialect."""
    made = databases._engine

    def sharing(url: str, **options: Any) -> Engine:
        engine = made(url, **options)
        if known := _known.get(engine.dialect.name):
            engine.dialect, engine._compiled_cache = known
            engine.pool._dialect = engine.dialect
        return engine

    patch.setattr(databases, "_engine", sharing)
