#!/usr/bin/env python3
"""Seeded defects, each of which a named test must catch: the tests themselves, tested.

usage: mutants.py BUILD [--jobs N] [NAME...]     BUILD: a build folder with everything built

Exit 0: every named mutant (default: all) was killed; 77: none was not, but some tests were skipped
here; 1 otherwise. A mutant is a row in one of the .toml tables of this folder:

    [name]
    defect = "what a person would say is wrong"
    file = "shared/vault/page_cipher.cpp"     a source file that CMake compiles
    text = "the code that is right"           stands exactly once in the file
    becomes = "the code that is wrong"
    test = "zhibu_vault_test"                 the target of the test program
    killed_by = "Suite.Name"                  one test, which must fail

Nothing is rebuilt: a copy of the file with the defect is compiled by the file's own command, and the
test program linked once more with it in front of the libraries, so that the library's own object is
not taken. Killed means that the test passes without the defect, and with it fails or is ended by a
ZHIBU_CHECK. Whatever else happens is an error of the row: text that is not there (any more),
a defect that does not compile, a test that is not there, a program that hangs or dies otherwise.
"""

import argparse
import json
import os
import re
import resource
import shlex
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLES = Path(__file__).resolve().parent
SKIPPED = 77
RUN_SECONDS_MAX = 60
# A property's failure is enough: there is no need to make it smaller. Always the same cases, so that
# a row holds or does not.
PROPERTIES = "noshrink=1 max_success=25 seed=4"
# Warnings that a defect brings along are no news; unoptimised it compiles in half the time.
FOR_COMPILING = ["-w", "-O0", "-g0"]
# As the dev script sets them, so that a clone in another folder finds what this one compiled.
CACHE = {"CCACHE_BASEDIR": str(ROOT), "CCACHE_NOHASHDIR": "1"}


class RowError(Exception):
    """The row does not say what it should, so that nothing was shown."""


class SkippedHere(Exception):
    """The test does not run on this machine, as it says itself."""


@dataclass(frozen=True)
class Mutant:
    name: str
    defect: str
    file: str
    text: str
    becomes: str
    test: str
    killed_by: str


def read_table(text):
    """The mutants of one table. Errors: RowError."""
    mutants = []
    wanted = {field.name for field in fields(Mutant)} - {"name"}
    for name, row in tomllib.loads(text).items():
        if not isinstance(row, dict) or set(row) != wanted:
            raise RowError(f"{name}: a row has {', '.join(sorted(wanted))}")
        mutant = Mutant(name=name, **row)
        if any(sign in mutant.killed_by for sign in "*?:") or "." not in mutant.killed_by:
            raise RowError(f"{name}: killed_by is one test, not {mutant.killed_by!r}")
        if mutant.text == mutant.becomes:
            raise RowError(f"{name}: nothing is changed")
        mutants.append(mutant)
    return mutants


def read_tables(folder):
    mutants = {}
    for table in sorted(folder.glob("*.toml")):
        for mutant in read_table(table.read_text(encoding="utf-8")):
            if mutant.name in mutants:
                raise RowError(f"{mutant.name} stands in two tables")
            mutants[mutant.name] = mutant
    return mutants


def with_defect(source, mutant):
    """The source file's text with the defect. Errors: RowError."""
    times = source.count(mutant.text)
    if times != 1:
        raise RowError(f"stale: its text stands {times} times in {mutant.file}, not once")
    return source.replace(mutant.text, mutant.becomes)


def after(words, option):
    """Where the argument of the last such option stands."""
    return len(words) - words[::-1].index(option)


def compile_command(command, source, output):
    """The command that compiles `source` as `command` does its own file; and its object's name."""
    words = shlex.split(command)
    own_object = words[after(words, "-o")]
    words[after(words, "-o")] = output
    words[after(words, "-c")] = source
    return ["ccache", *words, *FOR_COMPILING], own_object


def link_command(command, own_object, new_object, output):
    """The command that links as `command` does, with `new_object` instead of `own_object`."""
    words = shlex.split(command.removeprefix(": && ").removesuffix(" && :"))
    if "&&" in words:
        raise RowError(f"cannot read how the test program is linked: {command}")
    words[after(words, "-o")] = output
    if own_object in words:
        words[words.index(own_object)] = new_object
    else:
        libraries = [at for at, word in enumerate(words) if word.endswith(".a")]
        if not libraries:
            raise RowError("the test program is linked with no library of ours")
        words.insert(libraries[0], new_object)
    return [*words, "-s"]


def judge_sound(name, code, output):
    """Without the defect: one test, which passes. Errors: RowError, SkippedHere."""
    if "[==========] Running 1 test from 1 test suite." not in output:
        raise RowError(f"there is no test {name}")
    if "[  SKIPPED ] 1 test" in output:
        raise SkippedHere(f"{name} does not run here")
    if code != 0:
        raise RowError(f"{name} fails without the defect too:\n{output}")


