#!/usr/bin/env python3
"""What the real programs bring back when the server goes on from an older backup.

  restore.py [--bin FOLDER]

Exit code 0 when every expectation held.
"""

import json
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from programs import Client, id_number, perform, run_to_end  # noqa: E402

BRANCHES = {"甲": "第一党支部", "乙": "第二党支部"}


class Numbers:
    """Each person is another one, and known here."""

    def __init__(self):
        self.made = set()

    def add(self, client, branch):
        number = len(self.made) + 1
        client.run("create", "person", f"name=测试{chr(0x4E00 + number)}", "stage=50",
                   f"sex={'1' if number % 2 else '2'}", "birth_date=1970-01-01",
                   f"id_number={id_number(number)}", f"organisation={branch}")
        self.made.add(id_number(number))
        return id_number(number)


def people(client):
    return [record["fields"]["id_number"]["value"]
            for record in client.one("list", "person", "--limit", "1000")["records"]]


def log_index(stage):
    """Waits while the server is still starting."""
    deadline = time.monotonic() + 20
    while True:
        try:
            address = f"http://127.0.0.1:{stage.health_port}/health"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return json.load(answer)["log_index"]
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def enrol_branch(stage, officer, name, branch):
    account = f"{name}账号"
    officer.run("create", "account", f"name={account}", f"organisation={branch}", "level=3",
                "nature=1", "permission=1", "state=1")
    client = Client(stage, f"branch-{len(stage.branches)}")
    stage.bring_in(officer, client, account)
    stage.expect.that(client.sync()["equal"], f"{branch}: enrolled, and equal to the server")
    stage.branches.append(client)
    return client


def set_up(stage):
    officer = stage.begin()
    for number, branch in enumerate(BRANCHES.values()):
        officer.run("create", "organisation", f"name={branch}", f"code=D10{number}", "type=30",
                    "parent=示范大学党委")
    officer.sync()
    return officer, *(enrol_branch(stage, officer, *each) for each in BRANCHES.items())


def work_on_store(stage, *words, exit_code=0):
    done = run_to_end(stage.server_words(*words), exit_code, 60)
    return done.stdout + done.stderr


def outbox_bytes(client):
    return (client.folder / "outbox").stat().st_size


def back_up_beside_work(stage, client, copied, numbers):
    """A verified copy of a running server's store; the longest wait of a device that pushes."""
    longest = 0.0
    command = subprocess.Popen(
        stage.server_words("backup", "--json", str(copied)), stdout=subprocess.PIPE, text=True)
    while command.poll() is None:
        numbers.add(client, "第一党支部")
        began = time.monotonic()
        client.sync()
        longest = max(longest, time.monotonic() - began)
    said = json.loads(command.stdout.read())
    stage.expect.that(command.returncode == 0 and 0 < said["log_index"] <= log_index(stage),
                      "a running server's store is backed up, and the backup verified", said)
    return longest


def back_up(stage, officer, first, second, numbers):
    for client, branch in ((first, "第一党支部"), (second, "第二党支部")):
        for _ in range(3):
            numbers.add(client, branch)
        client.sync()
    officer.sync()
    copied = stage.work / "backup"
    copied.mkdir()
    (copied / "something").write_text("else")
    refused = work_on_store(stage, "backup", str(copied), exit_code=1)
    stage.expect.that("something" not in refused and str(copied) in refused,
                      "a folder with content is not backed up into", refused)
    (copied / "something").unlink()
    waited = back_up_beside_work(stage, first, copied, numbers)
    stage.expect.that(waited < 5, "a device that pushed meanwhile waited "
                      f"{waited:.2f} s for its longest synchronisation")
    log = (stage.work / "server.log").read_text()
    stage.expect.that('"event":"backup_done"' in log, "the server's log says so")
    stage.stop_server()
    said = work_on_store(stage, "backup", str(stage.work / "backup-stopped"))
    stage.expect.that("verified" in said, "so is the store of a stopped server")
    shutil.rmtree(stage.work / "backup")
    (stage.work / "backup-stopped").rename(stage.work / "backup")
    stage.start_server()
    before = [outbox_bytes(client) for client in (first, second)]
    waiting = numbers.add(second, "第二党支部")
    for client in (first, second):
        client.sync()
    after = [outbox_bytes(client) for client in (first, second)]
    stage.expect.that(before[0] > 0 and after[0] == 0, "what the backup holds leaves the outbox",
                      (before, after))
    stage.expect.that(0 < after[1] < before[1], f"what it does not hold ({waiting[-4:]}) stays in it",
                      (before, after))


