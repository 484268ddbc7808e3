#!/usr/bin/env python3
"""Each command of `zhibu-server`: in its manual page and in the shell's completion, with all of its
options, and answering programs in JSON; and how far systemd confines the service.

  commands.py [--bin FOLDER]

Exit code 0 when every expectation held.
"""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from programs import ROOT, perform  # noqa: E402

# What each one cannot do without, so that it comes as far as its work.
NEEDS = {
    "init": ["--space", "s", "--organisation", "o", "--code", "1", "--administrator", "a", "--host",
             "127.0.0.1"],
    "history": ["person/01900000-0000-7000-8000-000000000000"],
    "erase": ["person/01900000-0000-7000-8000-000000000000", "--reason", "r", "--by", "b"],
    "backup": ["folder"],
    "restore": ["folder"],
    "move": ["--to-files"],
    "backed-up": ["1"],
    "renew-certificate": ["--root-key", "key"],
}
# systemd's measure, ten times: what is left is that the service has a network, and the host's files.
EXPOSURE_MAX = 11


def help_of(stage, *words):
    return subprocess.run([stage.bin / "zhibu-server", *words, "--help"], capture_output=True,
                          text=True, check=True, timeout=60).stdout


def commands_of(stage):
    """The program's own list, with the long options of each."""
    listed = help_of(stage).split("Subcommands:\n")[1]
    return {name: set(re.findall(r"^ +(?:-\w,)?(--[a-z-]+)", help_of(stage, name), re.M))
            for name in re.findall(r"^  (\S+)", listed, re.M)}


def completed(script, *words):
    """What the shell offers in the place of the last word."""
    quoted = " ".join(f"'{word}'" for word in words)
    asked = (f"source '{script}'; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
             "_zhibu_server; printf '%s\\n' \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True,
                          timeout=60)
    return set(done.stdout.split())


def manual(stage, commands):
    subprocess.run([sys.executable, "-B", ROOT / "packaging" / "manual.py",
                    stage.bin / "zhibu-server", "8", stage.work], check=True, timeout=120)
    page = gzip.decompress((stage.work / "zhibu-server.8.gz").read_bytes()).decode()
    page = page.replace("\\-", "-")
    for name, options in commands.items():
        part = re.search(rf"^\.SS {re.escape(name)}\n(.*?)(?=^\.S[SH] )", page, re.M | re.S)
        stage.expect.that(part and all(option in part[1] for option in options),
                          f"the manual page has {name} and its {len(options)} options",
                          part and part[1])
    if shutil.which("groff"):
        set_page = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z"], input=page,
                                  capture_output=True, text=True, check=True, timeout=60)
        stage.expect.that(set_page.stderr == "", "and is set without a complaint", set_page.stderr)


def completion(stage, commands):
    script = stage.work / "zhibu-server.bash"
    offered = completed(script, "zhibu-server", "")
    stage.expect.that(set(commands) <= offered, "the shell completes every command",
                      set(commands) - offered)
    stage.expect.that(completed(script, "zhibu-server", "ba") == {"backup", "backed-up"},
                      "those that begin as what was typed")
    for name, options in commands.items():
        stage.expect.that(completed(script, "zhibu-server", "--data", "x", name, "--") == options,
                          f"and the options of {name}")
    stage.expect.that(completed(script, "zhibu-server", "backup", "fo") == set(),
                      "where a file is meant it leaves that to the shell")


def answers_programs(stage, commands):
    for name, options in commands.items():
        stage.expect.that("--json" in options, f"{name} takes --json")
        folder = stage.work / f"empty-{name}"
        done = subprocess.run(
            [stage.bin / "zhibu-server", "--data", folder, name, "--json", *NEEDS.get(name, [])],
            capture_output=True, text=True, cwd=stage.work, timeout=60, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        stage.expect.that(len(lines) == 1 and ("error" in lines[0]) == (done.returncode != 0),
                          f"{name} tells a program its {'end' if done.returncode == 0 else 'failure'}",
                          done.stdout + done.stderr)


def as_the_service(stage):
    """The packages' way to run a command: a systemd-run that takes systemd's place does as it is
    told, with the folders of this stage for those of the machine."""
    root = stage.work / "machine"
    (root / "etc").mkdir(parents=True)
    key = root / "etc" / "store_key"
    key.write_text("0123456789abcdef" * 4 + "\n")
    key.chmod(0o600)
    shutil.copy(ROOT / "packaging" / "server.toml", root / "etc")
    tools = root / "tools"
    tools.mkdir()
    (tools / "systemd-run").write_text(f"""#!{sys.executable}
import os, sys
words = sys.argv[1:]
begin = next(at for at, word in enumerate(words) if not word.startswith("-"))
here = {{"/var/lib/zhibu-server": "{root}/lib", "/etc/zhibu-server": "{root}/etc",
        "/usr/bin": "{stage.bin}"}}
def moved(word):
    for there, place in here.items():
        word = word.replace(there, place)
    return word
given = [moved(word) for word in words]
(name, file), = [word.split("=", 2)[2].split(":") for word in given[:begin] if "LoadCredential" in word]
assert os.path.basename(file) == name
os.execve(given[begin], given[begin:],
          {{**os.environ, "CREDENTIALS_DIRECTORY": os.path.dirname(file)}})
""", encoding="utf-8")
    (tools / "systemd-run").chmod(0o755)
    environment = os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"}

    def run(*words):
        done = subprocess.run([ROOT / "packaging" / "zhibu-serverctl", *words], env=environment,
                              capture_output=True, text=True, timeout=60, check=False)
        return json.loads(done.stdout or "{}") | {"exit": done.returncode, "err": done.stderr}

    founded = run("init", "--json", *NEEDS["init"])
    stage.expect.that(founded["exit"] == 0 and "enrolment_code" in founded,
                      "zhibu-serverctl founds a space with the packages' settings and key", founded)
    made = run("backup", "--json", str(root / "copy"))
    stage.expect.that(made["exit"] == 0 and made["log_index"] > 0, "and backs it up", made)


def confinement(stage):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        print("  - systemd-analyze is not here: ./dev setup service")
        return
    done = subprocess.run(
        [analyze, "security", "--offline=true", "--no-pager", f"--threshold={EXPOSURE_MAX}",
         ROOT / "packaging" / "zhibu-server.service"],
        capture_output=True, text=True, timeout=60, check=False)
    stage.expect.that(done.returncode == 0, done.stdout.strip().splitlines()[-1].lstrip("→ "))


def play(stage):
    commands = commands_of(stage)
    stage.expect.that(len(commands) > 10, f"the program names {len(commands)} commands")
    manual(stage, commands)
    completion(stage, commands)
    answers_programs(stage, commands)
    as_the_service(stage)
    confinement(stage)


if __name__ == "__main__":
    sys.exit(perform("commands", __doc__, play))
