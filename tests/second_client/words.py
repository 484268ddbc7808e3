"""A value in the words of the published vectors: path -> what stands there."""

import datetime
import re
import uuid

from tables import TABLES

NUMBERED = {"RefusalReason": "refusal", "ErrandSort": "errand"}


def moment(milliseconds):
    when = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=milliseconds)
    return when.isoformat(timespec="milliseconds") + "Z"


def value_word(value):
    alternative, content = value
    if alternative == "empty":
        return "empty"
    if alternative == "set":
        return "set" + "".join(f' "{text}"' for text in content)
    if alternative == "date":
        year, month, day = content
        return f"date {year}-{month:02}" + (f"-{day:02}" if day else "")
    return alternative + " " + {"text": lambda: f'"{content}"', "instant": lambda: moment(content),
                                "boolean": lambda: word(content)}.get(alternative,
                                                                      lambda: str(content))()


def word(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return "hex " + value.hex() if value else "hex "
    if isinstance(value, uuid.UUID):
        return str(value)
    return "none" if value is None else str(value)


def say(said, path, wire, value):
    if wire.startswith("list of "):
        said[path] = f"list of {len(value)}"
        for at, each in enumerate(value):
            say(said, f"{path}[{at}]", wire[len("list of "):], each)
    elif wire == "ascending numbers":
        say(said, path, "list of number", value)
    elif wire == "RecordKey":
        said[path] = f"kind {value['kind']} id {value['id']}"
    elif wire == "Effect":
        state = value.get("state") or {"key": value["state.key"], "retired": False,
                                       "life_changed_at": 0, "fields": []}
        said[path + ".sort"] = value["sort"]
        say(said, path + ".state", "RecordState", state)
    elif wire in ("fields of a record", "fields of a change"):
        said[path] = f"list of {len(value)}"
        for at, each in enumerate(value):
            say_field(said, f"{path}[{at}]", each)
    elif wire in NUMBERED:
        said[path] = f"{NUMBERED[wire]} {TABLES.enumerations[wire].index(value)}"
    elif wire in TABLES.structures:
        say_structure(said, path + ".", wire, value)
    elif wire == "hybrid time":
        said[path] = moment(value >> 16)
        said[path + "_counter"] = str(value & 0xFFFF)
    elif wire == "text":
        said[path] = f'"{value}"'
    elif wire == "value":
        said[path] = value_word(value)
    else:
        said[path] = moment(value) if wire.endswith("moment") and value is not None else word(value)


def say_field(said, path, field):
    for name, each in field.items():
        shown = {"value": value_word, "previous": value_word,
                 "base": lambda base: f"{base[0]} {base[1]}"}.get(name, str)(each)
        said[f"{path}.{name}"] = shown


def say_structure(said, prefix, name, value):
    if name == "Change":
        value = {"fields": [], **value}
    for member in TABLES.structures[name]:
        say(said, prefix + member.name, member.wire, value[member.name])


def described(wire, value, name=""):
    said = {}
    if wire in TABLES.structures:
        if wire in TABLES.messages.values():
            snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", wire).lower()
            said["message"] = f'"{snake}"'
        say_structure(said, "", wire, value)
    else:
        say(said, name, wire, value)
    return said