def work_after_backup(stage, officer, first, second, numbers):
    """Acknowledged, and then lost with the server."""
    for _ in range(3):
        numbers.add(first, "第一党支部")
        numbers.add(second, "第二党支部")
        numbers.add(officer, "第一党支部")
        for client in (second, officer, first):
            client.sync()
    person = first.one("list", "person", "--limit", "1", "--order", "id_number")["records"][0]["id"]
    for mobile in ("15400000001", "15400000002"):
        first.run("edit", "person", person, f"mobile={mobile}")
        first.sync()
    officer.sync()
    officer.run("edit", "person", person, "mobile=15400000003")
    officer.sync()
    # This device loses its replica: its groups stand in the outbox alone.
    for file in second.folder.glob("replica.db*"):
        file.unlink()
    stage.expect.that(second.sync()["equal"], "a lost replica comes back from the server")
    numbers.add(second, "第二党支部")
    code = officer.run("invite", "乙账号")[-1]["code"]
    officer.sync()
    late = Client(stage, "late")
    stage.enrol(late, code)
    return person, late


def restore(stage):
    store = stage.work / "server" / "space.db"
    stage.server.kill()
    stage.server.wait()
    refused = work_on_store(stage, "restore", str(stage.work / "backup"), exit_code=1)
    stage.expect.that("nothing was changed" in refused, "a store that is there is not overwritten")
    for file in store.parent.glob("space.db*"):
        file.unlink()
    said = work_on_store(stage, "restore", str(stage.work / "backup"))
    stage.expect.that("new epoch" in said, "the backup is put back, as another epoch")
    stage.start_server()


def bring_back(stage, officer, first, second, numbers, person, late):
    before = log_index(stage)
    refused = late.one("sync", exit_code=3)
    stage.expect.that("restored from a backup" in refused["message"],
                      "a device that was enrolled after the backup is told so", refused["message"])
    for client in (first, second, officer, first, second):
        stage.expect.that(client.sync()["equal"], f"{client.name}: equal to the restored server")
    officer.sync()
    found = people(officer)
    stage.expect.that(sorted(found) == sorted(numbers.made),
                      f"all {len(numbers.made)} people that were acknowledged are there, each once",
                      sorted(numbers.made ^ set(found)))
    for client in (officer, first, second):
        status = client.one("status")
        stage.expect.that(status["waiting"] == 0 and status["quarantined"] == 0,
                          f"{client.name}: nothing waits, nothing is in quarantine", status)
    stage.expect.that(first.field("person", person, "mobile") == "15400000003",
                      "of three edits one after the other the last one stands")
    after = log_index(stage)
    stage.expect.that(after > before, f"the log went on from {before} to {after}")
    for client in (first, second, officer):
        client.sync()
    stage.expect.that(log_index(stage) == after, "and at the next contact nothing comes again")


def lose_history(stage, officer, first, numbers):
    """Somebody copies an older store back and tells nobody."""
    folder = stage.work / "server"
    stage.stop_server()
    shutil.copytree(folder, stage.work / "older")
    stage.start_server()
    numbers.add(first, "第一党支部")
    first.sync()
    stage.stop_server()
    shutil.rmtree(folder)
    (stage.work / "older").rename(folder)
    stage.start_server()
    refused = first.one("sync", exit_code=3)
    stage.expect.that("new-epoch" in refused["message"],
                      "a server that lost history without saying so gets nothing", refused["message"])
    stage.expect.that('"event":"incident"' in (stage.work / "server.log").read_text(),
                      "and has the incident in its log")
    stage.stop_server()
    work_on_store(stage, "new-epoch")
    stage.start_server()
    stage.expect.that(first.sync()["equal"], "once it says so, the device brings back what is lost")
    officer.sync()
    stage.expect.that(sorted(people(officer)) == sorted(numbers.made), "all of it, once")


def play(stage):
    numbers = Numbers()
    stage.branches = []
    officer, first, second = set_up(stage)
    back_up(stage, officer, first, second, numbers)
    person, late = work_after_backup(stage, officer, first, second, numbers)
    restore(stage)
    bring_back(stage, officer, first, second, numbers, person, late)
    lose_history(stage, officer, first, numbers)


if __name__ == "__main__":
    sys.exit(perform("restore", __doc__, play))
