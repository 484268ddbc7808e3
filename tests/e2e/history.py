#!/usr/bin/env python3
"""A server whose store was put back, cut or rewritten is found out: by its devices, and by
`zhibu-server verify`.

  history.py [--bin FOLDER]

Exit code 0 when every expectation held.
"""

import json
import re
import shutil
import sys
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from programs import Client, Failed, id_number, perform, run_to_end  # noqa: E402


class Operator:
    """What an operator asks of a store, its server running or not."""

    def __init__(self, stage):
        self.stage = stage

    def run(self, *words, exit_code=0):
        done = run_to_end(self.stage.server_words(*words), exit_code, 60)
        return done.stdout

    def verify(self, *heads, exit_code=0):
        options = [word for head in heads for word in ("--head", str(head))]
        return json.loads(self.run("verify", "--json", *options, exit_code=exit_code))

    def keep_head(self, name):
        file = self.stage.work / name
        file.write_text(self.run("head"))
        return file


def add_person(client, number):
    client.run("create", "person", f"name=测试{chr(0x4E00 + number)}", "stage=50",
               f"sex={'1' if number % 2 else '2'}", "birth_date=1970-01-01",
               f"id_number={id_number(number)}", "organisation=第一党支部")


def set_up(stage):
    """A space with one branch; an officer of the committee writes, the branch reads."""
    writer = stage.begin("writer")
    writer.run("create", "organisation", "name=第一党支部", "code=D002", "type=30",
               "parent=示范大学党委")
    writer.run("create", "account", "name=一支部账号", "organisation=第一党支部", "level=3",
               "nature=1", "permission=1", "state=1")
    writer.sync()
    reader = Client(stage, "reader")
    invited = writer.one("invite", "一支部账号", "--activate")
    writer.sync()
    stage.enrol(reader, invited["code"])
    reader.sync()
    return writer, reader


def findings(client):
    return [finding["sort"] for finding in client.one("status")["findings"]]


def honest_history(stage, server, writer):
    """Returns a head of the store as it is, and the id of a person with a history."""
    add_person(writer, 1)
    add_person(writer, 2)
    writer.sync()
    person = writer.one("list", "person", "--limit", "1")["records"][0]["id"]
    writer.run("edit", "person", person, "address=一路")
    writer.sync()
    stage.stop_server()
    head = server.keep_head("head-early")
    report = server.verify(head)
    stage.expect.that(report["whole"] and report["heads_agreed"] == 1,
                      "an honest store is whole, and agrees with its head", report)
    told = [json.loads(line)
            for line in server.run("history", f"person/{person}", "--json").splitlines()]
    stage.expect.that([entry["operation"] for entry in told] == ["create", "update"] and
                      all(entry["proved"] for entry in told),
                      "a record's history is told from its creation, and proved", told)
    stage.expect.that(told[-1]["fields"] == {"address": "一路"}, "with what was changed", told)
    operations(stage, server, writer)
    return head


def operations(stage, server, writer):
    """The log of operations, searched and exported."""

    def told(*words, exit_code=0):
        return [json.loads(line) for line in
                server.run("operations", "--json", *words, exit_code=exit_code).splitlines()]

    everything = told()
    stage.expect.that([each["log_index"] for each in everything] ==
                      list(range(1, len(everything) + 1)) and
                      everything[0]["action"] == "found_space",
                      "the log of operations is the log, from its first position", len(everything))
    edits = told("--action", "edit", "--kind", "person")
    device = writer.one("status")["device"]
    stage.expect.that(len(edits) == 1 and edits[0]["account"] == "党委管理员" and
                      edits[0]["device_id"] == device and edits[0]["outcome"] == "accepted" and
                      edits[0]["content"] == {"person": 1},
                      "it tells who did what from which device, and what became of it", edits)
    stage.expect.that(told("--account", "党委") == told("--device", device[:20]) and
                      told("--account", "nobody", exit_code=4) == [] and
                      told("--to", "2020-01-01", exit_code=4) == [] and
                      told("--from", "2020-01-01") == everything,
                      "it is searched by account, device and day")
    table = server.run("operations", "--csv", "--action", "edit")
    stage.expect.that(table.startswith("\ufefflog index,") and table.count("\n") == 2 and
                      '"党委管理员"' in table, "and exported for a spreadsheet", table)
    plain = server.run("operations")
    stage.expect.that("一路" not in plain and "测试" not in plain,
                      "without what stands in the records")


