#!/usr/bin/env python3
"""The bench's figures: kept in docs/figures.jsonl, drawn for docs/performance.md.

usage: figures.py keep FILE --machine WORDS --load quiet|loaded [--date DAY] < OUTPUT
           the JSON lines of a bench's output, each with what it was measured on, take the places
           of those that FILE has of the same workload and number of records
       figures.py plot FILE [--check]
           draws speed.svg and growth.svg beside FILE; --check: exit 1 if they are others
"""

import argparse
import datetime
import json
import sys
from pathlib import Path

import drawing

# Of figures that name how many records were in the store, or of those that do not.
PICTURES = {"speed.svg": (drawing.speed, False), "growth.svg": (drawing.growth, True)}


def read_lines(lines):
    """The figures among the lines; all else that a bench prints is for people."""
    return [json.loads(line) for line in lines if line.startswith("{")]


def place(figure):
    return figure["workload"], figure.get("records", 0)


def keep(file, output, provenance):
    kept = {place(each): each for each in read_lines(file.read_text().splitlines())} \
        if file.exists() else {}
    for figure in read_lines(output):
        kept[place(figure)] = {**figure, **provenance}
    lines = [json.dumps(kept[each], ensure_ascii=False) for each in sorted(kept)]
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def plot(file, is_check):
    """Draws, or names what is not drawn as the figures are."""
    figures = read_lines(file.read_text(encoding="utf-8").splitlines())
    stale = []
    for name, (draw, names_records) in PICTURES.items():
        path = file.parent / name
        drawn = [each for each in figures if ("records" in each) == names_records]
        if not drawn:
            continue
        picture = draw(drawn)
        if not is_check:
            path.write_text(picture, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != picture:
            stale.append(path)
    return stale


def main(words):
    parser = argparse.ArgumentParser()
    verbs = parser.add_subparsers(dest="verb", required=True)
    keeping = verbs.add_parser("keep")
    keeping.add_argument("file", type=Path)
    keeping.add_argument("--machine", required=True)
    keeping.add_argument("--load", required=True, choices=["quiet", "loaded"])
    keeping.add_argument("--date", default=str(datetime.date.today()))
    plotting = verbs.add_parser("plot")
    plotting.add_argument("file", type=Path)
    plotting.add_argument("--check", action="store_true")
    wish = parser.parse_args(words)
    if wish.verb == "keep":
        keep(wish.file, sys.stdin,
             {"date": wish.date, "machine": wish.machine, "load": wish.load})
        return 0
    stale = plot(wish.file, wish.check)
    for path in stale:
        print(f"{path} is not what {wish.file} draws: ./dev bench --plot {wish.file}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
