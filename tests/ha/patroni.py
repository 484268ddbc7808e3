"""Two PostgreSQL nodes under Patroni with etcd, as Debian has them, on loopback."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request

from cluster import PROGRAMS, ROLE_PASSWORD, other_user, run_sql
from programs import Failed, free_port

# Debian's, whatever python the tests themselves run with.
PATRONI = ["/usr/bin/python3", "/usr/bin/patroni"]
NODES = ("one", "two")

# Timing is not named here: what counts is Patroni's own (ttl 30, loop_wait 10, retry_timeout 10).
CONFIG = """\
scope: zhibu
name: {name}
restapi: {{listen: "127.0.0.1:{rest}", connect_address: "127.0.0.1:{rest}"}}
etcd3: {{hosts: "127.0.0.1:{etcd}"}}
bootstrap:
  dcs:
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
  initdb: [{{encoding: UTF8}}, {{locale: C}}, data-checksums]
  pg_hba:
    - local all all trust
    - host all all 127.0.0.1/32 scram-sha-256
    - host replication replicator 127.0.0.1/32 scram-sha-256
postgresql:
  listen: "127.0.0.1:{port}"
  connect_address: "127.0.0.1:{port}"
  data_dir: {folder}/data
  bin_dir: {programs}
  pgpass: {folder}/pgpass
  authentication:
    superuser: {{username: postgres, password: "of the superuser"}}
    replication: {{username: replicator, password: "of replication"}}
    rewind: {{username: rewinder, password: "of the rewinder"}}
  basebackup: [{{checkpoint: fast}}]
  parameters: {{unix_socket_directories: {folder}}}
"""


class Node:
    """One machine: a PostgreSQL server and the Patroni that looks after it."""

    def __init__(self, stage, name, etcd_port):
        self.name = name
        self.folder = stage.work / f"node-{name}"
        self.folder.mkdir()
        self.log = stage.work / f"node-{name}.log"
        self.port = free_port()
        self.rest = free_port()
        self.config = self.folder / "patroni.yml"
        self.config.write_text(CONFIG.format(name=name, rest=self.rest, etcd=etcd_port,
                                             port=self.port, folder=self.folder,
                                             programs=PROGRAMS))
        if os.geteuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        self.process = None

    def start(self):
        log = open(self.log, "a", encoding="utf-8")
        self.process = subprocess.Popen([*PATRONI, str(self.config)], cwd="/", stdout=log,
                                        stderr=log, start_new_session=True, **other_user())
        log.close()

    def state(self):
        """What its Patroni says of it; nothing where it does not answer."""
        try:
            address = f"http://127.0.0.1:{self.rest}/patroni"
            with urllib.request.urlopen(address, timeout=2) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as unwell:
            return json.load(unwell)
        except (OSError, ValueError):
            return {}

    def postmaster(self):
        try:
            return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def kill(self):
        """As a machine that loses its power: Patroni and PostgreSQL at once, nothing said."""
        postmaster = self.postmaster()
        self.process.kill()
        if postmaster is not None:
            os.kill(postmaster, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()


class PatroniCluster:
    def __init__(self, stage):
        self.stage = stage
        stage.work.chmod(0o711)
        self.etcd_port = free_port()
        self.etcd = self.start_etcd()
        self.nodes = [Node(stage, name, self.etcd_port) for name in NODES]
        self.passfile = stage.work / "passfile"
        self.passfile.write_text(f"127.0.0.1:*:zhibu:zhibu:{ROLE_PASSWORD}\n")
        self.passfile.chmod(0o600)

    def start_etcd(self):
        folder = self.stage.work / "etcd"
        client, peer = (f"http://127.0.0.1:{port}" for port in (self.etcd_port, free_port()))
        log = open(self.stage.work / "etcd.log", "a", encoding="utf-8")
        etcd = subprocess.Popen(
            [shutil.which("etcd"), "--data-dir", str(folder), "--listen-client-urls", client,
             "--advertise-client-urls", client, "--listen-peer-urls", peer,
             "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}"],
            stdout=log, stderr=log)
        log.close()
        return etcd

    def start(self):
        self.nodes[0].start()
        self.wait_until(lambda: self.primary() is self.nodes[0], "the first node does not lead", 60)
        self.sql(f"CREATE ROLE zhibu LOGIN PASSWORD '{ROLE_PASSWORD}'")
        self.sql("CREATE DATABASE zhibu OWNER zhibu")
        self.nodes[1].start()
        self.wait_for_standby()

    def wait_until(self, holds, otherwise, seconds):
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise Failed(otherwise + "\n" + "".join(
                    node.log.read_text()[-3000:] for node in self.nodes if node.log.exists()))
            time.sleep(0.1)

    def wait_for_standby(self):
        """Until each commit waits for the other node as well; returns the seconds that took."""
        began = time.monotonic()
        self.wait_until(self.has_standby, "no node became the synchronous standby", 120)
        return time.monotonic() - began

    def has_standby(self):
        primary = self.primary()
        return primary is not None and any(
            standby["sync_state"] == "sync" for standby in primary.state().get("replication", []))

    def primary(self):
        for node in self.nodes:
            state = node.state()
            # A node that leads the cluster but does not run yet takes no writes.
            if state.get("role") in ("master", "primary") and state.get("state") == "running":
                return node
        return None

    def sql(self, text, database="postgres"):
        node = self.primary()
        return run_sql(node.folder, node.port, text, database)

    @property
    def address(self):
        hosts = ",".join("127.0.0.1" for _ in self.nodes)
        ports = ",".join(str(node.port) for node in self.nodes)
        return (f"host={hosts} port={ports} dbname=zhibu user=zhibu passfile={self.passfile} "
                "target_session_attrs=read-write connect_timeout=2")

    def stop(self):
        for node in reversed(self.nodes):
            node.stop()
        self.etcd.terminate()
        self.etcd.wait(timeout=20)
