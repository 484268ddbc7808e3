#!/usr/bin/env python3
"""What a failing primary and a failing server cost: nothing that was acknowledged, and how long.

  ha.py [--bin FOLDER] [--devices N] [--failovers N]

Two PostgreSQL nodes under Patroni (one etcd, its own default times, a synchronous standby), two
servers, devices that work all the time, all on loopback. Exit code 0 when every expectation held.
"""

import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

from cluster import Server  # noqa: E402
from patroni import PatroniCluster  # noqa: E402
from programs import Client, birth_date, id_number, perform  # noqa: E402

BRANCH = "第一党支部"
# Of all devices together: as many as one list shows.
PEOPLE_MAX = 1000
FAILOVER_SECONDS_WANTED = 30
SERVER_SECONDS_WANTED = 2
# Whoever is slower than this has not recovered.
RECOVERY_SECONDS_MAX = 120


class Worker(threading.Thread):
    """A device that makes a person and synchronises, again and again."""

    def __init__(self, client, first_number, made_max):
        super().__init__(daemon=True)
        self.made_max = made_max
        self.client = client
        self.next_number = first_number
        self.made = []
        self.receipts = {}
        self.acknowledged_at = []
        self.failures = 0
        self.ends = threading.Event()

    def run(self):
        while not self.ends.is_set():
            if len(self.made) < self.made_max:
                self.make_person()
            while not self.synchronises() and not self.ends.is_set():
                self.failures += 1
                time.sleep(0.1)

    def make_person(self):
        number = id_number(self.next_number)
        self.client.run("create", "person", f"name=测试{chr(0x4E00 + self.next_number)}",
                        "stage=50", f"sex={'1' if self.next_number % 2 else '2'}",
                        f"birth_date={birth_date(self.next_number)}", f"id_number={number}",
                        f"organisation={BRANCH}")
        self.next_number += 1
        self.made.append(number)

    def synchronises(self):
        done = subprocess.run(self.client.words("sync"), capture_output=True, text=True,
                              timeout=120, check=False)
        if done.returncode != 0:
            return False
        self.acknowledged_at.append(time.monotonic())
        self.note_receipts()
        return True

    def note_receipts(self):
        """What the device was told, and verified the signature of: the group's log index."""
        for group in self.client.one("groups", "--limit", "1000"):
            if group.get("log_index"):
                self.receipts.setdefault(group["sequence"], group["log_index"])

    def finish(self):
        self.ends.set()
        self.join()
        self.synchronises()

    def pauses(self):
        """Between acknowledgements, as long as nothing fails."""
        return [after - before for before, after in
                zip(self.acknowledged_at, self.acknowledged_at[1:])]

    def first_after(self, moment):
        return next((at for at in self.acknowledged_at if at > moment), None)


