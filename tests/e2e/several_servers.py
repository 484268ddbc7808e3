#!/usr/bin/env python3
"""Two servers over one PostgreSQL cluster: each follows what the other commits.

  several_servers.py [--bin FOLDER]

Exit code 0 when every expectation held.
"""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cluster import ROLE_PASSWORD, Cluster, Server  # noqa: E402
from programs import Client, Failed, id_number, perform  # noqa: E402

BRANCH = "第一党支部"


def add_person(client, number):
    client.run("create", "person", f"name=测试{chr(0x4E00 + number)}", "stage=50",
               f"sex={'1' if number % 2 else '2'}", "birth_date=1970-01-01",
               f"id_number={id_number(number)}", f"organisation={BRANCH}")


def people(client):
    return sorted(record["fields"]["id_number"]["value"] for record in
                  client.one("list", "person", "--limit", "1000")["records"])


class Following:
    """A device that stays connected; each of its reports with the moment at which it came."""

    def __init__(self, client):
        self.program = client.start("sync", "--follow")
        self.reports = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.program.stdout:
            self.reports.append((time.monotonic(), json.loads(line)))

    def wait_for(self, wanted, what, seconds=20):
        """The moment of the first report that is `wanted`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for moment, report in list(self.reports):
                if wanted(report):
                    return moment
            time.sleep(0.01)
        raise Failed(f"{what}: {self.reports}")

    def end(self):
        """The moment at which the program has ended by itself."""
        self.program.wait(timeout=20)
        return time.monotonic()

    def stop(self):
        if self.program.poll() is None:
            self.program.terminate()
            self.program.wait(timeout=20)


def set_up(stage):
    cluster = stage.cluster
    open_hearted = Server(stage, "open", cluster.address + f" password='{ROLE_PASSWORD}'")
    refused = open_hearted.ask("init", "--space", "示范", "--organisation", "示范大学党委", "--code",
                               "D001", "--administrator", "党委管理员", "--host", "127.0.0.1",
                               exit_code=1)
    stage.expect.that("passfile" in refused and not open_hearted.folder.exists(),
                      "a password in the configuration is refused, and nothing is made", refused)
    first, second = (Server(stage, name, cluster.address) for name in ("first", "second"))
    code = first.found()
    stage.expect.that(not (first.folder / "space.db").exists(),
                      "a space is founded in PostgreSQL, and no file of it lies here")
    second.join(first)
    for server in (first, second):
        server.start()
    stage.servers += [first, second]
    return first, second, code


def enrol(client, server, code):
    client.run("enrol", "--server", f"127.0.0.1:{server.port}", "--code", code, "--label",
               client.name)


def bring_in(officer, client, server, account):
    code = officer.run("invite", account)[-1]["code"]
    officer.sync()
    enrol(client, server, code)
    officer.sync()
    for device in officer.one("list", "device", "--where", "state=1")["records"]:
        officer.run("edit", "device", device["id"], "state=2")
    officer.sync()


def bring_everybody_in(stage, first, second, code):
    officer, one, two = (Client(stage, name) for name in ("officer", "one", "two"))
    enrol(officer, first, code)
    officer.sync()
    officer.run("create", "organisation", f"name={BRANCH}", "code=D101", "type=30",
                "parent=示范大学党委")
    for account in ("甲账号", "乙账号"):
        officer.run("create", "account", f"name={account}", f"organisation={BRANCH}", "level=3",
                    "nature=1", "permission=1", "state=1")
    officer.sync()
    bring_in(officer, one, first, "甲账号")
    bring_in(officer, two, second, "乙账号")
    stage.expect.that(one.sync()["equal"] and two.sync()["equal"],
                      "two devices are enrolled and approved, one at each server")
    return officer, one, two


def cross_over(stage, first, second, one, two):
    add_person(one, 1)
    one.sync()
    stage.expect.that(two.sync()["equal"] and people(two) == [id_number(1)],
                      "what one server took, the other's device has at its next contact")
    following = Following(two)
    following.wait_for(lambda report: report.get("phase") == "up to date", "not caught up")
    add_person(one, 2)
    one.sync()
    acknowledged = time.monotonic()
    head = first.health("/health")[1]["log_index"]
    while second.health("/health")[1]["log_index"] < head and time.monotonic() < acknowledged + 20:
        time.sleep(0.005)
    told = time.monotonic() - acknowledged
    stage.expect.that(told < 5, "the other server hears of a commit by itself", told)
    print(f"    {told:.3f} s after the receipt was printed")
    time.sleep(1)
    following.stop()
    stage.expect.that(people(two) == [id_number(1), id_number(2)],
                      "and has told the device that stays connected to it")
    person = one.one("list", "person", "--where", f"id_number={id_number(1)}")["records"][0]["id"]
    two.run("edit", "person", person, "mobile=15400000001")
    two.sync()
    one.sync()
    stage.expect.that(one.field("person", person, "mobile") == "15400000001",
                      "and back: an edit at the second server reaches the first's device")


def outbox_bytes(client):
    return (client.folder / "outbox").stat().st_size


def back_up(stage, first, one, two):
    """PostgreSQL's own backup holds the log up to what was its head before."""
    head = json.loads(first.ask("head", "--json"))["log_index"]
    refused = first.ask("backed-up", str(head + 1), exit_code=1)
    stage.expect.that("does not reach" in refused, "no backup holds what was never written", refused)
    before = [outbox_bytes(client) for client in (one, two)]
    noted = json.loads(first.ask("backed-up", str(head), "--json"))["log_index"]
    for client in (one, two):
        client.sync()
    after = [outbox_bytes(client) for client in (one, two)]
    stage.expect.that(noted == head and min(before) > 0 and max(after) == 0,
                      "what a cluster's backup holds leaves the outboxes, whichever the server",
                      (before, after))


