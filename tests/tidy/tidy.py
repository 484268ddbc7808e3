#!/usr/bin/env python3
"""The house rules that no compiler and no clang-tidy check sees. See docs/architecture.md.

usage: tidy.py ROOT     exit 0: clean; 1: findings, one a line as file:line: what and why
"""

import re
import subprocess
import sys
from pathlib import Path

import checks
from lexer import read_source

CPP = (".hpp", ".cpp")
SLASHED = (".ts", ".tsx", ".js", ".mjs", ".css")
HASHED = (".py", ".sh", ".cmake", "CMakeLists.txt", "dev", ".ci/run")
SKIPPED = re.compile(r"^(build|client/web/node_modules|client/web/dist|tests/tidy/fixtures)/")


def tree_files(root):
    """Tracked and new files of a git tree; every file of a folder that is none."""
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "-z"]
            + ["--cached", "--others", "--exclude-standard"],
            check=True,
            capture_output=True,
        ).stdout.decode()
        names = [name for name in listed.split("\0") if name]
    else:
        names = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    return sorted(
        name for name in set(names) if not SKIPPED.match(name) and (root / name).is_file()
    )


def line_comments(name, text):
    """The comments of a file that is not C++, as (line, text); strings are not told apart."""
    slashed = r"(?:^|\s)(//.*|/\*.*|\*\s.*)"
    mark = re.compile(slashed if name.endswith(SLASHED) else r"(?:^|\s)(#.*)")
    for number, line in enumerate(text.split("\n"), 1):
        found = mark.search(line)
        if found:
            yield number, found[1]


def check_source(source):
    yield from checks.check_third_party_headers(source)
    yield from checks.check_forbidden_calls(source)
    yield from checks.check_coroutines(source)
    yield from checks.check_function_length(source)
    yield from checks.check_nodiscard(source)
    yield from checks.check_header_guard(source)
    yield from checks.check_exemptions(source)
    yield from checks.check_comments(source.path, source.comments)


def read_sources(root):
    """The C++ files of the tree, read."""
    return [
        read_source(name, (root / name).read_text(encoding="utf-8"))
        for name in tree_files(root)
        if name.endswith(CPP)
    ]


def check_tree(root):
    """All findings of the tree under `root`, in order."""
    findings = []
    sources = read_sources(root)
    for name in tree_files(root):
        if not name.endswith(CPP + SLASHED + HASHED):
            continue
        text = (root / name).read_text(encoding="utf-8")
        exempt = re.search(r"tidy-exempt\(file-length\): \S.{9,}", text)
        findings += checks.check_file_length(name, text, exempt)
        if not name.endswith(CPP):
            findings += checks.check_comments(name, line_comments(name, text))
    for source in sources:
        findings += check_source(source)
    findings += checks.check_include_edges(sources)
    findings += checks.check_folder_cycles(sources)
    findings += checks.check_one_definition(sources)
    return sorted(set(findings)), len(sources)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    findings, sources = check_tree(Path(sys.argv[1]).resolve())
    for finding in findings:
        print(finding)
    print(f"tidy: {sources} C++ files, {len(findings)} findings")
    # A tree without sources means that the wrong folder was looked at.
    sys.exit(1 if findings or sources == 0 else 0)


if __name__ == "__main__":
    main()
