#!/usr/bin/env python3
"""Instruction counts of the hot paths against the stored figures.

usage: guard.py BUILD [--store] [--rounds N] [PATH...]     BUILD: a build folder of the dev preset

A figure is what callgrind counts in one walk of the path (hot_paths.hpp): no clock, so that a busy
machine changes nothing, and no feature of the processor beyond those that every x86-64 server of
the last ten years has. Exit 0: no path takes more than 5 % above its figure; 77: the figures
were made with another compiler or for another machine; 1 otherwise.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FIGURES = Path(__file__).resolve().parent / "figures.json"
SLACK = 0.05
SKIPPED = 77
RUN_SECONDS_MAX = 300

# glibc and OpenSSL choose their code by the processor; both are told to take what SSE, AES-NI and
# PCLMULQDQ can do (FXSR, SSE, SSE2 | PCLMULQDQ, SSSE3, SSE4.1, AES-NI), and nothing newer.
ENVIRONMENT = {
    "PATH": os.defpath,
    "LC_ALL": "C",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-BMI2,-ERMS,-FSRM,-SSE4_2,-LZCNT",
    "OPENSSL_ia32cap": "0x0208020207000000:0x0",
}


class GuardError(Exception):
    """Nothing was measured."""


def made_with(build):
    """The compiler and the machine that figures hold for, as they stand in the figures' file."""
    cache = (build / "CMakeCache.txt").read_text(encoding="utf-8")
    compiler = re.search(r"^CMAKE_CXX_COMPILER:[A-Z]+=(.*)$", cache, re.M)
    if not compiler:
        raise GuardError(f"{build} is no build folder")
    version = subprocess.run(
        [compiler[1], "-dumpfullversion"], check=True, capture_output=True, text=True
    ).stdout.strip()
    return f"{Path(compiler[1]).name} {version}, {platform.machine()}"


def read_count(text):
    """The count of a callgrind file. Errors: GuardError."""
    found = re.search(r"^(?:totals|summary): (\d+)$", text, re.M)
    if not found or int(found[1]) == 0:
        raise GuardError("callgrind has counted nothing: has zhibu_hot_path() another name?")
    return int(found[1])


def measure(program, path):
    """Instructions of one walk. Errors: GuardError."""
    if shutil.which("valgrind") is None:
        raise GuardError("valgrind is not installed: ./dev setup guard")
    with tempfile.TemporaryDirectory(prefix="guard-") as folder:
        counts = Path(folder) / "counts"
        ended = subprocess.run(
            ["valgrind", "--tool=callgrind", "--collect-atstart=no"]
            + ["--toggle-collect=zhibu_hot_path", f"--callgrind-out-file={counts}"]
            + [str(program), path],
            env=ENVIRONMENT | {"TMPDIR": folder},
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS_MAX,
            check=False,
        )
        if ended.returncode != 0:
            raise GuardError(f"{path}: {program} failed\n{ended.stderr}")
        return read_count(counts.read_text(encoding="utf-8"))


def verdict(path, count, figure):
    """What is to be said of a path, and whether it is well."""
    if figure is None:
        return f"{path}: {count:,} instructions, and no figure: ./dev guard --store", False
    change = count / figure - 1
    told = f"{path}: {count:,} instructions, {change:+.1%} against {figure:,}"
    if change > SLACK:
        return (
            f"{told}: more than the {SLACK:.0%} that are let through. Find what was added with\n"
            f"  valgrind --tool=callgrind --toggle-collect=zhibu_hot_path build/dev/bin/"
            f"zhibu_hot_path {path}\nand take it out; or, if it is worth its price, say in the "
            f"commit why, with figures made anew by\n  ./dev guard --store {path}",
            False,
        )
    if change < -SLACK:
        return f"{told}: keep the gain with ./dev guard --store {path}", True
    return told, True


def names_of(program):
    return subprocess.run(
        [str(program)], check=True, capture_output=True, text=True
    ).stdout.split()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--store", action="store_true")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("paths", nargs="*")
    wish = parser.parse_args()
    stored = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    figures = stored.get("instructions", {})
    here = made_with(wish.build)
    if stored.get("made_with") != here:
        if not wish.store:
            print(f"guard: the figures are of {stored.get('made_with')}, this is {here}")
            return SKIPPED
        figures = {}
    program = wish.build / "bin/zhibu_hot_path"
    is_well = True
    for path in wish.paths or names_of(program):
        counts = [measure(program, path) for _ in range(wish.rounds)]
        if wish.rounds > 1:
            spread = max(counts) / min(counts) - 1
            print(f"{path}: {min(counts):,} to {max(counts):,}, a spread of {spread:.3%}")
        if wish.store:
            figures[path] = sorted(counts)[len(counts) // 2]
            print(f"{path}: {figures[path]:,} instructions are the figure now")
            continue
        told, path_is_well = verdict(path, max(counts), figures.get(path))
        is_well = is_well and path_is_well
        print(f"guard: {told}", flush=True)
    if wish.store:
        FIGURES.write_text(
            json.dumps({"made_with": here, "instructions": figures}, indent=2) + "\n",
            encoding="utf-8",
        )
    return 0 if is_well else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except GuardError as error:
        sys.exit(f"guard: {error}")
