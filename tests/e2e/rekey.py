#!/usr/bin/env python3
"""The change of the store's data key in the real programs: while the server works, through kills.

  rekey.py [--bin FOLDER] [--people N]

Exit code 0 when every expectation held.
"""

import json
import shutil
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from faults import add_person, set_up  # noqa: E402
from programs import Failed, birth_date, id_number, perform, run_to_end  # noqa: E402

PAGE = 4096
FRAME = 24 + PAGE


def epochs(folder):
    """The key epochs that the raw pages of database and log name, and how many of each."""
    found = {}
    for name, first, distance in [("space.db", 0, PAGE), ("space.db-wal", 32 + 24, FRAME)]:
        file = folder / name
        bytes_ = file.read_bytes() if file.exists() else b""
        for at in range(first, len(bytes_) - PAGE + 1, distance):
            epoch = struct.unpack_from("<I", bytes_, at + PAGE - 4)[0]
            found[epoch] = found.get(epoch, 0) + 1
    return found


def epoch_of(folder, page):
    with open(folder / "space.db", "rb") as file:
        file.seek(page * PAGE - 4)
        return struct.unpack("<I", file.read(4))[0]


def head_epochs(folder):
    bytes_ = (folder / "space.db.head").read_bytes()
    return {struct.unpack_from("<I", bytes_, slot + 8)[0] for slot in (0, 4096)}


def keys_held(folder):
    return struct.unpack_from("<I", (folder / "space.db.keys").read_bytes(), 8)[0]


def log_of(stage, event):
    lines = (stage.work / "server.log").read_text().splitlines()
    return [json.loads(line)["ids"] for line in lines
            if line.startswith("{") and json.loads(line)["event"] == event]


def rekey(stage, *words, exit_code=0):
    done = run_to_end(stage.server_words("rekey", "--json", *words), exit_code)
    return json.loads(done.stdout)


def serve_copy(stage, folder):
    """Why a server on this folder does not start; it must not."""
    done = subprocess.run(
        [str(stage.bin / "zhibu-server"), "--lang", "en", "--data", str(folder), "run"],
        capture_output=True, text=True, timeout=20)
    if done.returncode == 0:
        raise Failed("a server started on " + str(folder))
    return done.stderr


def kill_server(stage):
    stage.server.kill()
    stage.server.wait()


