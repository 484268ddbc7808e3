#!/usr/bin/env python3
"""What the real programs leave behind in the open: nothing of a person, a password or a key.

  leaks.py [--bin FOLDER]

Names, id numbers and the password are searched for, in several encodings, in everything that the
programs have written, in what the system shows of them, and in the memory of a locked workbench.
Exit code 0 when nothing was found.
"""

import csv
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from programs import PASSWORD, Workbench, id_number, perform  # noqa: E402

PEOPLE = 400
# Nobody's name, and rare enough to be nobody else's word.
NAMES = [f"翾鐩{chr(0x4E00 + number)}" for number in range(PEOPLE)]
ADDRESS = "邃霩镇鳦蹊路"
REMARK = "planted-remark-kq7zv"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


def needles(words):
    """Bytes to look for -> what they are."""
    found = {}
    for what, text in words.items():
        for encoding in ENCODINGS:
            found.setdefault(text.encode(encoding), f"{what} in {encoding}")
    return found


def secrets():
    raw = PASSWORD.encode()
    return needles({"the password": PASSWORD}) | {
        raw.hex().encode(): "the password in hexadecimal digits"}


def personal():
    words = {"a name": "翾鐩", "an address": ADDRESS, "a remark": REMARK,
             "an id number": id_number(7)[:17], "a field's name": "organisation=第一党支部"}
    return needles(words)


def search(content, wanted):
    return sorted({what for needle, what in wanted.items() if needle in content})


def search_files(folders, wanted, left_out):
    """Every file below the folders; where something stands."""
    looked, hits = 0, []
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if not file.is_file() or file in left_out:
                continue
            looked += 1
            hits += [f"{what}: {file}" for what in search(file.read_bytes(), wanted)]
    return looked, hits


def search_memory(process, wanted):
    """All that the process could read of itself; needs root."""
    hits, looked = [], 0
    with open(f"/proc/{process}/maps", encoding="ascii") as maps, \
            open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights, *_rest = line.split()
            if not rights.startswith("rw"):
                continue
            begin, end = (int(each, 16) for each in span.split("-"))
            try:
                memory.seek(begin)
                content = memory.read(end - begin)
            except OSError:
                continue
            looked += len(content)
            place = line.split()[-1]
            hits += [f"{what}: {place}" for what in search(content, wanted)]
    return looked, sorted(set(hits))


def write_roster(file):
    with open(file, "w", encoding="gb18030", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["姓名", "性别", "出生日期", "身份证号", "家庭住址", "所在党支部"])
        for number, name in enumerate(NAMES):
            rows.writerow([name, "男" if number % 2 else "女", "1970-01-01",
                           id_number(number), ADDRESS + str(number), "第一党支部"])


def set_up(stage):
    officer = stage.begin()
    officer.run("create", "organisation", "name=第一党支部", "code=D002", "type=30",
                "parent=示范大学党委")
    roster = stage.work / "roster.csv"
    write_roster(roster)
    imported = officer.one("import", str(roster), "--set", "stage=50")["imported"]
    stage.expect.that(imported == PEOPLE, f"{imported} planted people are imported")
    stage.expect.that(officer.sync()["equal"], "and are on the server")
    return officer, roster


def use(stage, officer):
    """What a day's work writes: sorts, searches, edits, a kill in the middle of them."""
    page = officer.one("list", "person", "--limit", "1000", "--order", "name")
    stage.expect.that(page["total"] == PEOPLE and page["records"][0]["fields"]["name"]["value"]
                      in NAMES, "a sorted list shows them (so they are what is searched for)")
    officer.run("list", "person", "--limit", "1000", "--order", "-address", "--search", "翾")
    first = page["records"][0]["id"]
    officer.run("edit", "person", first, f"remark={REMARK}")
    for number in range(5):
        editing = officer.start("edit", "person", first, f"remark={REMARK}{number}")
        time.sleep(0.05 * number)
        editing.kill()
        editing.wait()
    session = officer.start("sync")
    time.sleep(0.05)
    stage.server.kill()
    stage.server.wait()
    session.wait(timeout=60)
    stage.start_server()
    stage.expect.that(officer.sync()["equal"], "after kills of both, equal to the server")