def set_up(stage, cluster, devices):
    first, second = (Server(stage, name, cluster.address) for name in ("first", "second"))
    code = first.found()
    second.join(first)
    for server in (first, second):
        server.start()
        stage.servers.append(server)
    addresses = [f"127.0.0.1:{server.port}" for server in stage.servers]
    officer = Client(stage, "officer")
    officer.run("enrol", "--server", *addresses, "--code", code, "--label", "officer")
    officer.sync()
    officer.run("create", "organisation", f"name={BRANCH}", "code=D101", "type=30",
                "parent=示范大学党委")
    workers = []
    for number in range(devices):
        account = f"账号{number}"
        officer.run("create", "account", f"name={account}", f"organisation={BRANCH}", "level=3",
                    "nature=1", "permission=1", "state=1")
        officer.sync()
        code = officer.run("invite", account)[-1]["code"]
        officer.sync()
        client = Client(stage, f"device-{number}")
        # Half of them ask one server first, half the other.
        asked = addresses if number % 2 == 0 else addresses[::-1]
        client.run("enrol", "--server", *asked, "--code", code, "--label", client.name)
        officer.sync()
        for device in officer.one("list", "device", "--where", "state=1")["records"]:
            officer.run("edit", "device", device["id"], "state=2")
        officer.sync()
        client.sync()
        workers.append(Worker(client, 1000 * (number + 1), PEOPLE_MAX // devices))
    return officer, workers


def wait_for_each(workers, moment):
    """The seconds from `moment` to the first acknowledgement of each that began after it."""
    deadline = moment + RECOVERY_SECONDS_MAX
    while time.monotonic() < deadline:
        firsts = [worker.first_after(moment) for worker in workers]
        if all(firsts):
            return [first - moment for first in firsts]
        time.sleep(0.05)
    return None


def lose_primary(stage, cluster, workers):
    primary = cluster.primary()
    killed = time.monotonic()
    primary.kill()
    cluster.wait_until(lambda: cluster.primary() not in (None, primary), "nobody was promoted", 120)
    promoted = time.monotonic() - killed
    # What was on its way when the primary died may still have been answered.
    recovered = wait_for_each(workers, killed + 1)
    stage.expect.that(recovered is not None, f"node {primary.name} lost: every device works again")
    longest = max(recovered) + 1
    print(f"    promoted after {promoted:.1f} s, the first device acknowledged after "
          f"{min(recovered) + 1:.1f} s, all after {longest:.1f} s "
          f"(wanted: {FAILOVER_SECONDS_WANTED})")
    primary.start()
    rejoined = cluster.wait_for_standby()
    print(f"    node {primary.name} is the synchronous standby again after {rejoined:.1f} s")
    return longest


def lose_server(stage, server, workers):
    killed = time.monotonic()
    server.kill()
    # Each once more at least, with whatever was cut.
    recovered = wait_for_each(workers, killed)
    stage.expect.that(recovered is not None, f"server {server.name} lost: every device goes on")
    longest = max(recovered)
    print(f"    all devices were acknowledged again after {longest:.1f} s "
          f"(wanted: {SERVER_SECONDS_WANTED})")
    server.start()
    return longest


def rows_of(cluster):
    """(device, sequence) of each group in the log, with its index."""
    said = cluster.sql("SELECT encode(device, 'hex'), sequence, idx FROM zhibu.zhibu_log "
                       "WHERE is_fork=0", "zhibu")
    rows = {}
    for line in said.splitlines():
        device, sequence, index = line.split("|")
        rows[device, int(sequence)] = int(index)
    return rows


def compare(stage, cluster, officer, workers):
    rows = rows_of(cluster)
    receipts, lost = 0, []
    for worker in workers:
        device = worker.client.one("device", "fingerprint")["device"].replace("-", "")
        for sequence, index in worker.receipts.items():
            receipts += 1
            if rows.get((device, sequence)) != index:
                lost.append((worker.client.name, sequence, index))
    stage.expect.that(receipts > 0 and not lost,
                      f"of {receipts} receipts that devices hold, all stand in the store, "
                      "at their place", lost)
    made = sorted(number for worker in workers for number in worker.made)
    officer.sync()
    kept = sorted(record["fields"]["id_number"]["value"] for record in
                  officer.one("list", "person", "--limit", "1000")["records"])
    stage.expect.that(kept == made, f"{len(made)} people were made; each is there once",
                      set(made) ^ set(kept))
    for worker in workers:
        stage.expect.that(worker.client.sync()["equal"], f"{worker.client.name} equals the server")
    stage.expect.that("whole" in stage.servers[0].ask("verify"), "and the log is whole")


def play(stage, devices, failovers):
    stage.servers = []
    cluster = PatroniCluster(stage)
    try:
        cluster.start()
        print("Two nodes, a synchronous standby; two servers.")
        officer, workers = set_up(stage, cluster, devices)
        for worker in workers:
            worker.start()
        time.sleep(5)
        pauses = [pause for worker in workers for pause in worker.pauses()]
        print(f"{devices} devices, each acknowledged every {statistics.median(pauses):.2f} s "
              "(at the median).")
        servers, primaries = [], []
        for number in range(failovers):
            servers.append(lose_server(stage, stage.servers[number % 2], workers))
            time.sleep(2)
            primaries.append(lose_primary(stage, cluster, workers))
            time.sleep(2)
        for worker in workers:
            worker.finish()
        compare(stage, cluster, officer, workers)
        print(f"Longest recovery: failover {max(primaries):.1f} s, server {max(servers):.1f} s; "
              f"failed attempts meanwhile: {sum(worker.failures for worker in workers)}.")
    finally:
        for server in stage.servers:
            server.stop()
        cluster.stop()


if __name__ == "__main__":
    sys.exit(perform("ha", __doc__, play, devices=4, failovers=2))
