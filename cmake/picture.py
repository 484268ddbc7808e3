#!/usr/bin/env python3
"""Draws docs/architecture from the real CMake targets.

usage: picture.py TARGETS DOT --draw    writes DOT, and with Graphviz the .svg beside it
       picture.py TARGETS DOT --check   exit 1 if the arrows in DOT are not those of TARGETS, if a
                                        target links what tests/tidy/layers.py does not allow, or
                                        if it includes what it does not link

TARGETS is the build folder's targets.txt, one target a line: name, folder, links.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "tidy"))
import layers  # noqa: E402  (found by the line above)
import tidy  # noqa: E402

THIRD_PARTY = "zhibu_third_party_"
COLOURS = {
    "shared": "#e8f0e4",
    "sync_protocol": "#e4ecf5",
    "transport": "#ececec",
    "server": "#f7ecdc",
    "client": "#f3e6ee",
}


class Target:
    def __init__(self, name, folder, links):
        self.name = name
        self.folder = folder
        self.links = links

    @property
    def others(self):
        """What it uses that is not ours."""
        names = [
            link.removeprefix(THIRD_PARTY) for link in self.links if link.startswith(THIRD_PARTY)
        ]
        return sorted(names + (["asio, beast"] if "zhibu_asio" in self.links else []))


def read_targets(text):
    """The targets by name; those of tests/ are left out, as the picture is of the product."""
    targets = {}
    for line in text.splitlines():
        name, folder, links = line.split("\t")
        if not folder.startswith("tests"):
            targets[name] = Target(name, folder, links.split())
    return targets


def edges_of(targets):
    return {
        (target.name, link)
        for target in targets.values()
        for link in target.links
        if link in targets and link != target.name
    }


def implied(edge, edges):
    """Whether one can also get there by another way."""
    start, goal = edge
    seen, waiting = set(), [to for come, to in edges if come == start and to != goal]
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            waiting += [to for come, to in edges if come == name]
    return False


def dot_of(targets):
    edges = edges_of(targets)
    lines = [
        "// Drawn by ./dev build --picture from the CMake targets; not edited by hand.",
        "digraph zhibu {",
        '    graph [rankdir=BT, fontname="sans-serif", nodesep=0.25, ranksep=0.6];',
        '    node [shape=box, style="filled,rounded", fontname="sans-serif", fontsize=11];',
        '    edge [color="#505050", arrowsize=0.7];',
    ]
    for top in sorted({target.folder.split("/")[0] for target in targets.values()}):
        lines.append(f'    subgraph "cluster_{top}" {{ label="{top}/"; color="#b0b0b0";')
        for target in sorted(targets.values(), key=lambda each: each.name):
            if target.folder.split("/")[0] == top:
                label = target.folder if target.folder != top else f"{top}/main.cpp: {target.name}"
                if target.others:
                    label += "\\n" + ", ".join(target.others)
                colour = COLOURS.get(top, "#eeeeee")
                lines.append(f'        "{target.name}" [label="{label}", fillcolor="{colour}"];')
        lines.append("    }")
    for edge in sorted(edges):
        faint = ' [color="#d8d8d8"]' if implied(edge, edges) else ""
        lines.append(f'    "{edge[0]}" -> "{edge[1]}"{faint};')
    return "\n".join(lines + ["}", ""])


def edges_in(dot):
    return set(re.findall(r'^\s*"([^"]+)" -> "([^"]+)"', dot, re.MULTILINE))


def forbidden_links(targets):
    """Links between folders that the table of layers does not allow."""
    for come, to in sorted(edges_of(targets)):
        come_folder, to_folder = targets[come].folder, targets[to].folder
        if come_folder != to_folder and to_folder not in layers.LAYERS.get(come_folder, set()):
            yield f"{come} links {to}: {come_folder} may not use {to_folder} (tests/tidy/layers.py)"


def include_edges(root):
    """Pairs of folders where a file of the first includes one of the second."""
    edges = set()
    for source in tidy.read_sources(root):
        for include in source.includes:
            if include.quoted and "/" in include.path:
                edges.add((source.folder, include.path.rsplit("/", 1)[0].removesuffix("/detail")))
    return edges


def unlinked_includes(targets, includes):
    """Includes without a link would make the picture untrue, and builds that break at the end."""
    by_folder = {}
    for target in targets.values():
        by_folder.setdefault(target.folder, []).append(target.name)
    edges = edges_of(targets)

    def links(come, to):
        return come == to or (come, to) in edges or implied((come, to), edges)

    for come_folder, to_folder in sorted(includes):
        # A folder with two targets: which of its files includes and is included is not told apart.
        comes, tos = by_folder.get(come_folder, []), by_folder.get(to_folder, [])
        if comes and tos and not any(links(come, to) for come in comes for to in tos):
            yield (
                f"{come_folder} includes {to_folder}, but {' or '.join(sorted(comes))} does not "
                f"link {' or '.join(sorted(tos))}"
            )


def problems(targets, dot, includes=frozenset()):
    drawn, real = edges_in(dot), edges_of(targets)
    yield from (f"drawn but not linked: {come} -> {to}" for come, to in sorted(drawn - real))
    yield from (f"linked but not drawn: {come} -> {to}" for come, to in sorted(real - drawn))
    yield from (f"target not drawn: {name}" for name in sorted(targets) if f'"{name}"' not in dot)
    yield from forbidden_links(targets)
    yield from unlinked_includes(targets, includes)


def main():
    if len(sys.argv) != 4 or sys.argv[3] not in ("--draw", "--check"):
        sys.exit(__doc__)
    targets = read_targets(Path(sys.argv[1]).read_text(encoding="utf-8"))
    dot = Path(sys.argv[2])
    if sys.argv[3] == "--draw":
        dot.write_text(dot_of(targets), encoding="utf-8")
        subprocess.run(["dot", "-Tsvg", "-o", dot.with_suffix(".svg"), dot], check=True)
        return
    found = list(problems(targets, dot.read_text(encoding="utf-8"), include_edges(ROOT)))
    for problem in found:
        print(problem)
    if any("drawn" in problem for problem in found):
        print("docs/architecture.svg is not the real one: ./dev build --picture draws it anew")
    sys.exit(1 if found or not targets else 0)


if __name__ == "__main__":
    main()
