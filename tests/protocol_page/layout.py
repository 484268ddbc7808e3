"""What travels, read from the codec's own declarations: members in wire order, their types and limits.

`serialize` in sync_protocol/codec/detail says the order and the limits, the structs say the types.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

STRUCTS = ["shared/record/change.hpp", "shared/record/state.hpp", "sync_protocol/message/message.hpp"]
LAYOUTS = ["sync_protocol/codec/detail/record_layout.hpp",
           "sync_protocol/codec/detail/message_layout.hpp"]
CONSTANTS = ["shared/record/limits.hpp", "sync_protocol/codec/codec.hpp", *LAYOUTS]
MESSAGES = "sync_protocol/message/message.hpp"

NUMBERS = {"std::uint16_t": "65535", "std::uint32_t": "4294967295", "std::uint64_t": "2^64 - 1"}
IDS = {"SpaceId", "EpochId", "DeviceId", "IncarnationId", "RecordId"}
PLAIN = {"bool": ("boolean", ""), "Instant": ("moment", ""), "HybridTime": ("hybrid time", ""),
         "LogIndex": ("number", "2^64 - 1"), "Sequence": ("number", "2^64 - 1"),
         "KindNumber": ("number", "65535"), "FieldNumber": ("number", "65535"),
         "Hash": ("32 bytes", ""), "Value": ("value", "")}
# Laid out by hand, not by a list of members; the page explains them where it explains the parts.
BY_HAND = {"FieldChanges": "fields of a change", "FieldStates": "fields of a record",
           "Sequences": "ascending numbers"}
TEXT_LIMIT = "text_bytes_max"


class Unreadable(Exception):
    """A declaration is written as this reader does not expect it."""


@dataclass
class Member:
    name: str
    wire: str
    most: str = ""


@dataclass
class Layout:
    constants: dict
    structures: dict = field(default_factory=dict)   # name -> [Member], in the order of the sources
    enumerations: dict = field(default_factory=dict)  # name -> [enumerator]
    messages: list = field(default_factory=list)      # name by tag
    versions: list = field(default_factory=list)      # protocol version by tag


def without_comments(text):
    return re.sub(r"//[^\n]*", "", text)


def block(text, begin):
    """What stands between the brace at or after `begin` and the one that closes it."""
    start = text.index("{", begin)
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return text[start + 1:at]
    raise Unreadable("a brace is not closed")


def split_arguments(text):
    parts, depth, begin = [], 0, 0
    for at, sign in enumerate(text):
        depth += {"(": 1, "{": 1, "<": 1, ")": -1, "}": -1, ">": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append(text[begin:at].strip())
            begin = at + 1
    return [*parts, text[begin:].strip()]


def constants_of(texts):
    found = {}
    for text in texts:
        for name, value in re.findall(r"constexpr \S+ (\w+) = ([^;{]+);", text):
            plain = re.sub(r"(?<=\d)U\b", "", value.replace("'", ""))
            if re.fullmatch(r"[\w\s()+*<>-]+", plain):
                found[name] = plain
    values = {}
    for _ in found:
        for name, value in found.items():
            try:
                # Numbers, constants and operators alone, which the pattern above saw to.
                values[name] = eval(value, {"__builtins__": {}}, values)
            except NameError:
                continue
    return values


def enumerators(body):
    return [name.strip() for name in body.split(",") if name.strip()]


def members_of(body):
    """Names and types of a struct's members; nested enumerations and functions are left out."""
    while re.search(r"\benum class|\bfriend|\bstatic|\[\[nodiscard", body):
        found = re.search(r"\benum class|\bfriend|\bstatic|\[\[nodiscard", body)
        end = body.index(";", found.start())
        brace = body.find("{", found.start(), end)
        if brace >= 0:
            inner = block(body, brace)
            end = brace + len(inner) + 2
        body = body[:found.start()] + body[end:].lstrip("; ")
    found = {}
    for line in body.split(";"):
        match = re.fullmatch(r"\s*([\w:<>,\s]+?)\s+(\w+)\s*(?:=.*|\{.*\})?\s*", line, re.DOTALL)
        if match:
            found[match[2]] = re.sub(r"\b(?:record|sync)::", "", match[1])
    return found


def structs_of(texts):
    structs, enums = {}, {}
    for text in texts:
        for match in re.finditer(r"\bstruct (\w+) \{", text):
            body = block(text, match.start())
            structs[match[1]] = members_of(body)
            for inner in re.finditer(r"enum class (\w+)[^{]*\{", body):
                enums[f"{match[1]}::{inner[1]}"] = enumerators(block(body, inner.start()))
        for match in re.finditer(r"^enum class (\w+)[^{]*\{", text, re.MULTILINE):
            enums[match[1]] = enumerators(block(text, match.start()))
    return structs, enums


