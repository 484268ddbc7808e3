#!/usr/bin/env python3
"""What an operator does to a server while it runs, and every command's answer for programs.

  upkeep.py [--bin FOLDER]

Exit code 0 when every expectation held.
"""

import hashlib
import json
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from programs import Failed, Stage, perform, run_to_end  # noqa: E402

COMMANDS = ["init", "rekey", "run", "renew-certificate", "backup", "backed-up", "restore",
            "new-epoch", "move", "head", "verify", "history", "operations", "erase"]


class Operator:
    """The program zhibu-server beside the one that serves."""

    def __init__(self, stage):
        self.stage = stage
        self.folder = stage.work / "server"
        self.config = stage.work / "server.toml"
        self.log_seen = 0

    def ask(self, *words, exit_code=0, folder=None):
        done = run_to_end([str(self.stage.bin / "zhibu-server"), "--lang", "en", "--data",
                           str(folder or self.folder), *words, "--json"], exit_code, 60)
        return json.loads(done.stdout)

    def set(self, **settings):
        """Rewrites the configuration that the server runs with: section__name=value."""
        sections = {}
        for name, value in settings.items():
            section, setting = name.split("__")
            sections.setdefault(section, []).append(f"{setting} = {json.dumps(value)}\n")
        self.config.write_text(
            "".join(f"[{section}]\n" + "".join(lines) for section, lines in sections.items()))

    def reload(self, last_event):
        """SIGHUP, and the events that the log tells until `last_event` has come."""
        log = self.stage.work / "server.log"
        seen = len(log.read_text().splitlines())
        self.stage.server.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            events = [json.loads(line) for line in log.read_text().splitlines()[seen:]]
            told = [(event["event"], event.get("ids", "")) for event in events]
            if any(event == last_event for event in told):
                return told
            time.sleep(0.05)
        raise Failed(f"the log does not say {last_event} after SIGHUP:\n{log.read_text()}")

    def certificate(self, seconds=5):
        """The fingerprint of what the server shows; None where it takes no connection now."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            with socket.create_connection(("127.0.0.1", self.stage.port), timeout=seconds) as raw, \
                    context.wrap_socket(raw) as wire:
                return hashlib.sha256(wire.getpeercert(binary_form=True)).hexdigest()
        except TimeoutError:
            return None


def settings(stage, **others):
    return {"listen__address": "127.0.0.1", "listen__port": stage.port,
            "listen__health_port": stage.health_port, "passwords__memory_kib": 19456,
            "passwords__passes": 2, "rules__extra_divisions": ["99"], **others}


def reload_config(stage, operator, officer):
    expect = stage.expect
    operator.set(**settings(stage, listen__connections_max=1))
    stage.stop_server()
    stage.start_server()
    follower = officer.start("sync", "--follow")
    while "up to date" not in follower.stdout.readline():
        if follower.poll() is not None:
            raise Failed("the following session ended")
    expect.that(operator.certificate(seconds=2) is None, "with one connection a second one waits")
    operator.set(**settings(stage, listen__connections_max=50, leases__hours=24,
                            commit__groups_max=7, log__level="debug"))
    told = operator.reload(("config_taken", "log.level"))
    expect.that(("config_taken", "listen.connections_max") in told and
                ("config_taken", "leases.hours") in told,
                "SIGHUP: what a running server can take is taken", told)
    expect.that(("config_needs_restart", "commit.groups_max") in told,
                "what it cannot is named", told)
    expect.that(operator.certificate() is not None, "and more connections are taken at once")
    operator.set(**settings(stage, leases__hours=100_000))
    told = operator.reload(("config_refused",
                            "leases.hours: must be a whole number from 1 to 720"))
    expect.that(all(event == "config_refused" for event, _ in told),
                "a configuration that is wrong changes nothing", told)
    return follower


def renew_certificate(stage, operator, officer, follower):
    expect = stage.expect
    former = operator.certificate()
    foreign = operator.ask("renew-certificate", "--root-key", str(operator.folder / "group_key.pem"),
                           exit_code=1)
    expect.that("not the root key" in foreign["error"], "another key renews nothing", foreign)
    operator.set(**settings(stage))
    operator.ask("renew-certificate", "--root-key", str(operator.folder / "offline_root_key.pem"))
    expect.that(operator.certificate() == former, "a renewed certificate waits for SIGHUP")
    operator.reload(("certificate_taken", ""))
    renewed = operator.certificate()
    expect.that(renewed not in (None, former), "then new connections are shown it")
    expect.that(follower.poll() is None, "and the session that stood goes on")
    follower.terminate()
    follower.communicate(timeout=20)
    expect.that(officer.sync()["equal"], "a device believes it, by the root that it has pinned")
    damaged = operator.folder / "server.pem"
    good = damaged.read_bytes()
    damaged.write_bytes(good[: len(good) // 2])
    operator.reload(("certificate_refused", str(damaged)))
    expect.that(operator.certificate() == renewed, "a damaged one is refused, the former serves on")
    damaged.write_bytes(good)
    stage.stop_server()
    stage.start_server()
    expect.that(operator.certificate() == renewed, "a start takes the renewed one too")


def answers_for_programs(stage, operator):
    expect = stage.expect
    for command in COMMANDS:
        done = subprocess.run([str(stage.bin / "zhibu-server"), command, "--help"],
                              capture_output=True, text=True, timeout=60)
        expect.that("--json" in done.stdout, f"{command} knows --json")
    whole = subprocess.run([str(stage.bin / "zhibu-server"), "--help"], capture_output=True,
                           text=True, timeout=60).stdout.split("Subcommands:", 1)[-1]
    known = [line.split()[0] for line in whole.splitlines()
             if line.startswith("  ") and line[2:3].strip()]
    expect.that(sorted(known) == sorted(COMMANDS), "there is no further command", known)
    other = stage.work / "other"
    words = ["init", "--space", '一"引号', "--organisation", "另一党委", "--code", "D002",
             "--administrator", "管理员", "--host", "127.0.0.1"]
    made = operator.ask(*words, folder=other)
    expect.that(made["space"] == '一"引号' and len(made["enrolment_code"]) > 20 and
                Path(made["root_key"]).exists(), "init answers with the code and the root key's file",
                made)
    expect.that("not empty" in operator.ask(*words, folder=other, exit_code=1)["error"],
                "and refuses in the same form")
    expect.that("error" in operator.ask("run", folder=stage.work / "none", exit_code=1),
                "run says in the same form why it does not start")
    stage.stop_server()
    backup = stage.work / "backup"
    index = operator.ask("backup", str(backup))["log_index"]
    expect.that(index > 0, "backup answers with the log index")
    expect.that(operator.ask("new-epoch")["log_index"] >= index, "new-epoch too")
    shutil.move(operator.folder / "space.db", stage.work / "lost.db")
    for rest in operator.folder.glob("space.db-*"):
        rest.unlink()
    expect.that(operator.ask("restore", str(backup))["log_index"] >= index, "restore too")
    expect.that(operator.ask("verify")["whole"], "and what is restored is whole")


def play(stage: Stage):
    officer = stage.begin()
    operator = Operator(stage)
    follower = reload_config(stage, operator, officer)
    renew_certificate(stage, operator, officer, follower)
    answers_for_programs(stage, operator)


if __name__ == "__main__":
    sys.exit(perform("upkeep", __doc__, play))
