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


def back_up_beside_work(stage, client, copied, numbers, *words):
    """A verified backup of a running server's store; the longest wait of a device that pushes."""
    longest = 0.0
    command = subprocess.Popen(stage.server_words("backup", "--json", *words, str(copied)),
                               stdout=subprocess.PIPE, text=True)
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


def folder_bytes(folder):
    return sum(file.stat().st_size for file in folder.iterdir())


def back_up_increments(stage, first, second, numbers):
    """Two, each of what came after the backup before it, while a device pushes."""
    for name, since in (("increment-1", "backup"), ("increment-2", "increment-1")):
        numbers.add(second, "第二党支部")
        second.sync()
        waiting = outbox_bytes(second)
        back_up_beside_work(stage, first, stage.work / name, numbers, "--since",
                            str(stage.work / since))
        second.sync()
        stage.expect.that(0 == outbox_bytes(second) < waiting,
                          f"{name}: what it holds leaves the outbox")
    whole, increment = (folder_bytes(stage.work / name) for name in ("backup", "increment-2"))
    stage.expect.that(increment < whole, f"an increment takes {increment >> 10} KiB, the whole "
                      f"backup of this small store {whole >> 10}")
    refused = work_on_store(stage, "backup", "--since", str(stage.work / "nothing"),
                            str(stage.work / "increment-3"), exit_code=1)
    stage.expect.that("no tree head" in refused, "what goes on from no backup is refused", refused)


def flip_bit(file, at):
    with open(file, "r+b") as stream:
        stream.seek(at)
        byte = stream.read(1)[0]
        stream.seek(at)
        stream.write(bytes([byte ^ 4]))


def expect_refused(stage, words, *names):
    """Such a restoring is refused so, and leaves nothing behind."""
    server = stage.work / "server"
    before = sorted(file.name for file in server.iterdir())
    refused = work_on_store(stage, "restore", *(str(stage.work / name) for name in names),
                            exit_code=1)
    stage.expect.that(words in refused, f"{', '.join(names)}: {words}", refused)
    stage.expect.that(sorted(file.name for file in server.iterdir()) == before,
                      "and nothing half restored stays behind")


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
    expect_refused(stage, "in between is missing", "backup", "increment-2")
    expect_refused(stage, "name the whole backup first", "increment-1", "increment-2")
    damaged = stage.work / "increment-1" / "space.db"
    flip_bit(damaged, 40_000)
    expect_refused(stage, "damaged or cut short", "backup", "increment-1", "increment-2")
    flip_bit(damaged, 40_000)
    # The key is handed over once, however many files it opens.
    config = stage.work / "key-from-stdin.toml"
    config.write_text((stage.work / "server.toml").read_text() + '[store]\nkey = "stdin"\n')
    row = [stage.work / name for name in ("backup", "increment-1", "increment-2")]
    words = [config if word == str(stage.work / "server.toml") else word
             for word in stage.server_words("restore")]
    done = subprocess.run([*words, *row], input=(store.parent / "store_key").read_text(),
                          capture_output=True, text=True, timeout=60, check=False)
    stage.expect.that("new epoch" in done.stdout,
                      "the backup and its increments are put back, as another epoch",
                      done.stdout + done.stderr)
    verified = work_on_store(stage, "verify")
    stage.expect.that("The log is whole" in verified, "and verified from the first leaf", verified)
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
    back_up_increments(stage, first, second, numbers)
    person, late = work_after_backup(stage, officer, first, second, numbers)
    restore(stage)
    bring_back(stage, officer, first, second, numbers, person, late)
    lose_history(stage, officer, first, numbers)


if __name__ == "__main__":
    sys.exit(perform("restore", __doc__, play))
