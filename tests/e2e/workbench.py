#!/usr/bin/env python3
"""The workbench in a real browser: Chromium drives the pages of real programs.

A committee's server, an officer's client and four below it; every page is opened in both languages,
looked at by axe-core and kept as a picture; then people work, and what can go wrong does.
The browser's part is in tests/e2e/browser; what it wants of the programs it asks for here, a line of
JSON each way.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from programs import (PASSWORD, ROOT, Client, Failed, Workbench,
                      local_time, perform)

PICTURES = Path(os.environ.get("ZHIBU_PICTURES", ROOT / "build" / "pictures"))
TREE = [("临床医学院党总支", "D002", "20", "示范大学党委"),
        ("第一党支部", "D003", "30", "临床医学院党总支"),
        ("第二党支部", "D004", "30", "临床医学院党总支"),
        ("附属医院党委", "D010", "10", "示范大学党委"),
        ("内科党支部", "D011", "30", "附属医院党委")]
ACCOUNTS = [("总支账号", "临床医学院党总支", "2"), ("一支部账号", "第一党支部", "3"),
            ("二支部账号", "第二党支部", "3"), ("医院账号", "附属医院党委", "1")]
STAGES = ["10", "20", "30", "40", "50"]


class Space:
    """The programs that the browser's part may command."""

    def __init__(self, stage):
        self.stage = stage
        self.officer = stage.begin()
        self.branch = Client(stage, "branch")
        self.general = Client(stage, "general")
        self.second = Client(stage, "second")
        self.hospital = Client(stage, "hospital")
        self.workbenches = {}

    def found(self):
        for name, code, kind, parent in TREE:
            self.officer.run("create", "organisation", f"name={name}", f"code={code}",
                             f"type={kind}", f"parent={parent}")
        for name, scope, level in ACCOUNTS:
            self.officer.run("create", "account", f"name={name}", f"organisation={scope}",
                             f"level={level}", "nature=2", "permission=1", "state=1")
        for organisation in ("临床医学院党总支", "附属医院党委"):
            self.officer.run("window", "open", "--organisation", organisation, "--until",
                             local_time(7200), "--grace-days", "2")
        self.import_people(120)
        self.officer.sync()
        for client, account in [(self.branch, "一支部账号"), (self.general, "总支账号"),
                                (self.second, "二支部账号"), (self.hospital, "医院账号")]:
            code = self.officer.run("invite", account, "--activate")[-1]["code"]
            self.officer.sync()
            self.stage.enrol(client, code)
            client.sync()

    def import_people(self, rows):
        roster = self.stage.work / "roster.xlsx"
        subprocess.run([str(self.stage.bin / "roster_generator"), "--rows", str(rows), "--seed",
                        "11", "--messy", "0", "--out", str(roster), "--branches", "第一党支部",
                        "第二党支部"], check=True, capture_output=True)
        self.officer.run("import", str(roster), "--set", "stage=50", "--accepted-only")

    def differ(self):
        """Leaves a case and a conflict that wait for the officer, and a loss of the branch's."""
        people = self.branch.one("list", "person", "--limit", "5", "--order", "id_number")["records"]
        first, second, third = (person["id"] for person in people[:3])
        elsewhere = self.general.one("list", "person", "--limit", "1", "--where",
                                     "organisation=第二党支部")["records"][0]["id"]
        self.branch.run("edit", "person", second, "native_place=江苏南京")
        self.general.run("edit", "person", second, "native_place=浙江杭州")
        self.branch.run("edit", "person", third, "name=王更正")
        self.general.run("edit", "person", third, "name=王再改")
        self.branch.run("edit", "person", first, "form_number=ZYS0000001")
        self.general.run("edit", "person", elsewhere, "form_number=ZYS0000001")
        for client in (self.branch, self.general, self.branch, self.officer):
            client.sync()

    def serve(self, who):
        self.stop(who)
        client = getattr(self, who)
        self.workbenches[who] = Workbench(client)
        return self.workbenches[who].address

    def stop(self, who):
        running = self.workbenches.pop(who, None)
        if running:
            running.stop()

    def kill(self, who):
        running = self.workbenches.pop(who)
        running.program.kill()
        running.program.wait(timeout=20)

    def server(self, wanted):
        if wanted == "start":
            self.stage.start_server()
        else:
            self.stage.stop_server()

    def run(self, who, *words):
        return getattr(self, who).run(*words, exit_code=None)

    def close(self):
        for who in list(self.workbenches):
            self.stop(who)


def answer(space, wish):
    """What the browser's part asks for: {"do": NAME, "with": [arguments]}."""
    verbs = {verb: getattr(space, verb) for verb in ("serve", "kill", "stop", "server", "run")}
    return verbs[wish["do"]](*wish.get("with", []))


def drive(stage, space):
    pictures = PICTURES
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    browser = subprocess.Popen(
        ["node", str(ROOT / "tests" / "e2e" / "browser" / "main.mjs"), str(pictures)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "ZHIBU_PASSWORD": PASSWORD})
    try:
        for line in browser.stdout:
            said = json.loads(line)
            if "held" in said:
                stage.expect.that(True, said["held"])
            elif "failed" in said:
                stage.expect.that(False, said["failed"], said.get("found", ""))
            else:
                browser.stdin.write(json.dumps(answer(space, said)) + "\n")
                browser.stdin.flush()
        if browser.wait(timeout=30) != 0:
            raise Failed(f"the browser's part ended with {browser.returncode}")
    finally:
        browser.kill()


def play(stage):
    space = Space(stage)
    try:
        space.found()
        space.differ()
        drive(stage, space)
    finally:
        space.close()


if __name__ == "__main__":
    sys.exit(perform("workbench", __doc__, play))