def wait_until(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Failed(f"not within {seconds} s: {what}")
        time.sleep(0.002)


def fill(officer, rows):
    """So many people at once, so that the store has pages worth a change of its key."""
    # As many as one action takes.
    for first in range(0, rows, 8000):
        import_people(officer, range(first, min(first + 8000, rows)))


def import_people(officer, numbers):
    roster = officer.stage.work / "roster.csv"
    lines = ["姓名,性别,出生日期,身份证号,所在党支部"]
    for number in numbers:
        sex = "男" if number % 2 else "女"
        lines.append(f"测试{chr(0x4E00 + number)},{sex},{birth_date(number)},"
                     f"{id_number(number)},第一党支部")
    roster.write_text("\n".join(lines) + "\n", encoding="utf-8")
    officer.run("import", str(roster), "--set", "stage=50")
    officer.sync()


def how_many(officer):
    return officer.one("list", "person", "--limit", "1")["total"]


class Pushes(threading.Thread):
    """A branch that works on, whatever happens to the server."""

    def __init__(self, officer, first):
        super().__init__()
        self.officer = officer
        self.number = first
        self.longest = 0.0
        self.ends = threading.Event()

    def run(self):
        while not self.ends.is_set():
            add_person(self.officer, self.number)
            self.number += 1
            began = time.monotonic()
            self.officer.one("sync", exit_code=None)
            self.longest = max(self.longest, time.monotonic() - began)

    def end(self):
        self.ends.set()
        self.join()


def killed_twice(stage, officer, rows):
    """The server works on while the key changes, and is killed in the middle of it, twice."""
    place = stage.work / "server"
    before = stage.work / "before"
    shutil.copytree(place, before)
    stage.expect.that(set(epochs(place)) == {1}, "before: every page is of the first key",
                      epochs(place))
    pushes = Pushes(officer, rows)
    pushes.start()
    try:
        began = rekey(stage, "--no-wait")
        stage.expect.that(began == {"state": "begun"}, "a server that runs is asked, and begins",
                          began)
        pages = (before / "space.db").stat().st_size // PAGE
        for kill, page in ((1, pages // 4), (2, pages // 2)):
            wait_until(lambda number=page: epoch_of(place, number) == 2, f"page {page} sealed anew")
            kill_server(stage)
            stage.expect.that(keys_held(place) == 2, f"kill {kill}: the change is under way",
                              (keys_held(place), epochs(place)))
            print(f"    pages by epoch: {epochs(place)}")
            stage.start_server()
        wait_until(lambda: keys_held(place) == 1, "the end of the change")
    finally:
        pushes.end()
    wait_until(lambda: log_of(stage, "rekey_done"), "rekey_done in the log")
    stage.expect.that(len(log_of(stage, "rekey_goes_on")) == 2, "it went on by itself, twice")
    stage.expect.that(set(epochs(place)) == {2} and head_epochs(place) == {2},
                      "after: every page, every frame and both head records are of the new key",
                      (epochs(place), head_epochs(place)))
    stage.expect.that(officer.sync()["equal"], "the device equals the server")
    stage.expect.that(how_many(officer) == pushes.number,
                      f"all {rows} people and the {pushes.number - rows} made meanwhile are there")
    print(f"    longest sync meanwhile: {pushes.longest:.2f} s")
    stage.stop_server()
    mixed = stage.work / "mixed"
    shutil.copytree(place, mixed)
    shutil.copy(before / "space.db.keys", mixed / "space.db.keys")
    stage.expect.that("damaged" in serve_copy(stage, mixed),
                      "the old data key opens nothing of the new store")


def without_server(stage, officer):
    """No server runs: the command does it, the store key too."""
    place = stage.work / "server"
    new_key = stage.work / "new_store_key"
    done = rekey(stage, "--store-key-file", str(new_key))
    stage.expect.that(done == {"state": "done"} and set(epochs(place)) == {3},
                      "without a server the command changes the key itself", epochs(place))
    stage.expect.that("not the store's key" in serve_copy(stage, place),
                      "the old store key opens nothing any more")
    config = stage.work / "server.toml"
    config.write_text(config.read_text() + f'[store]\nkey = "{new_key}"\n')
    stage.start_server()
    stage.expect.that(officer.sync()["equal"], "by the new one the server serves as before")


def by_the_server(stage, officer):
    """The server takes a new store key while it runs."""
    place = stage.work / "server"
    third = stage.work / "third_store_key"
    done = rekey(stage, "--store-key-file", str(third))
    stage.expect.that(done == {"state": "done"} and set(epochs(place)) == {4},
                      "a server that runs takes a new store key", epochs(place))
    unusable = stage.work / "unusable"
    unusable.write_text("no key\n")
    unusable.chmod(0o600)
    refused = rekey(stage, "--store-key-file", str(unusable), exit_code=1)
    stage.expect.that("error" in refused and keys_held(place) == 1,
                      "a store key that is none is refused, and nothing changes", refused)
    stage.stop_server()
    config = stage.work / "server.toml"
    config.write_text(config.read_text().replace("new_store_key", "third_store_key"))
    stage.start_server()
    stage.expect.that(officer.sync()["equal"], "and opens by it after a restart")


def play(stage, people):
    officer = set_up(stage)
    fill(officer, people)
    # Its end moves the log into the database, so that the pages stand there.
    stage.stop_server()
    stage.start_server()
    killed_twice(stage, officer, people)
    without_server(stage, officer)
    by_the_server(stage, officer)


if __name__ == "__main__":
    sys.exit(perform("rekey", __doc__, play, people=20_000))
