"""The layouts, read out of the tables of docs/protocol.md: nothing of them is written here."""

import re
from dataclasses import dataclass, field
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs/protocol.md"


@dataclass
class Member:
    name: str
    wire: str
    most: int = None   # bytes of a text, entries of a list, the greatest number
    each: int = None   # bytes of each entry of a list of bytes


@dataclass
class Tables:
    structures: dict = field(default_factory=dict)    # name -> [Member]
    enumerations: dict = field(default_factory=dict)  # name -> [enumerator]
    messages: dict = field(default_factory=dict)      # tag -> name
    versions: dict = field(default_factory=dict)      # name -> protocol version


def number(text):
    if text.strip() == "2^64 − 1":
        return 2 ** 64 - 1
    return int(text.replace(",", ""))


def member(cells):
    name, wire, most = cells[:3]
    if ", each " in most:
        count, each = most.split(", each ")
        return Member(name, wire, number(count), number(each))
    return Member(name, wire, number(most) if most else None)


def read_tables(page=PAGE):
    tables = Tables()
    name, table = None, None
    for line in page.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if heading := re.fullmatch(r"#### (?:(\d+) )?([\w:]+)", line):
            name, table = heading[2], None
            if heading[1]:
                tables.messages[int(heading[1])] = name
                tables.structures[name] = []
        elif line.startswith("#"):
            name, table = None, None
        elif name and line == "| member | on the wire | at most | meaning |":
            table = tables.structures[name] = []
        elif name and line == "| number | name | meaning |":
            table = tables.enumerations[name] = []
        elif listed := re.fullmatch(r"\| \d+ \| `(\w+)` \| \w+ \| (\d+) \| \d+ \|", line):
            tables.versions[listed[1]] = int(listed[2])
        elif table is not None and line.startswith("| "):
            table.append(cells[1] if name in tables.enumerations else member(cells))
    return tables


TABLES = read_tables()
