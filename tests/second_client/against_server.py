#!/usr/bin/env python3
"""The second client against the real server, beside the real client.

  against_server.py [--bin FOLDER]

Exit code 0 when every expectation held.
"""

import copy
import hmac
import struct
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

import wire  # noqa: E402
from client import PART, Refused, SecondClient, new_id  # noqa: E402
from keys import Code  # noqa: E402
from programs import PASSWORD, perform  # noqa: E402

ORGANISATION, REVIEW = 2, 21  # docs/catalog.md
OWNER, HELD_ON, SUBJECT, PRESENT, RESULT = 1, 2, 3, 4, 5


def field(number, alternative, content, previous=("empty", None), base=0):
    return {"field": number, "value": (alternative, content), "previous": previous,
            "base": ("confirmed", base)}


def change(record, operation, *fields):
    made = {"record": record, "operation": operation}
    return made if operation in ("retire", "restore") else {**made, "fields": list(fields)}


def refused(stage, what, reason, doing):
    """What the server says where it must refuse."""
    try:
        doing()
    except Refused as told:
        stage.expect.that(told.refusal["reason"] == reason, what, told)
        return told.refusal
    stage.expect.that(False, what)
    return None


def a_branch(officer):
    officer.run("create", "organisation", "name=第一党支部", "code=D100", "type=30",
                "parent=示范大学党委")
    account = officer.one("create", "account", "name=一支部账号", "organisation=第一党支部", "level=3",
                          "nature=1", "permission=1", "state=1")["id"]
    officer.sync()
    return account


def enrol(stage, officer, account):
    code = officer.run("invite", account)[-1]["code"]
    officer.sync()
    second = SecondClient(stage.work / "second", "127.0.0.1", stage.port)
    stage.expect.that(len(Code(code).secret_text()) == 26, "the code is read")
    second.enrol(code, "第二种程序", PASSWORD)
    stage.expect.that(len(second.identity["certificate_chain"]) == 3, "a device is enrolled")
    refused(stage, "a code is good once", "code_unknown_or_used",
            lambda: second.enrol(code, "again", PASSWORD))
    refused(stage, "nobody works who was not activated", "device_not_active", second.sign_in)
    officer.sync()
    for device in officer.one("list", "device", "--where", "state=1")["records"]:
        officer.run("edit", "device", device["id"], "state=2")
    officer.sync()
    return second


def writes_and_is_read(stage, officer, second):
    expect = stage.expect
    second.sign_in()
    expect.that(second.protocol == 4 and second.lease["may_write"], "it signs in, with a lease")
    second.pull_snapshot()
    second.subscribe()
    second.catch_up(second.head)
    branches = [state["key"] for state in second.replica.records.values()
                if state["key"]["kind"] == ORGANISATION]
    expect.that(len(branches) == 1, "its snapshot has the own branch alone", branches)
    expect.that(second.equals_the_server(), "the digest of what it holds is the server's")
    review = {"kind": REVIEW, "id": new_id()}
    first = second.make([change(review, "create", field(OWNER, "reference", branches[0]["id"]),
                                field(HELD_ON, "date", (2026, 5, 20)),
                                field(SUBJECT, "text", "第二种程序的记录"))])
    second.push(first)
    verdict = second.verdict(first)
    expect.that(verdict["outcome"] == "accepted", "what it makes is accepted, with a receipt", verdict)
    following = second.make([change(review, "update", field(PRESENT, "integer", 17))])
    second.push(following)
    expect.that(second.verdict(following)["outcome"] == "accepted", "and the next of its chain")
    second.catch_up(second.verdict(following)["index"])
    expect.that(second.equals_the_server(), "with both applied the digests are equal")
    officer.sync()
    shown = officer.field("organisation_review", str(review["id"]), "subject")
    expect.that(shown == "第二种程序的记录", "the first client shows it", shown)
    officer.run("edit", "organisation_review", str(review["id"]), "present=18")
    officer.sync()
    expect.that(second.equals_the_server(), "what the first client changes comes by the tail")
    held = second.replica.records[(REVIEW, review["id"].bytes)]["fields"]
    expect.that({"field": PRESENT, "value": ("integer", 18), "changed_at": second.replica.confirmed}
                in held, "with value and index", held)
    return review


def checks_the_log(stage, second):
    second.take_head()
    for sequence in second.receipts:
        second.check_inclusion(sequence)
    stage.expect.that(second.pinned["size"] >= 2 * second.replica.confirmed,
                      "its receipts stand in the signed tree")


def is_judged_as_anybody(stage, second, review):
    expect = stage.expect
    second.push(1)
    expect.that(max(second.receipts) == 2, "a group sent again gets its receipt again")
    stale = second.make([change(review, "update",
                                field(SUBJECT, "text", "改过的", ("text", "第二种程序的记录"),
                                      second.verdict(1)["index"]),
                                field(PRESENT, "integer", 20, ("integer", 17),
                                      second.verdict(2)["index"]))])
    second.push(stale)
    verdict = second.verdict(stale)
    decided = [each["settlement"] for each in verdict["decisions"]]
    expect.that((verdict["outcome"], decided) == ("merged", ["offered_won"]),
                "a change of what changed meanwhile is merged", verdict)
    wrong = second.make([change(review, "update", field(HELD_ON, "text", "昨天"))])
    second.push(wrong)
    rules = [reason["rule"] for reason in second.verdict(wrong)["reasons"]]
    expect.that((second.verdict(wrong)["outcome"], rules) == ("quarantined", ["wrong_type"]),
                "what does not fit the catalog is quarantined, with the reason", rules)
    expect.that(second.take_head() > 0, "the tree has grown from the pinned head, as its proof shows")
    second.check_inclusion(stale)
    second.check_inclusion(wrong)
    expect.that(second.equals_the_server(), "and the digests are equal")


