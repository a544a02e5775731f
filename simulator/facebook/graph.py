"""The form of the tables: node types with their fields and edges, each listing one row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from simulator.facebook.call import Call
from simulator.facebook.rows import Rows


class Node(NamedTuple):
    """One object of the graph: its type and what the simulator knows it by."""

    kind: str
    value: Any


class Walk(NamedTuple):
    """The places of one listing; those that grow at the head shift what a cursor stands at."""

    rows: Rows
    newest_first: bool = False
    summary: Mapping[str, Any] | None = None
    summary_always: bool = False


Arguments = Mapping[str, str]
Value = Callable[[Call, Any], Any]


@dataclass(frozen=True, slots=True)
class Edge:
    """One listing: what its rows are, who may read it, and how it is paged.

    A token of another kind than `readers` is refused with 210, or gets nothing at all (`else_empty`).
    """

    node: str
    rows: Callable[[Call, Any, Arguments], Walk]
    permissions: tuple[str, ...] = ()
    readers: Literal["page", "user", "any"] = "page"
    else_empty: bool = False
    most: Callable[[Call], int] = lambda _: 100
    paging: Literal["cursor", "time"] = "cursor"
    required: tuple[str, ...] = ()
    #: Arguments that choose what is listed: a cursor is good only with the same ones.
    chosen_by: tuple[str, ...] = ()
    #: How the time-paged edge reads the time of a row.
    second: Callable[[Any], int] = lambda _: 0
    #: False where even unkind listings neither repeat nor leave pages empty.
    unkind: bool = True


@dataclass(frozen=True, slots=True)
class NodeType:
    """A type of object: its fields, the ones given when none is asked for, and its edges."""

    fields: Mapping[str, Value]
    default: tuple[str, ...]
    edges: Mapping[str, Edge] = field(default_factory=dict)
    #: Fields that exist but have nothing to say here: left out instead of refused.
    silent: frozenset[str] = frozenset()
