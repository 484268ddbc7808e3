#!/usr/bin/env python3
"""A space's store moved from files into PostgreSQL and back, with its devices none the wiser.

  moving.py [--bin FOLDER]

Exit code 0 when every expectation held.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cluster import ROLE_PASSWORD, Cluster  # noqa: E402
from programs import Client, id_number, perform, run_to_end  # noqa: E402

BRANCH = "第一党支部"


def ask(stage, *words, exit_code=0):
    done = run_to_end(stage.server_words(*words), exit_code)
    return done.stdout + done.stderr


def head(stage):
    """What the tree is; when it was signed is no part of it."""
    told = json.loads(ask(stage, "head", "--json"))
    return {name: told[name] for name in ("origin", "epoch", "log_index", "size", "root")}


def use(stage, cluster):
    config = stage.work / "server.toml"
    text = config.read_text().split("[store]")[0]
    config.write_text(text + (f'[store]\ncluster = "{cluster}"\n' if cluster else ""))


def add_person(branch, number):
    branch.run("create", "person", f"name=测试{chr(0x4E00 + number)}", "stage=50",
               f"sex={'1' if number % 2 else '2'}", "birth_date=1970-01-01",
               f"id_number={id_number(number)}", f"organisation={BRANCH}")


def work(officer, branch, numbers):
    """Ends with work in quarantine, so that more than records is to be moved."""
    for number in numbers:
        add_person(branch, number)
        branch.sync()
    officer.sync()
    officer.run("account", "disable", "甲账号")
    add_person(branch, numbers[0] + 500)
    officer.sync()
    branch.run("sync", exit_code=3)
    officer.run("account", "enable", "甲账号")
    officer.sync()
    branch.sync()


def set_up(stage):
    officer = stage.begin()
    officer.run("create", "organisation", f"name={BRANCH}", "code=D101", "type=30",
                "parent=示范大学党委")
    officer.run("create", "account", "name=甲账号", f"organisation={BRANCH}", "level=3", "nature=1",
                "permission=1", "state=1")
    officer.sync()
    branch = Client(stage, "branch")
    stage.bring_in(officer, branch, "甲账号")
    branch.sync()
    work(officer, branch, range(1, 8))
    return officer, branch


def to_cluster(stage, cluster):
    refused = ask(stage, "move", "--to-cluster", cluster.address, exit_code=1)
    stage.expect.that("using this store" in refused, "a running server's store is not moved", refused)
    stage.stop_server()
    before = head(stage)
    refused = ask(stage, "move", "--to-cluster", cluster.address + f" password='{ROLE_PASSWORD}'",
                  exit_code=1)
    stage.expect.that("passfile" in refused, "nor with a password in the words", refused)
    refused = ask(stage, "move", "--to-files", exit_code=1)
    stage.expect.that("lies there already" in refused, "nor to where it is", refused)
    cluster.kill()
    refused = ask(stage, "move", "--to-cluster", cluster.address, exit_code=1)
    cluster.start()
    stage.expect.that("cannot be used" in refused and head(stage) == before,
                      "without a cluster nothing happens")
    moved = ask(stage, "move", "--to-cluster", cluster.address)
    stage.expect.that("compared whole" in moved, "the store is moved, and compared", moved)
    refused = ask(stage, "verify", exit_code=1)
    stage.expect.that("nothing was changed" in refused and "space.db" in refused,
                      "no server goes on with the files by mistake", refused)
    use(stage, cluster.address)
    stage.expect.that("whole" in ask(stage, "verify"), "the log in the cluster is whole")
    stage.expect.that(head(stage) == before, "and its tree is the one that it was in files")


def go_on_half_way(stage, cluster):
    """As if the first move had been cut before the files were put away."""
    folder = stage.work / "server"
    use(stage, "")
    for file in (folder / "moved").iterdir():
        file.rename(folder / file.name)
    again = ask(stage, "move", "--to-cluster", cluster.address)
    stage.expect.that("compared whole" in again, "a move that was cut short is done again", again)
    use(stage, cluster.address)


def back_to_files(stage, cluster):
    refused = ask(stage, "move", "--to-files", exit_code=1)
    stage.expect.that("Stop it first" in refused, "a running server's cluster is not moved", refused)
    stage.stop_server()
    before = head(stage)
    # What an attempt has left that was cut short in its midst.
    half = stage.work / "server" / "moving"
    half.mkdir(mode=0o700)
    (half / "space.db").write_bytes(b"half")
    moved = ask(stage, "move", "--to-files")
    stage.expect.that("compared whole" in moved, "the store is moved back, over a half-finished copy")
    refused = ask(stage, "verify", exit_code=1)
    stage.expect.that("moved out of PostgreSQL" in refused,
                      "no server goes on with the cluster by mistake", refused)
    use(stage, "")
    stage.expect.that("whole" in ask(stage, "verify") and head(stage) == before,
                      "the log is whole, and its tree is the one that it was in the cluster")


def play(stage):
    cluster = Cluster(stage.work)
    try:
        officer, branch = set_up(stage)
        to_cluster(stage, cluster)
        go_on_half_way(stage, cluster)
        stage.start_server()
        for client in (officer, branch):
            stage.expect.that(client.sync()["equal"], f"{client.name} goes on, equal to the server")
        work(officer, branch, range(20, 24))
        back_to_files(stage, cluster)
        stage.start_server()
        for client in (officer, branch):
            stage.expect.that(client.sync()["equal"], f"{client.name} goes on, equal to the server")
        work(officer, branch, range(30, 32))
        stage.stop_server()
        ask(stage, "move", "--to-cluster", cluster.address)
        use(stage, cluster.address)
        stage.expect.that("whole" in ask(stage, "verify"),
                          "and once more into the cluster, in the place of what it held")
    finally:
        stage.stop_server()
        cluster.stop()


if __name__ == "__main__":
    sys.exit(perform("moving", __doc__, play))
