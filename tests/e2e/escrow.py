#!/usr/bin/env python3
"""What the real programs do about a damaged outbox, and about a clock that was set back.

  escrow.py [--bin FOLDER]

Exit code 0 when every expectation held.
"""

import hashlib
import hmac
import json
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from faults import add_person, people, set_up  # noqa: E402
from programs import id_number, perform  # noqa: E402

OUTBOX_MARK = bytes([0x89, 0x5A, 0x4F, 0x42, 0x58, 0x0D, 0x0A, 0x1A])
DAY_MS = 24 * 3600 * 1000


def entries(outbox):
    """Where each entry of the outbox begins: docs/file-formats.md."""
    places = []
    at = outbox.find(OUTBOX_MARK)
    while at >= 0:
        places.append(at)
        at = outbox.find(OUTBOX_MARK, at + 1)
    return places


def lose_replica(client):
    for name in ("replica.db", "replica.db-wal", "replica.db.head"):
        (client.folder / name).unlink(missing_ok=True)


def handed_in(stage):
    lines = (stage.work / "server.log").read_text().splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{")]
    return [event["ids"] for event in events if event["event"] == "handed_in"]


def behind_a_gap(stage, officer):
    """Of three changes that only the outbox has, the second is damaged."""
    before = people(officer)
    first = len(before)
    for number in range(first, first + 3):
        add_person(officer, number)
    lose_replica(officer)
    file = officer.folder / "outbox"
    outbox = bytearray(file.read_bytes())
    outbox[entries(outbox)[-2] + 270] ^= 1
    file.write_bytes(outbox)
    officer.one("sync", exit_code=None)
    officer.sync()
    found = people(officer) - before
    stage.expect.that(found == {id_number(first)},
                      "what stands before the damage is applied, what stands behind it is not",
                      found)
    stage.expect.that(len(handed_in(stage)) == 1 and handed_in(stage)[0].endswith("groups 2"),
                      "both whole entries were handed in", handed_in(stage))
    officer.sync()
    stage.expect.that(len(handed_in(stage)) == 1, "and count as delivered", handed_in(stage))
    add_person(officer, first + 1)
    stage.expect.that(officer.sync()["equal"], "the device works on")


def latest_time(secret, milliseconds):
    """The file `latest_time`, as a device with this secret writes it."""
    extracted = hmac.new(bytes(32), secret, hashlib.sha256).digest()
    key = hmac.new(extracted, b"zhibu latest time v1\x01", hashlib.sha256).digest()
    text = b"ZHIBULT1" + struct.pack("<q", milliseconds)
    return text + hmac.new(key, text, hashlib.sha256).digest()


def told_of_clock(client):
    return "clock stands before" in client.one("list", "person", exit_code=None).get("error", "")


def clock_set_back(stage, officer):
    """The device has known a time at which its lease was over; its clock does not know of it."""
    file = officer.folder / "latest_time"
    secret = (officer.folder / "device_secret").read_bytes()
    now = int(time.time() * 1000)
    known = struct.unpack_from("<q", file.read_bytes(), 8)[0]
    stage.expect.that(abs(known - now) < 15 * 60 * 1000, "the device writes down how late it is",
                      known - now)
    file.write_bytes(latest_time(secret, now + DAY_MS))
    stage.expect.that(len(people(officer)) > 0, "a later time inside the lease changes nothing")
    file.write_bytes(latest_time(secret, now + 100 * DAY_MS))
    stage.expect.that(told_of_clock(officer), "a lease that was over then is over, and why is said")
    stage.expect.that(not (officer.folder / "replica.db").exists()
                      and not (officer.folder / "lease" / "lease_secret").exists(),
                      "secret and replica are gone")
    stage.expect.that(officer.sync()["equal"], "the next contact puts it right")
    stage.expect.that(abs(struct.unpack_from("<q", file.read_bytes(), 8)[0] - now) < DAY_MS // 24,
                      "and the time too")
    for what, change in (("forged", lambda: file.write_bytes(latest_time(bytes(32), now))),
                         ("removed", file.unlink)):
        change()
        stage.expect.that(told_of_clock(officer), f"a {what} time is noticed")
        stage.expect.that(officer.sync()["equal"], "and costs a new replica, no more")


def play(stage):
    officer = set_up(stage)
    add_person(officer, 0)
    officer.sync()
    behind_a_gap(stage, officer)
    clock_set_back(stage, officer)


if __name__ == "__main__":
    sys.exit(perform("escrow", __doc__, play))
