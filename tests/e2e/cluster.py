"""A PostgreSQL cluster of a test's own, and several servers of one space over it."""

import os
import pwd
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
import json
from pathlib import Path

from programs import Failed, free_port, run_to_end

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
ROLE_PASSWORD = "not for any argument list"


def other_user():
    """Whom PostgreSQL runs as where this is root, which it refuses."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


def run_sql(socket_folder, port, sql, database):
    """What the superuser is answered there."""
    done = subprocess.run(
        [str(PROGRAMS / "psql"), "-X", "-q", "-A", "-t", "-h", str(socket_folder), "-p", str(port),
         "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1"],
        input=sql, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise Failed(f"psql: {done.stderr}")
    return done.stdout.strip()


class Cluster:
    """One PostgreSQL server on loopback, with the role and the database `zhibu`."""

    def __init__(self, work):
        self.folder = work / "postgres"
        self.folder.mkdir()
        self.port = free_port()
        self.process = None
        if os.geteuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            work.chmod(0o711)
        self.passfile = work / "passfile"
        self.passfile.write_text(f"127.0.0.1:*:zhibu:zhibu:{ROLE_PASSWORD}\n")
        self.passfile.chmod(0o600)
        subprocess.run([str(PROGRAMS / "initdb"), "-D", str(self.folder / "data"), "-U", "postgres",
                        "--auth-local=trust", "--auth-host=scram-sha-256", "-E", "UTF8",
                        "--locale=C", "--no-sync"],
                       cwd="/", stdout=subprocess.DEVNULL, check=True, timeout=60, **other_user())
        self.start()
        self.run(f"CREATE ROLE zhibu LOGIN PASSWORD '{ROLE_PASSWORD}'")
        self.run("CREATE DATABASE zhibu OWNER zhibu")

    @property
    def address(self):
        return f"host=127.0.0.1 port={self.port} dbname=zhibu user=zhibu passfile={self.passfile}"

    def start(self):
        """Started anew it recovers what was durable; what a killed one has left may stand in the
        way for a moment."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            log = open(self.folder.parent / "postgres.log", "a", encoding="utf-8")
            self.process = subprocess.Popen(
                [str(PROGRAMS / "postgres"), "-D", str(self.folder / "data"), "-k",
                 str(self.folder), "-p", str(self.port), "-c", "listen_addresses=127.0.0.1"],
                cwd="/", stdout=log, stderr=log, **other_user())
            log.close()
            while self.process.poll() is None and time.monotonic() < deadline:
                if subprocess.run([str(PROGRAMS / "pg_isready"), "-q", "-h", str(self.folder),
                                   "-p", str(self.port)], check=False).returncode == 0:
                    return
                time.sleep(0.05)
            time.sleep(0.2)
        raise Failed("PostgreSQL did not start:\n" +
                     (self.folder.parent / "postgres.log").read_text())

    def run(self, sql, database="postgres"):
        return run_sql(self.folder, self.port, sql, database)

    def kill(self):
        """As by a cut of the power: nothing is said to anybody, nothing is written."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=30)


class Server:
    """One of several server programs of a space: its own folder and ports, one store."""

    def __init__(self, stage, name, cluster, more=""):
        self.stage = stage
        self.name = name
        self.folder = stage.work / name
        self.config = stage.work / f"{name}.toml"
        self.log = stage.work / f"{name}.log"
        self.port = free_port()
        self.health_port = free_port()
        self.process = None
        self.config.write_text(
            f'[listen]\naddress = "127.0.0.1"\nport = {self.port}\n'
            f"health_port = {self.health_port}\n"
            "[passwords]\nmemory_kib = 19456\npasses = 2\n"
            '[rules]\nextra_divisions = ["99"]\n'
            f'[store]\ncluster = "{cluster}"\n{more}')

    def words(self, *words):
        return [str(self.stage.bin / "zhibu-server"), "--lang", "en", "--data", str(self.folder),
                "--config", str(self.config), *words]

    def ask(self, *words, exit_code=0):
        """Runs one of the program's commands; returns what it said."""
        done = run_to_end(self.words(*words), exit_code)
        return done.stdout + done.stderr

    def found(self):
        """Returns the first administrator's enrolment code."""
        said = self.ask("init", "--space", "示范", "--organisation", "示范大学党委", "--code",
                        "D001", "--administrator", "党委管理员", "--host", "127.0.0.1")
        return said.splitlines()[-1]

    def join(self, other):
        """Gets the keys that every server of the space has; the root's stays where it is."""
        shutil.copytree(other.folder, self.folder,
                        ignore=shutil.ignore_patterns("offline_root_key.pem"))

    def start(self):
        log = open(self.log, "a", encoding="utf-8")
        self.process = subprocess.Popen(self.words("run"), stderr=log, stdout=log)
        log.close()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.health("/ready")[0] == 200:
                return
            time.sleep(0.05)
        raise Failed(f"{self.name} did not start:\n" + self.log.read_text())

    def health(self, path):
        """(HTTP status, JSON); 0 where nobody answers."""
        try:
            address = f"http://127.0.0.1:{self.health_port}{path}"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)
        except OSError:
            return 0, {}

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            if self.process.wait(timeout=40) != 0:
                raise Failed(f"{self.name}: its stop was not graceful: {self.process.returncode}")

    def kill(self):
        self.process.kill()
        self.process.wait()
