"""The real programs as a test drives them: a server with its space, and clients' devices."""

import argparse
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / "build" / "dev" / "bin"
PASSWORD = "correct horse battery staple"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Failed(Exception):
    """An expectation did not hold."""


class Expectations:
    """Counts what was expected, and says each."""

    def __init__(self):
        self.held = 0

    def that(self, condition, what, found=""):
        if not condition:
            raise Failed(f"{what}" + (f"\n    found: {found}" if found != "" else ""))
        self.held += 1
        print(f"  ✓ {what}")


class Client:
    """One device: its folder and the program `zhibu`."""

    def __init__(self, stage, name):
        self.stage = stage
        self.name = name
        self.folder = stage.work / name

    def words(self, *words, json_wanted=True):
        common = ["--lang", "en", "--data", str(self.folder)]
        if json_wanted:
            common.append("--json")
        return [str(self.stage.bin / "zhibu"), *common,
                "--password-file", str(self.stage.password), *words]

    def run(self, *words, exit_code=0):
        """Runs one command; returns its JSON answers. Another exit code than expected fails."""
        done = subprocess.run(self.words(*words), capture_output=True, text=True, timeout=120)
        if exit_code is not None and done.returncode != exit_code:
            raise Failed(f"{self.name}: zhibu {' '.join(words)}: exit {done.returncode}, "
                         f"expected {exit_code}\n{done.stdout}{done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith(("{", "["))]

    def one(self, *words, exit_code=0):
        return self.run(*words, exit_code=exit_code)[-1]

    def sync(self):
        """Synchronises and compares with the server."""
        return self.one("sync", "--compare")

    def field(self, kind, which, field):
        record = self.one("show", kind, which)
        return record["fields"].get(field, {}).get("value", "")

    def verdicts(self):
        return {group["sequence"]: group for group in self.one("groups", "--limit", "100")}

    def start(self, *words):
        return subprocess.Popen(self.words(*words), stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True)


def run_to_end(words, exit_code=0, timeout=120):
    """A program's end, which must be this one; what it said is in stdout and stderr."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode != exit_code:
        raise Failed(f"{' '.join(words)}: exit {done.returncode}, expected {exit_code}\n"
                     f"{done.stdout}{done.stderr}")
    return done


class Stage:
    """The server and the folder that all play in."""

    def __init__(self, bin_folder, work):
        self.bin = bin_folder
        self.work = work
        self.port = free_port()
        self.health_port = free_port()
        self.password = work / "password"
        self.password.write_text(PASSWORD + "\n")
        self.password.chmod(0o600)
        self.server = None
        self.expect = Expectations()

    def found_space(self):
        (self.work / "server.toml").write_text(
            f'[listen]\naddress = "127.0.0.1"\nport = {self.port}\n'
            f"health_port = {self.health_port}\n"
            "[passwords]\nmemory_kib = 19456\npasses = 2\n"
            # The demonstration's people are nobody: their id numbers have an unassigned prefix.
            '[rules]\nextra_divisions = ["99"]\n')
        done = subprocess.run(
            [str(self.bin / "zhibu-server"), "--lang", "en", "--data", str(self.work / "server"),
             "init", "--space", "示范", "--organisation", "示范大学党委", "--code", "D001",
             "--administrator", "党委管理员", "--host", "127.0.0.1"],
            capture_output=True, text=True, timeout=60, check=True)
        return done.stdout.splitlines()[-1]

    def server_words(self, *words):
        """A command of the server's program, on this space."""
        return [str(self.bin / "zhibu-server"), "--lang", "en", "--data", str(self.work / "server"),
                "--config", str(self.work / "server.toml"), *words]

    def start_server(self):
        log = open(self.work / "server.log", "a", encoding="utf-8")
        self.server = subprocess.Popen(
            [str(self.bin / "zhibu-server"), "--data", str(self.work / "server"), "--config",
             str(self.work / "server.toml"), "run"], stderr=log, stdout=log)
        log.close()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise Failed("the server did not start:\n" + (self.work / "server.log").read_text())

    def stop_server(self):
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGTERM)
            if self.server.wait(timeout=30) != 0:
                raise Failed(f"the server's stop was not graceful: {self.server.returncode}")

    def begin(self, name="officer"):
        """A space, its server running, and the first administrator's device, synchronised."""
        code = self.found_space()
        self.start_server()
        officer = Client(self, name)
        self.enrol(officer, code)
        officer.sync()
        return officer

    def enrol(self, client, code):
        client.run("enrol", "--server", f"127.0.0.1:{self.port}", "--code", code,
                   "--label", client.name)

    def bring_in(self, officer, client, account):
        """A device of the account, invited and approved by the officer; not yet synchronised."""
        code = officer.run("invite", account)[-1]["code"]
        officer.sync()
        self.enrol(client, code)
        officer.sync()
        for device in officer.one("list", "device", "--where", "state=1")["records"]:
            officer.run("edit", "device", device["id"], "state=2")
        officer.sync()


def birth_date(number):
    return f"{1970 + number // 1000}-01-01"


def id_number(number):
    """Nobody's: an unassigned region, the right check character (GB 11643)."""
    digits = f"990000{birth_date(number).replace('-', '')}{number % 1000:03d}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    check = "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights)) % 11]
    return digits + check


def local_time(seconds_from_now):
    """Asia/Shanghai, to the minute."""
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() + 8 * 3600 + seconds_from_now))


class Workbench:
    """The page's server, as `zhibu serve` runs it."""

    def __init__(self, client):
        self.program = client.start("serve")
        self.address = json.loads(self.program.stdout.readline())["address"]

    def ask(self, path, token="", method="GET", body=None):
        """Returns (HTTP status, JSON)."""
        base = self.address.split("#")[0].rstrip("/")
        headers = {"Authorization": f"Bearer {token}"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Origin": base}
            body = json.dumps(body).encode()
        request = urllib.request.Request(base + path, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def unlock(self, token, password):
        """Waits while the workbench is still closing or opening; returns the HTTP status."""
        for _ in range(100):
            status = self.ask("/api/unlock", token, "POST", {"password": password})[0]
            if status != 409:
                return status
            time.sleep(0.05)
        raise Failed("the workbench stays busy")

    def stop(self):
        self.program.send_signal(signal.SIGTERM)
        self.program.wait(timeout=20)


def perform(name, doc, play, **options):
    """The program of one test: `play(stage, **options)` in a folder of its own, which goes with it.

    `doc` is the script's. The options are whole numbers with their defaults, and become words of
    the command line beside --bin. Returns the exit code: 0 when every expectation held.
    """
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--bin", type=Path, default=BIN)
    for option, default in options.items():
        parser.add_argument(f"--{option}", type=int, default=default)
    words = vars(parser.parse_args())
    work = Path(tempfile.mkdtemp(prefix=f"zhibu-{name}-"))
    stage = Stage(words.pop("bin").resolve(), work)
    try:
        play(stage, **words)
        print(f"All {stage.expect.held} expectations held.")
        return 0
    except Failed as failed:
        print(f"\n  ✗ {failed}", file=sys.stderr)
        return 1
    finally:
        stage.stop_server()
        shutil.rmtree(work, ignore_errors=True)
