"""Logging: structured lines with ids of ours, never a contact's key, name or text."""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType

from config.settings import SettingsError

_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


_about: ContextVar[Mapping[str, object]] = ContextVar("about", default=MappingProxyType({}))


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """Let every line of this block carry ids of ours, such as the run and the fence of its page."""
    before = _about.set({**_about.get(), **ids})
    try:
        yield
    finally:
        _about.reset(before)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, event, and the event's fields."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {name: value for name, value in record.__dict__.items() if name not in _OWN}
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **_about.get(),
            **fields,
        }
        if record.exc_info and record.exc_info[0]:
            # The kind of an unexpected error, not its text: that may hold a name.
            line["error_kind"] = record.exc_info[0].__name__
        return json.dumps(line, default=str, ensure_ascii=False)


def configure(level: str) -> None:
    """Send log lines to standard error; raises SettingsError for a level that does not exist."""
    if level.upper() not in logging.getLevelNamesMapping():
        raise SettingsError(f"REGULARS_LOG_LEVEL is {level!r}; make it DEBUG, INFO, WARNING or ERROR.")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("regulars").setLevel(level.upper())
