#!/usr/bin/env python3
"""One record erased by law, over real programs: out of the server, and out of the devices.

  erasure.py [--bin FOLDER]

Exit code 0 when every expectation held.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from programs import Client, id_number, perform, run_to_end  # noqa: E402

BRANCH = "第一党支部"


def on_store(stage, *words, exit_code=0):
    done = run_to_end(stage.server_words(*words), exit_code)
    return done.stdout


def set_up(stage):
    officer = stage.begin()
    officer.run("create", "organisation", f"name={BRANCH}", "code=D101", "type=30",
                "parent=示范大学党委")
    officer.run("create", "account", "name=支部账号", f"organisation={BRANCH}", "level=3",
                "nature=1", "permission=1", "state=1")
    branch = Client(stage, "branch")
    stage.bring_in(officer, branch, "支部账号")
    branch.sync()
    for number, name in ((1, "王被除"), (3, "李留下")):
        branch.run("create", "person", f"name={name}", "stage=50", "sex=1",
                   "birth_date=1970-01-01", f"id_number={id_number(number)}",
                   f"organisation={BRANCH}")
    branch.sync()
    officer.sync()
    return officer, branch


def people(client):
    return {record["fields"]["name"]["value"]: record["id"]
            for record in client.one("list", "person", "--limit", "10")["records"]}


def quarrel(officer, branch, who):
    """Both change one field without knowing of each other: both values are kept."""
    officer.run("edit", "person", who, "address=清除甲地")
    branch.run("edit", "person", who, "address=清除乙地")
    branch.sync()
    officer.sync()
    branch.sync()


def play(stage):
    officer, branch = set_up(stage)
    who = people(branch)["王被除"]
    quarrel(officer, branch, who)
    lost = branch.run("losers")[-1] + officer.run("losers")[-1]
    stage.expect.that("清除" in json.dumps(lost, ensure_ascii=False), "a lost value is kept", lost)
    stage.stop_server()
    before = on_store(stage, "history", f"person/{who}")
    stage.expect.that("王被除" in before, "the history says what it was")
    on_store(stage, "backup", str(stage.work / "backup-before"))
    said = json.loads(on_store(stage, "erase", f"person/{who}", "--reason", "本人申请",
                               "--by", "党委办公室", "--json"))
    stage.expect.that(len(said["positions"]) >= 3, "it is erased from the log", said)
    verified = json.loads(on_store(stage, "verify", "--json"))
    stage.expect.that(verified["whole"] and verified["erased"] == len(said["positions"]),
                      "the audit passes and counts what was erased", verified)
    after = on_store(stage, "history", f"person/{who}")
    stage.expect.that("erased by law" in after and "王被除" not in after and "清除" not in after,
                      "its history says that it was erased", after)
    on_store(stage, "backup", str(stage.work / "backup-after"))
    stage.start_server()
    for client in (branch, officer):
        stage.expect.that(client.sync()["equal"], f"{client.name}: synchronised and equal")
        stage.expect.that(list(people(client)) == ["李留下"], "the record is gone, the other stays",
                          people(client))
        left = json.dumps([client.run("losers")[-1], client.run("conflicts")[-1],
                           client.run("groups", "--limit", "50")[-1]], ensure_ascii=False)
        stage.expect.that("王被除" not in left and "清除" not in left,
                          "nothing of it is among its conflicts and groups", left)
        stage.expect.that((client.folder / "outbox").stat().st_size == 0,
                          "a backup after it has emptied the outbox")
    branch.run("create", "person", "name=新来者", "stage=50", "sex=1", "birth_date=1970-01-01",
               f"id_number={id_number(5)}", f"organisation={BRANCH}")
    branch.sync()
    stage.expect.that(officer.sync()["equal"], "work goes on")
    stage.stop_server()
    stage.expect.that(json.loads(on_store(stage, "verify", "--json"))["whole"],
                      "and the audit passes still")


if __name__ == "__main__":
    sys.exit(perform("erasure", __doc__, play))
