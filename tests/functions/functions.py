"""Holds docs/functions.md against the tree: every row is there, and every name that it gives exists."""

import re
import sys
from pathlib import Path

ROWS = ([f"A{n}" for n in range(1, 12)] + [f"B{n}" for n in range(1, 6)] +
        [f"C{n}" for n in range(1, 16)] + [f"D{n}" for n in (1, 3, 4, 7, 8, 9, 12, 13)] +
        [f"E{n}" for n in range(1, 11)])
TEST = re.compile(r"^\s*(?:TEST|TEST_F|TEST_P|RC_GTEST\w*)\(\s*(\w+),\s*(\w+)", re.MULTILINE)


def texts(root, pattern):
    return [path.read_text(encoding="utf-8") for path in sorted(root.glob(pattern))]


def declared(root, word):
    """Names of the table rows that begin with `word` in client/workflow."""
    found = re.compile(word + r'\{\s*"(\w+)"')
    return {name for text in texts(root, "client/workflow/*.cpp") for name in found.findall(text)}


class Tree:
    """What there is to be named."""

    def __init__(self, root):
        self.root = root
        menu = (root / "client/web/src/app/menu.tsx").read_text(encoding="utf-8")
        self.named = {
            "action": declared(root, "Action"),
            "filter": declared(root, "NamedFilter"),
            "export": declared(root, "NamedExport"),
            "page": set(re.findall(r'"(\w+)"', menu)),
            "kind": {name for text in texts(root, "shared/catalog/*.cpp")
                     for name in re.findall(r'"(\w+)"', text)},
        }
        self.rules = set(re.findall(r"R-\d+", (root / "docs/rules.md").read_text(encoding="utf-8")))
        self.tests = {f"{suite}.{name}" for text in texts(root, "tests/**/*_test.cpp")
                      for suite, name in TEST.findall(text)}
        self.browser = {path.stem: path.read_text(encoding="utf-8")
                        for path in (root / "tests/e2e/browser").glob("*.mjs")}

    def has(self, name):
        if re.fullmatch(r"R-\d+", name):
            return name in self.rules
        if match := re.fullmatch(r"(\w+):(\w+)", name):
            return match[2] in self.named.get(match[1], ())
        if match := re.fullmatch(r"(\w+): (.+)", name):
            return match[2] in self.browser.get(match[1], "")
        return name in self.tests or ("/" in name and (self.root / name).is_file())

    def is_test(self, name):
        return name in self.tests or re.fullmatch(r"\w+: .+", name) is not None


def problems(table, tree):
    """What is wrong with the table, a sentence each."""
    wrong = []
    cells = [[cell.strip() for cell in line.strip("|\n ").split("|")]
             for line in table.splitlines() if re.match(r"\| [A-E]\d", line)]
    rows = [row[0] for row in cells]
    wrong += [f"{row} stands {rows.count(row)} times" for row in ROWS if rows.count(row) != 1]
    wrong += [f"{row} is none of the rows" for row in rows if row not in ROWS]
    for row, _, done_by, shown_by, *_ in cells:
        places, tests = (re.findall(r"`([^`]+)`", cell) for cell in (done_by, shown_by))
        wrong += [f"{row}: there is no `{name}`" for name in places + tests if not tree.has(name)]
        wrong += [f"{row}: `{name}` is no test" for name in tests if not tree.is_test(name)]
        wrong += [f"{row}: no {what} is named" for what, names in
                  (("place", places), ("test", tests)) if not names]
    return wrong


def main():
    root = Path(sys.argv[1])
    wrong = problems((root / "docs/functions.md").read_text(encoding="utf-8"), Tree(root))
    for line in wrong:
        print(f"docs/functions.md: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
