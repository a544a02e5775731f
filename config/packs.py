"""Policy packs: TOML files, read and checked into policies; a wrong one is refused with its line."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from enum import Enum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from classifier.admission_rules import AdmissionRules, BasisRule, ChannelRule, GateRule, Permit
from classifier.policy import Keep, Number, Policy, PolicyError, Rule
from classifier.topic_rules import Inferred, TopicRule
from config.toml_lines import line_of
from domain.admission import Basis, Controller, Gate
from domain.channel import Channel
from domain.contact import Platform
from domain.label import Label
from domain.signal import SignalKind
from domain.topic import TOPICS

_HEAD: Mapping[str, tuple[type, ...]] = {
    "name": (str,),
    "version": (str,),
    "rules": (dict,),
    "numbers": (dict,),
    "admission": (dict,),
}
_RULE: Mapping[str, tuple[type, ...]] = {
    "label": (str,),
    "keep": (str,),
    "keep_days": (int,),
    "profile": (bool,),
    "text_days": (int,),
    "source": (str,),
    "wording": (str,),
    "checked_on": (date,),
}
_NUMBER: Mapping[str, tuple[type, ...]] = {"value": (int, bool), "source": (str,), "checked_on": (date,)}
_TOPIC: Mapping[str, tuple[type, ...]] = {
    "inferred": (str,),
    "platforms": (list,),
    "source": (str,),
    "wording": (str,),
    "checked_on": (date,),
}
_ADMISSION: Mapping[str, tuple[type, ...]] = {"gates": (dict,), "bases": (dict,), "channels": (dict,)}
_GATE: Mapping[str, tuple[type, ...]] = {"source": (str,), "checked_on": (date,)}
_BASIS: Mapping[str, tuple[type, ...]] = {"rely_on": (list,), "source": (str,), "checked_on": (date,)}
_CHANNEL: Mapping[str, tuple[type, ...]] = {"permit": (str,), "source": (str,), "checked_on": (date,)}
_IN_WORDS = {
    list: "a list",
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    date: "a date",
    dict: "a table",
}

Choice = TypeVar("Choice", bound=Enum)


def available_packs() -> tuple[str, ...]:
    """List the names of the packs that Regulars brings along, sorted."""
    found = (each.name for each in _folder().iterdir())
    return tuple(sorted(each.removesuffix(".toml") for each in found if each.endswith(".toml")))


def load_pack(name_or_path: str | Path) -> Policy:
    """Load a pack by its name, or from a `.toml` file of one's own; raises PolicyError in one sentence."""
    file = _find(str(name_or_path))
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(
            f"The policy pack {file.name} cannot be read as text; check that the file is there and readable."
        ) from error
    return parse_pack(text, file=file.name)