def judge_defective(name, code, output):
    """How the test caught the defect. Errors: RowError."""
    if code == 0:
        raise RowError(f"SURVIVED: {name} passes with the defect")
    # A test that goes on after its first failure may stumble over what it then lacks.
    if f"[  FAILED  ] {name}" in output or re.search(r": Failure$", output, re.MULTILINE):
        return "failed"
    if "internal check failed: " in output:
        return "ended by a check"
    raise RowError(f"neither failed nor ended by a check, but {code}:\n{output}")


def run(command, folder, environment):
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=RUN_SECONDS_MAX,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
    )


class Workshop:
    """Makes and tries mutants of one build folder. Threads: any."""

    def __init__(self, build):
        self.build = build
        self.folder = build / "mutation"
        self.commands = {
            os.path.relpath(each["file"], ROOT): each["command"]
            for each in json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
        }

    def try_mutant(self, mutant):
        """How it was killed. Errors: RowError, SkippedHere."""
        program = self.make(mutant)
        sound = self.run_test(self.program_of(mutant.test), mutant.killed_by)
        judge_sound(mutant.killed_by, *sound)
        return judge_defective(mutant.killed_by, *self.run_test(program, mutant.killed_by))

    def make(self, mutant):
        if mutant.file not in self.commands:
            raise RowError(f"{mutant.file} is no source file that CMake compiles")
        source = (ROOT / mutant.file).read_text(encoding="utf-8")
        place = self.folder / mutant.name
        place.mkdir(parents=True, exist_ok=True)
        copy = place / Path(mutant.file).name
        copy.write_text(with_defect(source, mutant), encoding="utf-8")
        names = [str(path.relative_to(self.build)) for path in (copy, place / "object.o")]
        command, own_object = compile_command(self.commands[mutant.file], *names)
        self.do("does not compile", command)
        program = place / "program"
        linking = link_command(self.linking(mutant.test), own_object, names[1], str(program))
        self.do("does not link", linking)
        return program

    def linking(self, test):
        """The command that links a test program: the last of all that make it."""
        complaint = f"there is no target {test}"
        commands = self.do(complaint, ["ninja", "-t", "commands", test]).strip().split("\n")
        return commands[-1]

    def program_of(self, test):
        words = shlex.split(self.linking(test))
        return self.build / words[after(words, "-o")]

    def do(self, complaint, command):
        done = run(command, self.build, CACHE)
        if done.returncode != 0:
            raise RowError(f"{complaint}:\n{done.stdout}")
        return done.stdout

    def run_test(self, program, name):
        with tempfile.TemporaryDirectory(prefix="zhibu-mutant-") as folder:
            # A database server of a test's own runs as another user where the tests run as root.
            os.chmod(folder, 0o711)
            try:
                done = run(
                    [str(program), f"--gtest_filter={name}", "--gtest_color=no"],
                    program.parent,
                    {"TMPDIR": folder, "RC_PARAMS": PROPERTIES},
                )
            except subprocess.TimeoutExpired as expired:
                raise RowError(f"{name} has not ended after {RUN_SECONDS_MAX} s") from expired
        return done.returncode, done.stdout


def report(workshop, mutant):
    """Tries it and says what came of it; 0, 1 or SKIPPED."""
    start = time.monotonic()
    try:
        told, code = f"killed ({workshop.try_mutant(mutant)}) by {mutant.killed_by}", 0
    except SkippedHere as skipped:
        told, code = f"skipped: {skipped}", SKIPPED
    except (RowError, subprocess.TimeoutExpired) as error:
        told, code = f"{error}\n    the defect: {mutant.defect}", 1
    print(f"{mutant.name}: {told}, {time.monotonic() - start:.1f} s", flush=True)
    return code


def read_arguments(words):
    parser = argparse.ArgumentParser(description="seeded defects, each caught by a named test")
    parser.add_argument("build", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("names", nargs="*")
    # With names behind the options too, as ./dev writes them.
    return parser.parse_intermixed_args(words)


def main():
    arguments = read_arguments(sys.argv[1:])
    try:
        known = read_tables(TABLES)
    except (RowError, tomllib.TOMLDecodeError) as error:
        sys.exit(f"mutants: {error}")
    strangers = [name for name in arguments.names if name not in known]
    if strangers:
        sys.exit(f"mutants: none of the name {', '.join(strangers)}; there are {', '.join(known)}")
    chosen = [known[name] for name in arguments.names or known]
    workshop = Workshop(arguments.build.resolve())
    with ThreadPoolExecutor(arguments.jobs) as pool:
        codes = list(pool.map(lambda mutant: report(workshop, mutant), chosen))
    killed = codes.count(0)
    print(f"{killed} of {len(chosen)} mutants killed, {codes.count(SKIPPED)} skipped")
    sys.exit(1 if 1 in codes or not chosen else SKIPPED if SKIPPED in codes else 0)


if __name__ == "__main__":
    main()
