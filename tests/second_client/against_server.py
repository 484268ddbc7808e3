#!/usr/bin/env python3
"""The second client against the real server, beside the real client.

  against_server.py [--bin FOLDER]

Exit code 0 when every expectation held.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

from client import Refused, SecondClient, new_id  # noqa: E402
from keys import Code  # noqa: E402
from programs import PASSWORD, perform  # noqa: E402

ORGANISATION, REVIEW = 2, 21  # docs/catalog.md
OWNER, HELD_ON, SUBJECT, PRESENT = 1, 2, 3, 4


def field(number, alternative, content, previous=("empty", None), base=0):
    return {"field": number, "value": (alternative, content), "previous": previous,
            "base": ("confirmed", base)}


def change(record, operation, *fields):
    made = {"record": record, "operation": operation}
    return made if operation in ("retire", "restore") else {**made, "fields": list(fields)}


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
    try:
        second.enrol(code, "again", PASSWORD)
        stage.expect.that(False, "a code is good once")
    except Refused as refused:
        stage.expect.that(refused.refusal["reason"] == "code_unknown_or_used", "a code is good once")
    try:
        second.sign_in()
        stage.expect.that(False, "nobody works who was not activated")
    except Refused as refused:
        stage.expect.that(refused.refusal["reason"] == "device_not_active",
                          "nobody works who was not activated", refused)
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
    try:
        second.push(gap)
        expect.that(False, "a gap is refused")
    except Refused as refused:
        told = refused.refusal
        expect.that((told["reason"], told["expected"]) == ("sequence_gap", gap - 1),
                    "a gap is refused, and the server says what it expects", told)
    second.channel.close()
    second.password = "not the right password at all"
    try:
        second.sign_in()
        expect.that(False, "a wrong password opens nothing")
    except Refused as refused:
        expect.that(refused.refusal["reason"] == "wrong_password" and
                    refused.refusal["password_salt"] == second.identity["password_salt"],
                    "a wrong password opens nothing", refused)


def play(stage):
    officer = stage.begin()
    account = a_branch(officer)
    second = enrol(stage, officer, account)
    review = writes_and_is_read(stage, officer, second)
    checks_the_log(stage, second)
    is_judged_as_anybody(stage, second, review)
    minds_its_account(stage, second)
    comes_again(stage, officer, second)
    stage.expect.that(officer.sync()["equal"], "and the first client is equal to the server")


if __name__ == "__main__":
    sys.exit(perform("second-client", __doc__, play))