def parse_pack(text: str, *, file: str) -> Policy:
    """Read a pack's text; raises PolicyError that names `file`, the line and what is wrong there."""
    try:
        return _policy(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = found[1] if found else len(text.splitlines())
        place = f"{file} line {line}"
        raise PolicyError(f"this is no valid TOML; {error}.", place=place) from error
    except PolicyError as error:
        known = line_of(text, error.table, error.key)
        place = f"{file} line {known}" if known else file
        raise PolicyError(error.sentence, table=error.table, key=error.key, place=place) from error


def _folder() -> Traversable:
    return files("config").joinpath("policies")


def _find(name_or_path: str) -> Traversable:
    known = available_packs()
    if name_or_path in known:
        return _folder().joinpath(f"{name_or_path}.toml")
    if name_or_path.endswith(".toml"):
        return Path(name_or_path)
    raise PolicyError(
        f"There is no policy pack {name_or_path!r}; choose {' or '.join(known)}, or name a .toml file."
    )


def _policy(pack: Mapping[str, Any]) -> Policy:
    # A pack of before there were topics lets nothing be inferred.
    _check_table({"topics": {}, **pack}, {**_HEAD, "topics": (dict,)}, table="")
    rules = {}
    for name, table in pack["rules"].items():
        kind = _choice(SignalKind, name, table=f"rules.{name}", what="kind of act")
        rules[kind] = _rule(kind, table)
    numbers = {name: _number(name, table) for name, table in pack["numbers"].items()}
    topics = {name: _topic(name, table) for name, table in pack.get("topics", {}).items()}
    admission = _admission(pack["admission"])
    return Policy(pack["name"], pack["version"], rules, numbers, topics, admission)


def _rule(kind: SignalKind, given: Any) -> Rule:
    table = f"rules.{kind}"
    _check_table(given, _RULE, table=table)
    labels = {each.word: each for each in Label}
    if given["label"] not in labels:
        raise PolicyError(
            f"{given['label']!r} is no label; write {_listed(labels)}.", table=table, key="label"
        )
    keep = _choice(Keep, given["keep"], table=table, key="keep", what="way to keep")
    return Rule(kind=kind, **{**given, "label": labels[given["label"]], "keep": keep})


def _topic(name: str, given: Any) -> TopicRule:
    table = f"topics.{name}"
    if name not in TOPICS:
        raise PolicyError(f"{name!r} is no topic; write {_listed(TOPICS)}.", table=table)
    _check_table(given, _TOPIC, table=table)
    inferred = _choice(Inferred, given["inferred"], table=table, key="inferred", what="way to infer")
    platforms = [
        _choice(Platform, each, table=table, key="platforms", what="platform") for each in given["platforms"]
    ]
    return TopicRule(name, **{**given, "inferred": inferred, "platforms": tuple(map(str, platforms))})


def _admission(given: Any) -> AdmissionRules:
    # Who may rely on what matters only to a pack with a gate that asks for it.
    _check_table({"bases": {}, **given}, _ADMISSION, table="admission")
    gates = {}
    for name, table in given["gates"].items():
        gate = _choice(Gate, name, table=f"admission.gates.{name}", what="gate")
        _check_table(table, _GATE, table=f"admission.gates.{name}")
        gates[gate] = GateRule(gate, **table)
    bases = dict(_basis(name, table) for name, table in given.get("bases", {}).items())
    channels = dict(_channel(name, table) for name, table in given["channels"].items())
    return AdmissionRules(gates, bases, channels)


def _basis(name: str, given: Any) -> tuple[Controller, BasisRule]:
    table = f"admission.bases.{name}"
    controller = _choice(Controller, name, table=table, what="kind of controller")
    _check_table(given, _BASIS, table=table)
    rely_on = {_choice(Basis, each, table=table, key="rely_on", what="basis") for each in given["rely_on"]}
    return controller, BasisRule(controller, **{**given, "rely_on": frozenset(rely_on)})


def _channel(name: str, given: Any) -> tuple[Channel, ChannelRule]:
    table = f"admission.channels.{name}"
    channel = _choice(Channel, name, table=table, what="channel")
    _check_table(given, _CHANNEL, table=table)
    permit = _choice(Permit, given["permit"], table=table, key="permit", what="permit")
    return channel, ChannelRule(channel, **{**given, "permit": permit})


def _number(name: str, given: Any) -> Number:
    _check_table(given, _NUMBER, table=f"numbers.{name}")
    return Number(**given)


def _choice(choices: type[Choice], given: str, *, table: str, what: str, key: str = "") -> Choice:
    try:
        return choices(given)
    except ValueError as error:
        known = _listed(each.value for each in choices)
        raise PolicyError(f"{given!r} is no {what}; write {known}.", table=table, key=key) from error


def _check_table(given: Any, fields: Mapping[str, tuple[type, ...]], *, table: str) -> None:
    """Refuse a table that lacks a key, has one too many, or one of a wrong type."""
    name = table or "the pack"
    if not isinstance(given, dict):
        raise PolicyError(f"{name} must be a table with {_listed(fields)}.", table=table)
    for each in given:
        if each not in fields:
            raise PolicyError(f"{name} knows no {each!r}; remove it.", table=table, key=each)
    for each, types in fields.items():
        if each not in given:
            raise PolicyError(f"{name} lacks {each!r}; add it.", table=table, key=each)
        # The exact type: for Python true is a number and a time of day is a date.
        if type(given[each]) not in types:
            raise PolicyError(f"{each!r} of {name} must be {_IN_WORDS[types[0]]}.", table=table, key=each)
        if given[each] == "":
            raise PolicyError(f"{each!r} of {name} is empty; fill it in.", table=table, key=each)


def _listed(words: Any) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}"