def sends_what_no_message_holds(stage, second, review):
    expect = stage.expect
    branch = next(field["value"] for field in
                  second.replica.records[(REVIEW, review["id"].bytes)]["fields"]
                  if field["field"] == OWNER)
    before = copy.deepcopy(second.replica)
    large = second.make([change({"kind": REVIEW, "id": new_id()}, "create", field(OWNER, *branch),
                                field(HELD_ON, "date", (2026, 6, 1 + number % 30)),
                                field(SUBJECT, "text", f"第{number}次"),
                                field(RESULT, "text", f"{number}：" + "通" * 1990))
                         for number in range(200)], "import")
    size = len(second.groups[large][0])
    expect.that(size > wire.FRAME_BYTES_MAX, "a group is made that no message holds", size)
    second.offer(large, parts=2)
    second.channel.close()
    second.sign_in()
    second.subscribe()
    began = second.offer(large)
    expect.that(began == 2 * PART, "its parts go on where the wire was cut", began)
    expect.that(second.verdict(large)["outcome"] == "accepted", "and it is accepted",
                second.verdict(large))
    expect.that(second.equals_the_server(), "the digests are equal")
    second.take_head()
    second.check_inclusion(large)
    second.leave()
    second.begin(before)
    second.sign_in()
    second.subscribe()
    second.catch_up(second.head)
    expect.that(second.tail_parts > 1, "another incarnation is told of it in parts",
                second.tail_parts)
    expect.that(second.equals_the_server(), "which together are the whole")


def minds_its_account(stage, second):
    reply = second.errand("report_in", text="second-0.1", newest=second.last)
    stage.expect.that(reply["is_done"] and [each["name"] for each in reply["above"]] == ["示范大学党委"],
                      "it reports in, and is told who is above", reply)
    reply = second.errand("change_password", text="short")
    stage.expect.that((reply["is_done"], reply["refused"]) == (False, "password_too_weak"),
                      "a weak password is refused, and the session goes on")
    reply = second.errand("renew_certificate", signing_request=second.key.signing_request())
    stage.expect.that(reply["is_done"] and len(reply["certificate_chain"]) == 3,
                      "its certificate is renewed")
    second.leave()


def code_of(secret, step):
    """RFC 6238."""
    mac = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def shows_a_second_factor(stage, second):
    second.sign_in()
    begun = second.errand("begin_second_factor")
    stage.expect.that(begun["is_done"] and len(begun["recovery_codes"]) == 10,
                      "a second factor is begun, with ten recovery codes")
    step = int(time.time()) // 30
    reply = second.errand("confirm_second_factor", text=code_of(begun["secret"], step))
    stage.expect.that(reply["is_done"], "and confirmed by what an authenticator shows", reply)
    second.leave()
    refused(stage, "without it nobody signs in", "second_factor_needed", second.sign_in)
    refused(stage, "nor with another code", "second_factor_wrong",
            lambda: second.sign_in(factor="no such code"))
    second.sign_in(factor=begun["recovery_codes"][3])
    stage.expect.that(second.lease["serial"] > 0, "with a recovery code one does")
    second.leave()


def delivers_when_disabled(stage, officer, second, review):
    second.sign_in()
    first = second.make([change(review, "update", field(PRESENT, "integer", 21))])
    second.make([change(review, "update", field(RESULT, "text", "停用前所作"))])
    officer.run("account", "disable", "一支部账号")
    officer.sync()
    refused(stage, "a disabled account's session ends", "account_disabled",
            lambda: second.wait_for("nothing"))
    refused(stage, "and no other opens", "account_disabled", second.sign_in)
    through = second.hand_in(first, first + 1)
    stage.expect.that(through == first + 1, "what it has made it still delivers", through)
    officer.sync()
    cases = officer.one("cases")
    stage.expect.that("停用" in str(cases) or "disabled" in str(cases),
                      "and it waits for an officer", cases)


def comes_again(stage, officer, second):
    expect = stage.expect
    officer.run("edit", "organisation", "第一党支部", "phone=0571-88886666")
    officer.sync()
    second.sign_in(protocol=3)
    expect.that(second.protocol == 3 and second.last_held == second.last,
                "in another session, of an older version, the server knows where it stands")
    second.subscribe()
    expect.that(second.equals_the_server(), "the tail alone brings what has changed")
    second.make([change({"kind": REVIEW, "id": new_id()}, "retire")])
    gap = second.make([change({"kind": REVIEW, "id": new_id()}, "retire")])
    told = refused(stage, "a gap is refused", "sequence_gap", lambda: second.push(gap))
    expect.that(told["expected"] == gap - 1, "and the server says what it expects", told)
    second.take_back(2)
    second.password = "not the right password at all"
    told = refused(stage, "a wrong password opens nothing", "wrong_password", second.sign_in)
    expect.that(told["password_salt"] == second.identity["password_salt"],
                "and the server says how the right one is derived")
    second.password = PASSWORD


def play(stage):
    officer = stage.begin()
    account = a_branch(officer)
    second = enrol(stage, officer, account)
    review = writes_and_is_read(stage, officer, second)
    checks_the_log(stage, second)
    is_judged_as_anybody(stage, second, review)
    sends_what_no_message_holds(stage, second, review)
    minds_its_account(stage, second)
    comes_again(stage, officer, second)
    shows_a_second_factor(stage, second)
    delivers_when_disabled(stage, officer, second, review)
    stage.expect.that(officer.sync()["equal"], "and the first client is equal to the server")


if __name__ == "__main__":
    sys.exit(perform("second-client", __doc__, play))
