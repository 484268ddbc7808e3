#!/usr/bin/env python3
"""What a person does for the own account: another password, a second factor, recovery codes.

  own_account.py [--bin FOLDER]

Exit code 0 when every expectation held.
"""

import base64
import hashlib
import hmac
import struct
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlparse

sys.path.insert(0, str(Path(__file__).resolve().parent))

from programs import Client, Workbench, perform  # noqa: E402

NEXT_PASSWORD = "another quite long passphrase"
PAGE_PASSWORD = "yet another quite long one"


def totp(secret, step):
    """RFC 6238, as an authenticator does it."""
    mac = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def file_with(stage, name, text):
    file = stage.work / name
    file.write_text(text + "\n")
    file.chmod(0o600)
    return str(file)


def change_password(stage, officer):
    weak = file_with(stage, "weak", "short")
    refused = officer.one("password", "--new-password-file", weak, exit_code=3)
    stage.expect.that("too weak" in refused["error"], "a weak password is refused", refused)
    stage.expect.that(officer.sync()["equal"], "and the former one still is the password")
    following = file_with(stage, "next", NEXT_PASSWORD)
    officer.run("password", "--new-password-file", following)
    stage.expect.that(officer.one("status", exit_code=None).get("error", "").lower().count(
        "password") > 0, "the former password opens nothing any more")
    stage.password.write_text(NEXT_PASSWORD + "\n")
    stage.expect.that(officer.sync()["equal"], "the new one opens the device and the session")


def enter(page):
    code = page.address.split("#code=")[1]
    return page.ask("/api/session", method="POST", body={"code": code})[1]["token"]


def from_the_page(stage, officer):
    """The same from the workbench, and a code for a branch's device."""
    officer.run("create", "organisation", "name=第一党支部", "code=D100", "type=30",
                "parent=示范大学党委")
    account = officer.one("create", "account", "name=一支部账号", "organisation=第一党支部", "level=3",
                          "nature=1", "permission=1", "state=1")["id"]
    page = Workbench(officer)
    try:
        token = enter(page)
        expect = stage.expect

        def post(path, body):
            return page.ask(path, token, "POST", body)

        # The terminal's commands have left it unlocked.
        post("/api/lock", {})
        expect.that(page.unlock(token, NEXT_PASSWORD) == 200, "the page opens the workbench")
        while page.ask("/api/status", token)[1]["sync"]["phase"] != 3:
            time.sleep(0.1)
        status, refused = post(f"/api/records/account/{account}/code", {"activates": "yes"})
        expect.that(status == 400, "a code is asked for in the right form", refused)
        status, made = post(f"/api/records/account/{account}/code", {"activates": True})
        expect.that(status == 201 and len(made["code"]) == 87, "the page makes an enrolment code",
                    status)
        status, refused = post("/api/password", {"current": "wrong", "password": PAGE_PASSWORD})
        expect.that(status == 403, "whoever finds the workbench open cannot make it theirs", refused)
        status, refused = post("/api/password", {"current": NEXT_PASSWORD, "password": "short"})
        expect.that(status == 403, "a weak one is refused", refused)
        expect.that(post("/api/password", {"password": PAGE_PASSWORD})[0] == 400,
                    "the present one must be given")
        status, done = post("/api/password",
                            {"current": NEXT_PASSWORD, "password": PAGE_PASSWORD})
        expect.that(status == 200, "a new password is taken", done)
        expect.that(page.ask("/api/status", token)[1].get("locked") is True,
                    "and the workbench locks")
        expect.that(page.unlock(token, NEXT_PASSWORD) == 403, "the former opens it no more")
        expect.that(page.unlock(token, PAGE_PASSWORD) == 200, "the new one does")
    finally:
        page.stop()
    stage.password.write_text(PAGE_PASSWORD + "\n")
    expect.that(officer.sync()["equal"], "and the session")
    second = Client(stage, "second")
    stage.enrol(second, made["code"])
    expect.that(second.sync()["equal"], "the page's code enrols a device that works at once")


def code_from_the_page(stage, officer, spare):
    """The workbench asks for it as the terminal does."""
    # What the server remembers of the device is gone with its process.
    stage.stop_server()
    stage.start_server()
    page = Workbench(officer)
    try:
        token = enter(page)

        def until(what, holds):
            for _ in range(200):
                sync = page.ask("/api/status", token)[1]["sync"]
                if holds(sync):
                    stage.expect.that(True, what)
                    return
                time.sleep(0.05)
            stage.expect.that(False, what, sync)

        until("the workbench says that a code is wanted", lambda sync: sync["wants_code"])
        stage.expect.that(page.ask("/api/sync", token, "POST", {"code": ""})[0] == 400,
                          "an empty one is not sent")
        page.ask("/api/sync", token, "POST", {"code": "000000"})
        until("a wrong one is told", lambda sync: sync["wants_code"] and "not right" in page.ask(
            "/api/status?lang=en", token)[1]["sync"]["message"])
        page.ask("/api/sync", token, "POST", {"code": spare})
        until("a recovery code signs the workbench in", lambda sync: sync["phase"] == 3)
    finally:
        page.stop()


def second_factor(stage, officer):
    begun = officer.one("second-factor", "begin")
    url = urlparse(begun["url"])
    secret = base64.b32decode(parse_qs(url.query)["secret"][0])
    stage.expect.that(url.scheme == "otpauth" and len(secret) == 20 and
                      len(begun["recovery_codes"]) == 10,
                      "a second factor is made and shown")
    stage.expect.that(officer.sync()["equal"], "it does not count before it is confirmed")
    wrong = file_with(stage, "code", "000000")
    officer.one("second-factor", "confirm", "--code-file", wrong, exit_code=3)
    step = int(time.time()) // 30
    right = file_with(stage, "code", totp(secret, step))
    officer.run("second-factor", "confirm", "--code-file", right)
    refused = officer.one("sync", exit_code=3)
    stage.expect.that("second factor" in refused["message"], "then it is asked for", refused)
    refused = officer.one("sync", "--code-file", right, exit_code=3)
    stage.expect.that("used before" in refused["message"], "the code that confirmed it is used")
    following = file_with(stage, "code", totp(secret, step + 1))
    officer.run("sync", "--code-file", following)
    stage.expect.that(officer.sync()["equal"], "a device that has shown it is not asked again")
    stage.stop_server()
    stage.start_server()
    officer.one("sync", "--code-file", following, exit_code=3)
    stage.expect.that(True, "after the server's restart a used code stays used")
    spare = file_with(stage, "code", begun["recovery_codes"][0])
    officer.run("sync", "--code-file", spare)
    stage.expect.that(officer.sync()["equal"], "a recovery code lets in")
    code_from_the_page(stage, officer, begun["recovery_codes"][1])
    log = (stage.work / "server.log").read_text()
    secrets = [NEXT_PASSWORD, PAGE_PASSWORD, *begun["recovery_codes"], parse_qs(url.query)["secret"][0]]
    stage.expect.that(not any(word in log for word in secrets), "no secret is in the log")


def play(stage):
    officer = stage.begin()
    officer.sync()
    change_password(stage, officer)
    from_the_page(stage, officer)
    second_factor(stage, officer)


if __name__ == "__main__":
    sys.exit(perform("own account", __doc__, play))