def show(process):
    """What other users of the machine may see of a process."""
    return b"".join(Path(f"/proc/{process}/{file}").read_bytes()
                    for file in ("cmdline", "environ", "comm", "status"))


def export_and_kill(stage, officer):
    """A list that was exported and not yet fetched goes with the program, whatever ends it."""
    workbench = Workbench(officer)
    try:
        code = workbench.address.split("#code=")[1]
        token = workbench.ask("/api/session", method="POST", body={"code": code})[1]["token"]
        begun = workbench.ask("/api/exports", token, "POST", {"kind": "person"})[1]["export"]
        state = {}
        while state.get("state", "running") == "running":
            time.sleep(0.05)
            state = workbench.ask(f"/api/exports/{begun}", token)[1]
        stage.expect.that(state["state"] == "done" and state["done"] == PEOPLE,
                          "a list of them is exported", state)
        workbench.program.kill()
        workbench.program.wait()
    finally:
        workbench.stop()


def lock_and_look(stage, officer):
    workbench = Workbench(officer)
    process = workbench.program.pid
    try:
        code = workbench.address.split("#code=")[1]
        token = workbench.ask("/api/session", method="POST", body={"code": code})[1]["token"]
        workbench.ask("/api/lock", token, "POST", {})
        stage.expect.that(workbench.unlock(token, PASSWORD) == 200, "the workbench is opened")
        for path in ("person?limit=500&order=name", "person?limit=100&search=%E7%BF%BE"):
            stage.expect.that(workbench.ask(f"/api/records/{path}", token)[1]["total"] == PEOPLE,
                              "a page of it shows the people")
        stage.expect.that(search(show(process), personal() | secrets()) == [],
                          "its arguments and environment say nothing of them")
        if os.geteuid() != 0:
            print("  - another process's memory needs root; left out")
            return
        _, seen = search_memory(process, personal())
        stage.expect.that(seen != [], "open, its memory holds people (so the search finds them)")
        workbench.ask("/api/lock", token, "POST", {})
        time.sleep(1)
        looked, hits = search_memory(process, secrets() | personal())
        stage.expect.that(hits == [], f"locked, {looked >> 20} MiB of its memory hold nothing of "
                          "them, nor the password", "\n      ".join(hits))
    finally:
        workbench.stop()


def no_core(stage, officer):
    """A crash leaves no core, whatever the user's limit says."""
    folder = stage.work / "crash"
    folder.mkdir()

    def allow_cores():
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    crashing = subprocess.Popen(officer.words("serve"), stdout=subprocess.PIPE, cwd=folder,
                                stderr=subprocess.DEVNULL, text=True, preexec_fn=allow_cores)
    crashing.stdout.readline()
    limits = Path(f"/proc/{crashing.pid}/limits").read_text()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    crashing.send_signal(signal.SIGSEGV)
    crashing.wait(timeout=20)
    stage.expect.that(core.split()[4:6] == ["0", "0"] and list(folder.iterdir()) == [],
                      "a crash leaves no core", core)


def play(stage, temporary):
    officer, roster = set_up(stage)
    use(stage, officer)
    export_and_kill(stage, officer)
    lock_and_look(stage, officer)
    no_core(stage, officer)
    stage.expect.that(search(show(stage.server.pid), personal() | secrets()) == [],
                      "the server's arguments and environment say nothing of them")
    looked, hits = search_files([stage.work, temporary], personal() | secrets(),
                                {roster, stage.password})
    stage.expect.that(looked > 20 and hits == [], f"{looked} files of client, server and log hold "
                      "nothing in the open", "\n      ".join(hits))
    planted = stage.work / "planted"
    planted.write_text(NAMES[3], encoding="gb18030")
    stage.expect.that(search_files([stage.work], personal(), {roster})[1] != [],
                      "and what is planted in the open is found")


def play_alone(stage):
    """With a folder of temporary files in which nobody else leaves any."""
    temporary = Path(tempfile.mkdtemp(prefix="zhibu-leaks-tmp-"))
    os.environ["TMPDIR"] = os.environ["SQLITE_TMPDIR"] = str(temporary)
    try:
        play(stage, temporary)
    finally:
        stage.stop_server()
        shutil.rmtree(temporary, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(perform("leaks", __doc__, play_alone))
