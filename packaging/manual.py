#!/usr/bin/env python3
"""The manual page and the shell's completion of a program, from what it says of itself.

usage: manual.py PROGRAM SECTION FOLDER     writes FOLDER/NAME.SECTION.gz and FOLDER/NAME.bash

The program is asked for its help, and for that of each of its commands: nothing stands in a second
place.
"""

import gzip
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

# Also inside a group of options, which stands two blanks further to the right.
HEADING = re.compile(r"^ *(Positionals|Options|Subcommands):$")
# The left column begins behind two blanks; what is explained begins at the thirtieth column, or on
# a line of its own where the left one is longer.
ENTRY = re.compile(r"^ {2,4}([^\s\[].*?)(?:\s{2,}(\S.*))?$")
OPTION = re.compile(r"--[a-z][a-z-]*")


@dataclass
class Help:
    about: str = ""
    usage: str = ""
    parts: dict = field(default_factory=lambda: {"Positionals": [], "Options": [], "Subcommands": []})

    def options(self):
        return [name for words, _ in self.parts["Options"] for name in OPTION.findall(words)]

    def commands(self):
        return [words for words, _ in self.parts["Subcommands"]]


def read_help(program, *words):
    text = subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True,
                          timeout=60).stdout
    told = Help()
    part = None
    for line in text.splitlines():
        heading = HEADING.match(line)
        entry = ENTRY.match(line)
        if heading:
            part = told.parts[heading[1]]
        elif line.startswith("Usage: "):
            told.usage = line.removeprefix("Usage: ").replace(str(program), Path(program).name)
        elif part is None:
            told.about = told.about or line.strip()
        elif line.startswith(" " * 20) and part:
            words_before, before = part[-1]
            part[-1] = (words_before, f"{before} {line.strip()}".strip())
        elif entry:
            part.append((entry[1], entry[2] or ""))
    if not told.about or not told.usage:
        raise SystemExit(f"{program} {' '.join(words)} --help is not as this program reads it")
    return told


def roff(text):
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + escaped if escaped.startswith(".") else escaped


def entries(part):
    return [line for words, about in part for line in (".TP", f".B {roff(words)}", roff(about))]


def page_of(name, section, whole, commands):
    lines = [f'.TH {name.upper()} {section} "" "Zhibu" ""', ".SH NAME",
             f"{roff(name)} \\- {roff(whole.about.split(': ', 1)[-1])}", ".SH SYNOPSIS",
             roff(whole.usage), ".SH OPTIONS", *entries(whole.parts["Options"]), ".SH COMMANDS"]
    for command, told in commands.items():
        lines += [f".SS {roff(command)}", roff(told.about), ".PP", f".B {roff(told.usage)}",
                  *entries(told.parts["Positionals"]), *entries(told.parts["Options"])]
    lines += [".SH SEE ALSO", f"/usr/share/doc/{roff(name)}"]
    return "\n".join(lines) + "\n"


def completion_of(name, whole, commands):
    function = "_" + name.replace("-", "_")
    cases = [f"        {command}) words='{' '.join(told.options())}' ;;"
             for command, told in commands.items()]
    return "\n".join([
        f"# Completion of {name}'s commands and options; files where neither is meant.",
        f"{function}() {{",
        "    local word=${COMP_WORDS[COMP_CWORD]} command= words at",
        "    for ((at = 1; at < COMP_CWORD; at++)); do",
        f"        case ${{COMP_WORDS[at]}} in {'|'.join(commands)}) command=${{COMP_WORDS[at]}} ;; esac",
        "    done",
        "    case $command in",
        *cases,
        f"        *) words='{' '.join(whole.commands() + whole.options())}' ;;",
        "    esac",
        "    [[ -n $command && $word != -* ]] && words=",
        "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")",
        "}",
        f"complete -o default -F {function} {name}", ""])


def main():
    program, section, folder = sys.argv[1:]
    name = Path(program).name
    whole = read_help(program)
    commands = {command: read_help(program, command) for command in whole.commands()}
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    page = page_of(name, section, whole, commands).encode()
    # Without a time in it, so that one program gives one file.
    (target / f"{name}.{section}.gz").write_bytes(gzip.compress(page, 9, mtime=0))
    (target / f"{name}.bash").write_text(completion_of(name, whole, commands), encoding="utf-8")


if __name__ == "__main__":
    main()
