"""Holds the tables of docs/protocol.md against the codec's declarations, or writes them anew.

  page.py ROOT [--write]

Names, order, types and limits are the code's; the last column is written by hand and stays.
"""

import re
import sys
from pathlib import Path

from layout import read_layout

MEMBERS = "| member | on the wire | at most | meaning |"
NUMBERED = "| number | name | meaning |"
RULES = {MEMBERS: "|---|---|---|---|", NUMBERED: "|---|---|---|"}
HEADING = re.compile(r"^#### (?:(\d+) )?([\w:]+)$")
ROW = re.compile(r"^\| (\d+) \| `(\w+)` \| (client|server|either) \| (\d+) \| (\d+) \|$", re.MULTILINE)
NOT_SHOWN = {"Base::Origin"}  # a bit of a field's head byte, not a byte of its own


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def grouped(number):
    return f"{int(number):,}" if re.fullmatch(r"\d+", number) else number.replace(" - ", " − ")


def shown(member):
    most = re.sub(r"\d+(?!\^)", lambda found: grouped(found[0]), member.most) \
        if "^" not in member.most else grouped(member.most)
    return [member.name, member.wire, most]


class Section:
    """What stands under one heading: its table's rows, by what names them."""

    def __init__(self, number, name):
        self.number = number
        self.name = name
        self.header = None
        self.meanings = {}
        self.first = self.end = None  # lines of the table's rows


def sections_of(lines):
    found, current = [], None
    for at, line in enumerate(lines):
        if match := HEADING.match(line):
            current = Section(match[1], match[2])
            found.append(current)
        elif line.startswith("#"):
            current = None
        elif current and current.header is None and line in RULES:
            current.header = line
            current.first = at + 2
            end = at + 2
            while end < len(lines) and lines[end].startswith("|"):
                row = cells(lines[end])
                current.meanings[row[1] if line == NUMBERED else row[0]] = row[-1]
                end += 1
            current.end = end
    return found


def rows_of(section, layout):
    """The table's rows as the code has them, with the page's meanings; None: there is no such thing."""
    def meaning(name):
        return section.meanings.get(name, "")

    if section.name in layout.enumerations:
        return NUMBERED, [[str(number), name, meaning(name)]
                          for number, name in enumerate(layout.enumerations[section.name])]
    if section.name in layout.structures:
        return MEMBERS, [[*shown(member), meaning(member.name)]
                         for member in layout.structures[section.name]]
    return None


def rewritten(page, layout):
    lines = page.split("\n")
    for section in reversed(sections_of(lines)):
        wanted = rows_of(section, layout)
        if wanted and section.header:
            header, rows = wanted
            table = [header, RULES[header], *(f"| {' | '.join(row)} |".replace("|  |", "| |")
                                              for row in rows)]
            lines[section.first - 2:section.end] = table
    return "\n".join(lines)


def problems(page, layout):
    """What is wrong with the page, a sentence each."""
    wrong = []
    sections = sections_of(page.split("\n"))
    names = [section.name for section in sections]
    shown_names = [*layout.structures, *(set(layout.enumerations) - NOT_SHOWN)]
    wrong += [f"{name} stands there {names.count(name)} times"
              for name in shown_names if names.count(name) != 1]
    for section in sections:
        wanted = rows_of(section, layout)
        if wanted is None:
            wrong.append(f"{section.name} is not in the code")
        elif wanted[1] and section.header is None:
            wrong.append(f"{section.name} has no table")
    if not wrong and rewritten(page, layout) != page:
        wrong.append("a table is not what the code says: page.py ROOT --write")
    wrong += [f"{section.name}.{name} has no meaning" for section in sections
              for name, meaning in section.meanings.items() if not meaning]
    listed = {row[1]: row for row in ROW.findall(page)}
    for tag, name in enumerate(layout.messages):
        row = listed.get(name)
        if row is None or int(row[0]) != tag or int(row[3]) != layout.versions[tag]:
            wrong.append(f"the list of messages has {name} otherwise than the code")
        if (str(tag), name) not in [(section.number, section.name) for section in sections]:
            wrong.append(f"{name} has no section of its own with its tag")
    return wrong


def main(words):
    root = Path(words[0])
    file = root / "docs/protocol.md"
    layout = read_layout(root)
    page = file.read_text(encoding="utf-8")
    if "--write" in words[1:]:
        page = rewritten(page, layout)
        file.write_text(page, encoding="utf-8")
    wrong = problems(page, layout)
    for sentence in wrong:
        print(f"docs/protocol.md: {sentence}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