def word_of(kind, constants):
    """(wire, most) of a member's C++ type."""
    if kind in PLAIN:
        return PLAIN[kind]
    if kind in NUMBERS:
        return "number", NUMBERS[kind]
    if kind in IDS:
        return "id", ""
    if kind == "std::string":
        return "text", str(constants[TEXT_LIMIT])
    if match := re.fullmatch(r"std::array<std::uint8_t, (\d+)>", kind):
        return f"{match[1]} bytes", ""
    if match := re.fullmatch(r"std::optional<(\w+)>", kind):
        return f"optional {word_of(match[1], constants)[0]}", ""
    if re.fullmatch(r"\w+", kind):
        return kind, ""
    raise Unreadable(f"the type {kind}")


class Reader:
    def __init__(self, structs, enums, constants):
        self.structs = structs
        self.enums = enums
        self.constants = constants

    def limit(self, text):
        return str(eval(text, {"__builtins__": {}}, self.constants))

    def type_of(self, owner, path):
        kind = owner
        for name in path.split("."):
            if name not in self.structs.get(kind, {}):
                raise Unreadable(f"{kind}.{name}")
            kind = self.structs[kind][name]
        return kind

    def member(self, owner, argument):
        path = re.search(r"\b[a-z_]\w*\.([\w.]+)", argument)[1]
        kind = self.type_of(owner, path)
        if argument.startswith("one_of("):
            last = argument.rstrip(")").split("::")[-1]
            name = next((each for each in (f"{owner}::{kind}", kind) if each in self.enums), None)
            if name is None or self.enums[name][-1] != last:
                raise Unreadable(f"{argument} is not the last of its enumeration")
            return Member(path, name, str(len(self.enums[name]) - 1))
        if argument.startswith("list("):
            entry = re.fullmatch(r"std::vector<(.+)>", kind)[1]
            wire, _ = word_of(entry, self.constants)
            most = split_arguments(argument[len("list("):-1])[1:]
            return Member(path, f"list of {wire}", self.limit(most[0]) if most else "")
        if argument.startswith("Blob{"):
            return Member(path, "bytes", self.limit(split_arguments(argument[5:-1])[1]))
        if argument.startswith("Certificates{"):
            each = self.limit("certificate_bytes_max")
            return Member(path, "list of bytes", self.limit("certificates_max") + f", each {each}")
        for name, wire in BY_HAND.items():
            if argument.startswith(name + "{"):
                return Member(path, wire)
        wire, most = word_of(kind, self.constants)
        return Member(path, wire, most)

    def members(self, name, body, claims):
        found = []
        for call in re.finditer(r"\barchive\(", body):
            depth, at = 1, call.end()
            while depth:
                depth += {"(": 1, ")": -1}.get(body[at], 0)
                at += 1
            for argument in split_arguments(body[call.end():at - 1]):
                if argument.startswith("Claim{"):
                    found += claims
                else:
                    found.append(self.member(name, argument))
        return found


def read_layout(root):
    root = Path(root)

    def texts(names):
        return [without_comments((root / name).read_text(encoding="utf-8")) for name in names]

    constants = constants_of(texts(CONSTANTS))
    structs, enums = structs_of(texts(STRUCTS))
    reader = Reader(structs, enums, constants)
    layout = Layout(constants, enumerations=enums)
    claims = []
    for text in texts(LAYOUTS):
        for match in re.finditer(r"void serialize\(Archive& \S+, ([\w:<>]+)& \S+\) \{", text):
            name = match[1].split("::")[-1]
            if name == "Claim":
                claims = reader.members("Hello", block(text, match.start()), [])
            elif name in structs and len(structs[name]) != 1 or name[0].isupper() and \
                    name in structs and name not in PLAIN:
                layout.structures[name] = reader.members(name, block(text, match.start()), claims)
    message_text = texts([MESSAGES])[0]
    listed = re.search(r"using Message = std::variant<([^;]+)>;", message_text)[1]
    layout.messages = [name.strip() for name in listed.split(",")]
    steps = re.search(r"messages_before\{([\d, ]+)\}", message_text)[1]
    steps = [int(step) for step in steps.split(",")]
    layout.versions = [1 + sum(tag >= step for step in steps) for tag in range(len(layout.messages))]
    return layout
