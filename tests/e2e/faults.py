#!/usr/bin/env python3
"""What the real programs keep when they are killed, or when a disk is full.

  faults.py [--bin FOLDER] [--kills N] [--seed N]

Each of N kills (kill -9) comes at a random moment of a synchronisation; half of them hit the server,
half the client.

Exit code 0 when every expectation held. The full disks need root (a small tmpfs); without it they
are left out, and said so.
"""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from programs import Client, Failed, birth_date, id_number, perform  # noqa: E402


def set_up(stage):
    """A space with one branch, whose officer is the only client."""
    officer = stage.begin()
    officer.run("create", "organisation", "name=第一党支部", "code=D002", "type=30",
                "parent=示范大学党委")
    officer.sync()
    return officer


def add_person(client, number, exit_code=0):
    return client.run("create", "person", f"name=测试{chr(0x4E00 + number)}", "stage=50",
                      f"sex={'1' if number % 2 else '2'}", f"birth_date={birth_date(number)}",
                      f"id_number={id_number(number)}", "organisation=第一党支部",
                      exit_code=exit_code)


def people(client):
    """The id numbers of all, each of which stands on one record."""
    numbers = []
    while True:
        page = client.one("list", "person", "--limit", "1000", "--offset", str(len(numbers)))
        numbers += [record["fields"]["id_number"]["value"] for record in page["records"]]
        if len(numbers) >= page["total"]:
            break
    if len(numbers) != len(set(numbers)):
        raise Failed("somebody is there twice")
    return set(numbers)


def kill_server(stage, officer, kills, chance):
    """The server is killed while the client pushes: each change arrives, and once."""
    number = len(people(officer))
    for _ in range(kills):
        for _ in range(3):
            add_person(officer, number)
            number += 1
        session = officer.start("sync")
        time.sleep(chance.uniform(0, 0.06))
        stage.server.kill()
        stage.server.wait()
        session.wait(timeout=60)
        stage.start_server()
    stage.expect.that(officer.sync()["equal"], f"after {kills} kills of the server: equal to it")
    stage.expect.that(people(officer) == {id_number(each) for each in range(number)},
                      f"all {number} people are there, each once")
    status = officer.one("status")
    stage.expect.that(status["waiting"] == 0 and status["quarantined"] == 0,
                      "nothing waits, nothing was judged twice", status)


def kill_client(stage, officer, kills, chance):
    """The client is killed while it synchronises: its replica opens, and converges."""
    number = len(people(officer))
    for _ in range(kills):
        for _ in range(3):
            add_person(officer, number)
            number += 1
        session = officer.start("sync", "--compare")
        time.sleep(chance.uniform(0, 0.12))
        session.kill()
        session.wait()
    stage.expect.that(officer.sync()["equal"], f"after {kills} kills of the client: equal")
    stage.expect.that(len(people(officer)) == number, f"all {number} people are there")


class SmallDisk:
    """A tmpfs of so many KiB at `folder`."""

    def __init__(self, folder, kib):
        self.folder = folder
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)],
                       check=True)
        self.ballast = folder / "ballast"

    def fill(self):
        ballast = os.open(self.ballast, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            while True:
                os.write(ballast, b"\0" * 4096)
        except OSError:
            pass
        finally:
            os.close(ballast)

    def make_room(self):
        self.ballast.unlink()

    def remove(self):
        subprocess.run(["umount", "-l", str(self.folder)], check=True)


def full_client_disk(stage, officer, disk):
    moved = Client(stage, "officer")
    moved.folder = disk.folder / "officer"
    shutil.copytree(officer.folder, moved.folder)
    before = people(moved)
    number = len(before)
    disk.fill()
    refused = add_person(moved, number, exit_code=1)[-1]
    stage.expect.that("disk is full" in refused["error"], "client: a full disk is named", refused)
    disk.make_room()
    stage.expect.that(people(moved) == before, "client: what was saved before is there")
    add_person(moved, number)
    stage.expect.that(moved.sync()["equal"], "client: with room it goes on as before")
    return moved


def full_server_disk(stage, officer, disk):
    stage.stop_server()
    place = stage.work / "server"
    shutil.copytree(place, disk.folder / "server")
    shutil.rmtree(place)
    place.symlink_to(disk.folder / "server")
    stage.start_server()
    number = len(people(officer))
    add_person(officer, number)
    disk.fill()
    refused = officer.one("sync", exit_code=None)
    stage.expect.that("cannot store" in refused["message"], "server: a full disk is named", refused)
    stage.expect.that(officer.one("status")["waiting"] == 1,
                      "server: what it did not take still waits on the device")
    disk.make_room()
    stage.expect.that(officer.sync()["equal"] and officer.one("status")["waiting"] == 0,
                      "server: with room it takes it, once, without a restart")


def on_small_disk(stage, name, officer, test):
    disk = SmallDisk(stage.work / name, 24 * 1024)
    try:
        return test(stage, officer, disk)
    finally:
        stage.stop_server()
        disk.remove()


def play(stage, kills, seed):
    chance = random.Random(seed)
    print(f"seed {seed}")
    officer = set_up(stage)
    kill_server(stage, officer, kills - kills // 2, chance)
    kill_client(stage, officer, kills // 2, chance)
    if os.geteuid() != 0:
        print("  - full disks need root; left out")
        return
    probe = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs",
                            str(stage.work / "server")], capture_output=True, check=False)
    if probe.returncode != 0:
        print("  - no tmpfs can be mounted here; full disks left out")
        return
    subprocess.run(["umount", "-l", str(stage.work / "server")], check=True)
    disk = SmallDisk(stage.work / "client-disk", 24 * 1024)
    try:
        moved = full_client_disk(stage, officer, disk)
        on_small_disk(stage, "server-disk", moved, full_server_disk)
    finally:
        disk.remove()


if __name__ == "__main__":
    sys.exit(perform("faults", __doc__, play, kills=20, seed=1))
