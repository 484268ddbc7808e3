"""Bytes to values and back, as docs/protocol.md, 16, says; structures by its tables.

A structure is a dict of its members; a value is (alternative, content); a date is (year, month, day);
an id is a uuid.UUID; an enumerator is its name. What is wrong with bytes is a Wrong.
"""

import datetime
import struct
import uuid

from tables import TABLES
from zstandard_frames import Damaged, decompressed

FRAME_BYTES_MAX = 1 << 20
LISTS_MAX = 8
MOST = 2 ** 64 - 1
ALTERNATIVES = ["empty", "text", "integer", "boolean", "date", "instant", "reference", "set"]
COMPRESSED = {"Push", "Verdicts", "Tail", "SnapshotChunk", "GroupPart", "TailPart"}
FORMS = {"group": ("G", "Group"), "verdict": ("V", "Verdict"), "lease": ("L", "Lease"),
         "record_state": ("S", "RecordState"), "effects": ("E", "list of Effect"),
         "fields": ("F", "fields of a record"), "tree_head": ("M", "TreeHead")}
LABEL = b"zhibu session login"


class Wrong(Exception):
    def __init__(self, sort, offset):
        super().__init__(f"{sort} at byte {offset}")


def days_of(year, month):
    following = datetime.date(year + month // 12, month % 12 + 1, 1)
    return (following - datetime.timedelta(days=1)).day


class Reader:
    def __init__(self, data, at=0):
        self.data = data
        self.at = at
        self.depth = 0

    def take(self, count, most=MOST):
        if count > most:
            raise Wrong("too large", self.at)
        if count > len(self.data) - self.at:
            raise Wrong("truncated", self.at)
        self.at += count
        return self.data[self.at - count:self.at]

    def byte(self):
        return self.take(1)[0]

    def number(self, most=MOST):
        start, result = self.at, 0
        for shift in range(0, 64, 7):
            byte = self.byte()
            if shift == 63 and byte & 0x7F > 1:
                break
            result |= (byte & 0x7F) << shift
            if byte < 0x80:
                if (byte == 0 and shift) or result > most:
                    break
                return result
        raise Wrong("not canonical", start)

    def signed(self):
        bits = self.number()
        return (bits >> 1) ^ -(bits & 1)

    def one_of(self, names):
        at = self.at
        byte = self.byte()
        if byte >= len(names):
            raise Wrong("not in the enumeration", at)
        return names[byte]

    def boolean(self):
        at = self.at
        byte = self.byte()
        if byte > 1:
            raise Wrong("not a boolean", at)
        return byte == 1

    def text(self, most):
        raw = self.take(self.number(), most)
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as wrong:
            raise Wrong("not UTF-8", self.at - len(raw) + wrong.start) from None

    def count(self, most=MOST):
        start = self.at
        count = self.number()
        if count > min(most, 8 << 20):
            raise Wrong("too large", start)
        if count > len(self.data) - self.at:
            raise Wrong("truncated", len(self.data))
        return count

    def each(self, most, read):
        """A list: its entries, read one by one."""
        self.depth += 1
        if self.depth > LISTS_MAX:
            raise Wrong("too deep", self.at)
        entries = [read() for _ in range(self.count(most))]
        self.depth -= 1
        return entries

    def date(self):
        at = self.at
        months, day = divmod(self.number(300 * 12 * 32 - 1), 32)
        year, month = 1900 + months // 12, months % 12 + 1
        if day > days_of(year, month):
            raise Wrong("not canonical", at)
        return year, month, day

    def texts(self):
        found = []

        def read():
            at = self.at
            text = self.text(65536)
            if not text or (found and found[-1].encode() >= text.encode()):
                raise Wrong("not canonical", at)
            found.append(text)
        self.each(MOST, read)
        return found

    def content(self, alternative):
        return {"empty": lambda: None, "text": lambda: self.text(65536), "integer": self.signed,
                "boolean": self.boolean, "date": self.date, "instant": self.signed,
                "reference": self.id, "set": self.texts}[alternative]()

    def alternative(self, number, at):
        if number >= len(ALTERNATIVES):
            raise Wrong("not in the enumeration", at)
        return ALTERNATIVES[number]

    def value(self):
        at = self.at
        alternative = self.alternative(self.byte(), at)
        return alternative, self.content(alternative)

    def id(self):
        return uuid.UUID(bytes=bytes(self.take(16)))

    def head(self, before, unused):
        """Distance and head byte of a field: its number, the head, where that stands."""
        at = self.at
        distance = self.number(65535 - before)
        if distance == 0:
            raise Wrong("not canonical", at)
        at = self.at
        head = self.byte()
        if head & unused:
            raise Wrong("not canonical", at)
        return before + distance, head, at

    def fields_of_record(self, since):
        previous = {"field": 0, "changed_at": since}

        def read():
            nonlocal previous
            number, head, at = self.head(previous["field"], 0xE0)
            alternative = self.alternative(head & 15, at)
            value = alternative, self.content(alternative)
            index = previous["changed_at"]
            if not head & 16:
                index = self.number()
                if index == previous["changed_at"]:
                    raise Wrong("not canonical", at)
            previous = {"field": number, "value": value, "changed_at": index}
            return previous
        return self.each(MOST, read)

    def fields_of_change(self):
        before = 0

        def read():
            nonlocal before
            before, head, at = self.head(before, 0x80)
            alternative = self.alternative(head & 15, at)
            change = {"field": before, "value": (alternative, self.content(alternative)),
                      "previous": ("empty", None), "base": ("confirmed", 0)}
            if head & 16:
                change["previous"] = self.value()
                if change["previous"][0] == "empty":
                    raise Wrong("not canonical", self.at)
            base = self.number() if head & 32 else 0
            if bool(head & 32) != (base != 0) or (head & 64 and not head & 32):
                raise Wrong("not canonical", at)
            change["base"] = ("own_pending" if head & 64 else "confirmed", base)
            return change
        return self.each(MOST, read)

    def ascending(self):
        before = 0

        def read():
            nonlocal before
            at = self.at
            distance = self.number(MOST - before)
            if distance == 0:
                raise Wrong("not canonical", at)
            before += distance
            return before
        return self.each(MOST, read)

    def read(self, wire, most=None, each=None, so_far=None):
        if wire.startswith("list of "):
            inner = wire[len("list of "):]
            return self.each(MOST if most is None else most, lambda: self.read(inner, each))
        if wire.startswith("optional "):
            return self.read(wire[len("optional "):]) if self.boolean() else None
        if wire.endswith(" bytes"):
            return bytes(self.take(int(wire.split()[0])))
        if wire in TABLES.enumerations:
            return self.one_of(TABLES.enumerations[wire])
        if wire in TABLES.structures:
            return self.structure(wire)
        parts = {"number": lambda: self.number(MOST if most is None else most),
                 "moment": self.signed, "boolean": self.boolean, "id": self.id, "value": self.value,
                 "hybrid time": lambda: struct.unpack("<Q", self.take(8))[0],
                 "text": lambda: self.text(65536 if most is None else most),
                 "bytes": lambda: bytes(self.take(self.number(), MOST if most is None else most)),
                 "ascending numbers": self.ascending, "fields of a change": self.fields_of_change,
                 "fields of a record": lambda: self.fields_of_record(
                     so_far["life_changed_at"] if so_far else 0)}
        return parts[wire]()

    def structure(self, name):
        found = {}
        for member in TABLES.structures[name]:
            if is_left_out(name, member.name, found):
                continue
            found[member.name] = self.read(member.wire, member.most, member.each, found)
        return found

    def end(self):
        if self.at != len(self.data):
            raise Wrong("trailing bytes", self.at)


def is_left_out(structure, member, so_far):
    """The two structures that end early (16)."""
    if structure == "Change" and member == "fields":
        return so_far["operation"] in ("retire", "restore")
    if structure == "Effect" and member != "sort":
        return (so_far["sort"] == "evicted") != (member == "state.key")
    return False


def put_number(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def put_signed(number):
    return put_number(2 * number if number >= 0 else -2 * number - 1)


def put_bytes(data):
    return put_number(len(data)) + data


def put_content(alternative, content):
    if alternative == "date":
        year, month, day = content
        return put_number(((year - 1900) * 12 + month - 1) * 32 + day)
    if alternative == "set":
        return put_number(len(content)) + b"".join(put_bytes(text.encode()) for text in content)
    return {"empty": lambda: b"", "text": lambda: put_bytes(content.encode()),
            "integer": lambda: put_signed(content), "instant": lambda: put_signed(content),
            "boolean": lambda: bytes([content]), "reference": lambda: content.bytes}[alternative]()


def put_fields_of_record(fields, since):
    out, number, index = put_number(len(fields)), 0, since
    for each in fields:
        alternative, content = each["value"]
        same = each["changed_at"] == index
        out += put_number(each["field"] - number)
        out += bytes([ALTERNATIVES.index(alternative) | (16 if same else 0)])
        out += put_content(alternative, content)
        out += b"" if same else put_number(each["changed_at"])
        number, index = each["field"], each["changed_at"]
    return out


def put_fields_of_change(fields):
    out, number = put_number(len(fields)), 0
    for each in fields:
        alternative, content = each["value"]
        origin, base = each["base"]
        previous = each["previous"]
        head = ALTERNATIVES.index(alternative) | (16 if previous[0] != "empty" else 0)
        head |= (32 if base else 0) | (64 if origin == "own_pending" else 0)
        out += put_number(each["field"] - number) + bytes([head]) + put_content(alternative, content)
        out += put("value", previous) if previous[0] != "empty" else b""
        out += put_number(base) if base else b""
        number = each["field"]
    return out


def put_ascending(numbers):
    out, before = put_number(len(numbers)), 0
    for number in numbers:
        out += put_number(number - before)
        before = number
    return out


def put(wire, value, whole=None):
    if wire.startswith("list of "):
        return put_number(len(value)) + b"".join(put(wire[len("list of "):], each) for each in value)
    if wire.startswith("optional "):
        return b"\0" if value is None else b"\1" + put(wire[len("optional "):], value)
    if wire in TABLES.enumerations:
        return bytes([TABLES.enumerations[wire].index(value)])
    if wire in TABLES.structures:
        return put_structure(wire, value)
    if wire.endswith(" bytes"):
        return value
    return {"number": put_number, "moment": put_signed, "boolean": lambda truth: bytes([truth]),
            "id": lambda id_: id_.bytes, "hybrid time": lambda time: struct.pack("<Q", time),
            "text": lambda text: put_bytes(text.encode()), "bytes": put_bytes,
            "value": lambda each: bytes([ALTERNATIVES.index(each[0])]) + put_content(*each),
            "ascending numbers": put_ascending, "fields of a change": put_fields_of_change,
            "fields of a record": lambda fields: put_fields_of_record(
                fields, whole["life_changed_at"] if whole else 0)}[wire](value)


def put_structure(name, value, without=()):
    return b"".join(put(member.wire, value[member.name], value)
                    for member in TABLES.structures[name]
                    if member.name not in without and not is_left_out(name, member.name, value))


def decode_form(form, data):
    mark, wire = FORMS[form]
    reader = Reader(data)
    if reader.byte() != ord(mark):
        raise Wrong("unknown message", 0)
    if reader.byte() != 1:
        raise Wrong("unknown version", 1)
    value = reader.read(wire)
    reader.end()
    return value


def encode_form(form, value):
    mark, wire = FORMS[form]
    return mark.encode() + b"\1" + put(wire, value)


def decode_frame(data):
    """(name, members) of a message."""
    if len(data) > FRAME_BYTES_MAX:
        raise Wrong("too large", FRAME_BYTES_MAX)
    reader = Reader(data)
    if reader.byte() != 1:
        raise Wrong("unknown version", 0)
    name = TABLES.messages.get(reader.byte())
    if name is None:
        raise Wrong("unknown message", 1)
    flag = reader.byte()
    if flag > 1 or (flag and name not in COMPRESSED):
        raise Wrong("not canonical", 2)
    if flag:
        try:
            reader = Reader(decompressed(data[3:], FRAME_BYTES_MAX - 3))
        except Damaged as damage:
            raise Wrong(damage.sort, 3 + damage.offset) from None
    value = reader.structure(name)
    reader.end()
    return name, value


def encode_frame(name, **members):
    tag = next(tag for tag, each in TABLES.messages.items() if each == name)
    return bytes([1, tag, 0]) + put_structure(name, members)


def transcript(challenge, binding, hello):
    return (b"T\1" + LABEL + put_structure("Challenge", challenge) + binding +
            put_structure("Hello", hello, without=("account_proof",)))
