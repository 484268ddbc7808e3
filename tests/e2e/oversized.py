#!/usr/bin/env python3
"""A roster of several MiB as one group, from one device over the server to others.

  oversized.py [--bin FOLDER] [--rows N] [--cuts 0]

Prints what each step took, in seconds and resident memory; the server's is that since its last
start, so that it tells what judging takes only without cuts. Exit code 0 when every expectation held.
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from programs import Client, Failed, perform  # noqa: E402

BRANCHES = ["第一党支部", "第二党支部"]
ABOVE = "示范党总支"


def peak_memory(pid):
    """In MiB, since its program began; 0 once it has ended."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) // 1024
    except OSError:
        pass
    return 0


def measured(client, *words):
    """Runs one command; its JSON answer, and says what it took."""
    began = time.monotonic()
    peak = 0
    with tempfile.TemporaryFile("w+") as out:
        program = subprocess.Popen(client.words(*words), stdout=out, stderr=subprocess.STDOUT)
        while program.poll() is None:
            peak = max(peak, peak_memory(program.pid))
            time.sleep(0.02)
        out.seek(0)
        said = out.read()
    if program.returncode != 0:
        raise Failed(f"{client.name}: zhibu {' '.join(words)}: {program.returncode}\n{said}")
    print(f"    {client.name} {words[0]}: {time.monotonic() - began:.1f} s, {peak} MiB")
    return json.loads([line for line in said.splitlines() if line.startswith("{")][-1])


def set_up(stage):
    officer = stage.begin()
    officer.run("create", "organisation", f"name={ABOVE}", "code=D109", "type=20",
                "parent=示范大学党委")
    for number, branch in enumerate(BRANCHES):
        officer.run("create", "organisation", f"name={branch}", f"code=D10{number}", "type=30",
                    f"parent={ABOVE}")
    for account, scope, level in (("支部账号", BRANCHES[0], 3), ("总支账号", ABOVE, 2)):
        officer.run("create", "account", f"name={account}", f"organisation={scope}",
                    f"level={level}", "nature=1", "permission=1", "state=1")
    others = []
    for account in ("支部账号", "总支账号"):
        client = Client(stage, f"device-{len(others)}")
        stage.bring_in(officer, client, account)
        stage.expect.that(client.sync()["equal"], f"{account}: equal to the server before")
        others.append(client)
    return officer, *others


def cut(stage, officer, cuts):
    """Synchronisations that are killed somewhere on their way, and then the server's end."""
    for seconds in (0.6, 1.2)[:cuts]:
        program = officer.start("sync")
        time.sleep(seconds)
        program.send_signal(signal.SIGKILL)
        program.wait(timeout=20)
    if cuts:
        stage.stop_server()
        stage.start_server()


def play(stage, rows, cuts):
    officer, branch, second = set_up(stage)
    roster = stage.work / "roster.csv"
    subprocess.run([str(stage.bin / "roster_generator"), "--rows", str(rows), "--seed", "7",
                    "--messy", "0", "--out", str(roster), "--branches", *BRANCHES],
                   check=True, timeout=300)
    before = len(officer.verdicts())
    imported = measured(officer, "import", str(roster), "--set", "stage=50", "--accepted-only")
    stage.expect.that(imported["imported"] > rows * 0.9, "the roster is imported as one group",
                      imported["imported"])
    stage.expect.that(len(officer.verdicts()) == before + 1, "it is one group")
    outbox = (officer.folder / "outbox").stat().st_size
    print(f"    the outbox has {outbox / 2**20:.1f} MiB")
    stage.expect.that(outbox > 2 << 20, "which no message holds", outbox)
    cut(stage, officer, cuts)
    told = measured(officer, "sync", "--compare")
    stage.expect.that(told["equal"], "after cuts it is delivered, and the author equals the server")
    group = max(officer.verdicts().values(), key=lambda each: each["sequence"])
    stage.expect.that(group["stage"] == "accepted", "with one verdict", group)
    for client, whole in ((second, True), (branch, False)):
        told = measured(client, "sync", "--compare")
        stage.expect.that(told["equal"], f"{client.name} has it by the tail, and equals the server")
        people = client.one("list", "person", "--limit", "1")["total"]
        stage.expect.that(people == imported["imported"] if whole
                          else 0 < people < imported["imported"],
                          "with all people" if whole else "with its own people alone", people)
    print(f"    the server's memory at its highest: {peak_memory(stage.server.pid)} MiB")
    stage.stop_server()
    verified = subprocess.run(
        stage.server_words("verify"), capture_output=True, text=True, timeout=300, check=False)
    stage.expect.that(verified.returncode == 0, "the audit passes",
                      verified.stdout + verified.stderr)


if __name__ == "__main__":
    sys.exit(perform("oversized", __doc__, play, rows=12_000, cuts=2))
