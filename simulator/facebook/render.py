"""Nodes and listings made into JSON, field by field, with expansion to any depth (§3, field expansion)."""

from collections.abc import Mapping
from typing import Any

from simulator.facebook.call import Call
from simulator.facebook.errors import GraphError, Refusal, no_field, syntax
from simulator.facebook.fields import Field, FieldSyntaxError, parse, write
from simulator.facebook.graph import Edge, Node
from simulator.facebook.pages import SPOKEN, TYPES
from simulator.facebook.paging import Asked, turn

_DEEPEST = 6


def read_fields(text: str) -> tuple[Field, ...]:
    """Read the `fields` parameter, or refuse it as Graph does."""
    try:
        return parse(text)
    except FieldSyntaxError as error:
        raise syntax(str(error)) from None


def node_json(node: Node, fields: tuple[Field, ...], call: Call, depth: int = 0) -> dict[str, Any]:
    """Write one object with the asked fields, or those given when none is asked for, and its id."""
    kind = TYPES[node.kind]
    if depth > _DEEPEST:
        raise GraphError(Refusal(400, 100, "(#100) The fields parameter nests too deeply"))
    asked = fields or tuple(Field(each, each, {}, ()) for each in kind.default)
    found: dict[str, Any] = {}
    for each in asked:
        value = _value(node, each, call, depth)
        if value is not None:
            found[each.alias] = value
    if "id" in kind.fields:
        # Whatever is asked for, the id comes too.
        found.setdefault("id", kind.fields["id"](call, node.value))
    return found


def _value(node: Node, asked: Field, call: Call, depth: int) -> Any:
    kind = TYPES[node.kind]
    if asked.name in kind.fields:
        value = kind.fields[asked.name](call, node.value)
        if isinstance(value, Node):
            return node_json(value, asked.children, call, depth + 1)
        return _only(value, asked.children)
    if asked.name in kind.edges:
        arguments = dict(asked.arguments)
        if asked.children:
            arguments["fields"] = write(asked.children)
        return listing_json(node, asked.name, arguments, call, depth + 1)
    if asked.name in kind.silent:
        return None
    # §3, §9: error 100 for an unknown field or edge.
    raise no_field(asked.name, SPOKEN.get(node.kind, node.kind))


def _only(value: Any, children: tuple[Field, ...]) -> Any:
    """Cut a plain object down to the asked names: `from{id}`."""
    if not children or not isinstance(value, dict):
        return value
    if isinstance(value.get("data"), list):
        return {**value, "data": [_only(each, children) for each in value["data"]]}
    return {each.alias: value[each.name] for each in children if each.name in value}


def listing_json(
    node: Node, name: str, arguments: Mapping[str, str], call: Call, depth: int = 0
) -> dict[str, Any]:
    """Write one page of a listing of `node`."""
    edge = TYPES[node.kind].edges.get(name)
    if edge is None:
        raise no_field(name, SPOKEN.get(node.kind, node.kind))
    call.need(*edge.permissions)
    if edge.readers not in {"any", call.token.kind}:
        return _for_strangers(edge)
    walk = edge.rows(call, node.value, arguments)
    path = f"{node_json(node, (Field('id', 'id', {}, ()),), call)['id']}/{name}"
    page = turn(Asked(path, edge, arguments), walk, call)
    if depth:
        call.count_nested(len(page.rows))
    fields = read_fields(arguments.get("fields", ""))
    rows = [node_json(Node(edge.node, each), fields, call, depth) for each in page.rows]
    found: dict[str, Any] = {"data": rows}
    if page.paging is not None:
        found["paging"] = page.paging
    if walk.summary and (walk.summary_always or arguments.get("summary", "0") not in {"0", "false"}):
        found["summary"] = walk.summary
    return found


def _for_strangers(edge: Edge) -> dict[str, Any]:
    if edge.else_empty:
        # §1.3, §9: comments are empty for a user token, without an error.
        return {"data": []}
    kind = "page" if edge.readers == "page" else "user"
    # A code of the family 200-299 (§3).
    raise GraphError(Refusal(400, 210, f"(#210) A {kind} access token is required to request this resource."))