def disable(stage, officer, two):
    following = Following(two)
    following.wait_for(lambda report: report.get("phase") == "up to date", "not caught up")
    officer.run("account", "disable", "乙账号")
    officer.sync()
    disabled = time.monotonic()
    ended = following.end()
    stage.expect.that(ended - disabled < 5,
                      "an account that is disabled at one server is out at the other",
                      ended - disabled)
    print(f"    ended {max(0.0, ended - disabled):.2f} s after the receipt was printed")
    refused = two.one("sync", exit_code=3)
    stage.expect.that("disabled" in refused["message"], "and is told why", refused)
    officer.run("account", "enable", "乙账号")
    officer.sync()
    stage.expect.that(two.sync()["equal"], "enabled again, it goes on")


class Worker(threading.Thread):
    """Makes people and synchronises until it is told to stop; counts how it was answered."""

    def __init__(self, client, numbers):
        super().__init__()
        self.client = client
        self.numbers = numbers
        self.made = []
        self.acknowledged = []
        self.exit_codes = {}
        self.ends = threading.Event()

    def run(self):
        for number in self.numbers:
            if self.ends.is_set():
                return
            add_person(self.client, number)
            self.made.append(id_number(number))
            done = subprocess.run(self.client.words("sync"), capture_output=True, text=True,
                                  timeout=120, check=False)
            self.exit_codes[done.returncode] = self.exit_codes.get(done.returncode, 0) + 1
            if done.returncode == 0:
                self.acknowledged = list(self.made)


def lose_the_cluster(stage, servers, one, two):
    workers = [Worker(one, range(100, 400)), Worker(two, range(400, 700))]
    for worker in workers:
        worker.start()
    for _ in range(3):
        time.sleep(1.5)
        stage.cluster.kill()
        time.sleep(0.5)
        stage.cluster.start()
    time.sleep(1)
    stage.cluster.kill()
    deadline = time.monotonic() + 10
    while servers[0].health("/ready")[0] != 503 and time.monotonic() < deadline:
        time.sleep(0.05)
    status, said = servers[0].health("/ready")
    stage.expect.that(status == 503 and said["status"] == "store_lost",
                      "a server without its cluster says that it is not ready", said)
    for worker in workers:
        worker.ends.set()
        worker.join()
    refused = one.one("sync", exit_code=3)
    print(f"    without a cluster a device is told: {refused.get('message', refused)}")
    stage.cluster.start()
    back = time.monotonic()
    while servers[0].health("/ready")[0] != 200 and time.monotonic() < back + 20:
        time.sleep(0.05)
    print(f"    the first server was ready {time.monotonic() - back:.2f} s after the cluster")
    for client in (one, two, one):
        stage.expect.that(client.sync()["equal"], f"{client.name}: equal to the server again")
    made = [number for worker in workers for number in worker.made]
    kept = people(one)
    acknowledged = {number for worker in workers for number in worker.acknowledged}
    stage.expect.that(acknowledged <= set(kept), "nothing that was acknowledged is lost",
                      acknowledged - set(kept))
    stage.expect.that(sorted(set(made)) == [each for each in kept if each in set(made)],
                      f"all {len(made)} people that were made are there, each once")
    print(f"    exit codes of synchronising meanwhile: {[w.exit_codes for w in workers]}")
    for client in (one, two):
        status = client.one("status")
        stage.expect.that(status["waiting"] == 0 and status["quarantined"] == 0,
                          f"{client.name}: nothing waits", status)


def look_after(stage, servers):
    first, second = servers
    stage.expect.that("whole" in first.ask("verify"),
                      "the log is verified while both servers run")
    refused = first.ask("new-epoch", exit_code=1)
    stage.expect.that("Stop it first" in refused,
                      "an epoch is not begun beneath servers that run", refused)
    for command in (["backup", str(stage.work / "copy")], ["rekey"]):
        refused = first.ask(*command, exit_code=1)
        stage.expect.that("PostgreSQL" in refused, f"{command[0]} is for files, and says so")
    second.kill()
    first.stop()
    said = first.ask("new-epoch")
    stage.expect.that("new epoch" in said, "and once they have ended, it is", said)
    logs = "".join(server.log.read_text() for server in servers)
    stage.expect.that(logs.count("store_lost") > 0 and logs.count("store_found") > 0,
                      "both logs tell of the cluster's going and coming")
    stage.expect.that(ROLE_PASSWORD not in logs, "and of no password")


def play(stage):
    stage.servers = []
    stage.cluster = Cluster(stage.work)
    try:
        first, second, code = set_up(stage)
        officer, one, two = bring_everybody_in(stage, first, second, code)
        cross_over(stage, first, second, one, two)
        back_up(stage, first, one, two)
        disable(stage, officer, two)
        lose_the_cluster(stage, stage.servers, one, two)
        look_after(stage, stage.servers)
    finally:
        for server in stage.servers:
            server.stop()
        stage.cluster.stop()


if __name__ == "__main__":
    sys.exit(perform("several", __doc__, play))