def beside_work(stage, server, writer):
    """The head and the audit of a store whose server runs, and which a device writes meanwhile."""
    head = server.keep_head("head-running")
    add_person(writer, 9)
    # Pushes that person while the store is verified.
    follower = writer.start("sync", "--follow")
    report = server.verify(head)
    stage.expect.that(report["whole"] and report["heads_agreed"] == 1,
                      "a running server tells its head, and verifies its store", report)
    text = head.read_text()
    forged = stage.work / "head-forged"
    signature = re.search(r"^signature (\w+)$", text, re.M)[1]
    forged.write_text(text.replace(signature, signature[::-1]))
    report = server.verify(head, forged, exit_code=3)
    stage.expect.that(report["finding"]["fault"] == "head_unreadable",
                      "a head that it has not signed is named", report)
    follower.terminate()
    follower.communicate(timeout=20)
    plain = server.run("verify", "--head", str(head))
    stage.expect.that("The log is whole" in plain, "and says it to people", plain)
    refused = json.loads(server.run("operations", "--json", exit_code=1))
    stage.expect.that("Stop it first" in refused["error"],
                      "what a running server does not tell is said so", refused)
    left = [file.name for file in (stage.work / "server").glob("inspect*")]
    stage.expect.that(left == [], "no request is left", left)
    head.unlink()


def monitored(stage, writer):
    """What the machine's own monitoring is told, on loopback."""

    def ask(path):
        with urllib.request.urlopen(f"http://127.0.0.1:{stage.health_port}{path}",
                                    timeout=10) as answer:
            return answer.headers["Content-Type"], answer.read().decode()

    stage.expect.that(json.loads(ask("/ready")[1])["status"] == "ok", "a running server is ready")
    device = writer.one("status")["device"]
    follower = writer.start("sync", "--follow")
    deadline = time.monotonic() + 20
    while "zhibu_sessions 1\n" not in ask("/metrics")[1]:
        if time.monotonic() > deadline:
            raise Failed("the session is not counted")
        time.sleep(0.1)
    kind, text = ask("/metrics")
    follower.terminate()
    follower.communicate(timeout=20)
    lags = re.findall(r'zhibu_device_lag\{device="([0-9a-f-]{36})"\} \d+', text)
    stage.expect.that(kind.startswith("text/plain; version=0.0.4") and lags == [device] and
                      'zhibu_verdicts_total{outcome="accepted",reason=""}' in text,
                      "sessions, verdicts and each device's lag are counted", text)
    stage.expect.that(not any(word in text for word in ("测试", "党委", "支部")),
                      "without any name")


def put_back(stage, server, writer, reader, early):
    """All of the server's files are put back to an earlier day; nothing else changes."""
    place = stage.work / "server"
    kept = stage.work / "server-of-yesterday"
    shutil.copytree(place, kept)
    stage.start_server()
    add_person(writer, 3)
    writer.sync()
    reader.sync()
    stage.expect.that(findings(writer) == [] and findings(reader) == [],
                      "devices of an honest server find nothing")
    monitored(stage, writer)
    beside_work(stage, server, writer)
    stage.stop_server()
    late = server.keep_head("head-late")
    shutil.rmtree(place)
    shutil.copytree(kept, place)

    report = server.verify(early)
    stage.expect.that(report["whole"], "a store put back is whole by itself", report)
    report = server.verify(early, late, exit_code=3)
    stage.expect.that(report["finding"]["fault"] == "history_shortened" and
                      report["heads_agreed"] == 1,
                      "against the head that was kept elsewhere it is shortened", report)

    stage.start_server()
    reader.one("sync", exit_code=None)
    stage.expect.that(findings(reader) == ["history_shortened"],
                      "a device that only read finds the history shortened", findings(reader))
    words = reader.one("status")["findings"][0]["message"]
    stage.expect.that("shorter" in words and "safe" in words,
                      "and says what happened and what is safe", words)
    log = (stage.work / "server.log").read_text()
    stage.expect.that('"event":"incident"' in log, "the server has the report in its log")
    writer.one("sync", exit_code=None)
    stage.expect.that(findings(writer) == ["history_shortened"],
                      "a device whose acknowledged work is gone finds it too", findings(writer))
    add_person(reader, 4)
    reader.one("sync", exit_code=None)
    stage.expect.that(reader.one("status")["waiting"] == 0, "work goes on all the same")
    # The log has grown beyond what was pinned, and is another one.
    stage.expect.that(findings(reader)[0] == "history_shortened" and
                      set(findings(reader)) <= {"history_shortened", "history_forked",
                                                "digest_differs"},
                      "the evidence stays", findings(reader))
    stage.expect.that('"event":"incident_not_kept"' not in log, "and keeps it for the officer")
    stage.stop_server()
    report = server.verify(early)
    stage.expect.that(report["whole"] and report["heads_agreed"] == 1,
                      "and the store, which has grown since, is whole", report)


def play(stage):
    server = Operator(stage)
    writer, reader = set_up(stage)
    early = honest_history(stage, server, writer)
    put_back(stage, server, writer, reader, early)


if __name__ == "__main__":
    sys.exit(perform("history", __doc__, play))
