"""A second client, written from docs/protocol.md: enrols, signs in, pulls, pushes, checks the log."""

import hashlib
import hmac
import os
import re
import ssl
import struct
import time
import uuid

import wire
from box import entry
from channel import Channel, Closed, tls
from keys import AccountKey, Code, DeviceKey, is_root_of, openssl, verify_ed25519

NONE = uuid.UUID(int=0)
FIRST = {"kind": 0, "id": NONE}
CREDIT = 1 << 20
PART = 256 << 10
CATALOG = 1  # of docs/catalog.md; what this client writes has been there from the first on


class Refused(Exception):
    def __init__(self, refusal):
        super().__init__(f"{refusal['reason']} {refusal['detail']}".strip())
        self.refusal = refusal


class Distrust(Exception):
    """The server said what this client must not believe."""


def believe(condition, what):
    if not condition:
        raise Distrust(what)


def new_id():
    """UUIDv7 (RFC 9562, 5.7)."""
    bits = int.from_bytes(os.urandom(10), "big") | int(time.time() * 1000) << 80
    bits = bits & ~(0xF << 76) | 7 << 76
    return uuid.UUID(int=bits & ~(3 << 62) | 2 << 62)


def order(key):
    return key["kind"], key["id"].bytes


def leaf_hash(commitment):
    return hashlib.sha256(b"\0" + commitment).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def included(size, root, leaf, hash_, path):
    """RFC 9162, 2.1.3.2."""
    last = size - 1
    if leaf > last:
        return False
    for each in path:
        if last == 0:
            return False
        if leaf & 1 or leaf == last:
            hash_ = node(each, hash_)
            while not leaf & 1 and leaf:
                leaf, last = leaf >> 1, last >> 1
        else:
            hash_ = node(hash_, each)
        leaf, last = leaf >> 1, last >> 1
    return last == 0 and hash_ == root


def extends(old_size, old_root, new_size, new_root, proof):
    """RFC 9162, 2.1.4.2."""
    if old_size == new_size:
        return not proof and old_root == new_root
    proof = list(proof)
    if old_size & (old_size - 1) == 0:
        proof.insert(0, old_root)
    at, last = old_size - 1, new_size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if not proof:
        return False
    first = second = proof[0]
    for each in proof[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node(each, first), node(each, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node(second, each)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


class Replica:
    """Records of the scope, as they are committed at `confirmed`."""

    def __init__(self):
        self.records = {}  # (kind, id's bytes) -> state
        self.confirmed = 0

    def apply(self, effect):
        if effect["sort"] == "evicted":
            self.records.pop(order(effect["state.key"]), None)
            return
        told = effect["state"]
        key = order(told["key"])
        held = self.records.get(key)
        if effect["sort"] == "entered" or held is None:
            self.records[key] = told
            return
        fields = {field["field"]: field for field in held["fields"]}
        for field in told["fields"]:
            mine = fields.get(field["field"])
            if mine is None or mine["changed_at"] <= field["changed_at"]:
                fields[field["field"]] = field
        if told["life_changed_at"] >= held["life_changed_at"]:
            held["retired"], held["life_changed_at"] = told["retired"], told["life_changed_at"]
        held["fields"] = [fields[number] for number in sorted(fields)]

    def apply_own(self, group, index):
        """A group of this replica that was accepted as sent."""
        for change in group["changes"]:
            key = order(change["record"])
            if change["operation"] == "create":
                self.records[key] = {"key": change["record"], "retired": False,
                                     "life_changed_at": index, "fields": []}
            held = self.records[key]
            if change["operation"] in ("retire", "restore"):
                held["retired"] = change["operation"] == "retire"
                held["life_changed_at"] = index
            fields = {field["field"]: field for field in held["fields"]}
            for field in change.get("fields", []):
                fields[field["field"]] = {"field": field["field"], "value": field["value"],
                                          "changed_at": index}
            held["fields"] = [fields[number] for number in sorted(fields)]

    def digest(self):
        whole = hashlib.sha256()
        for key in sorted(self.records):
            whole.update(wire.encode_form("record_state", self.records[key]))
        return len(self.records), whole.digest()


class SecondClient:
    def __init__(self, folder, address, port):
        folder.mkdir(mode=0o700)
        self.folder = folder
        self.address, self.port = address, port
        self.key = DeviceKey(folder / "key.pem")
        self.epoch = NONE
        self.pinned = None
        self.newest_time = 0
        self.channel = None
        self.begin(Replica())

    def begin(self, replica):
        """A new incarnation, upon what a replica holds."""
        self.incarnation = uuid.uuid4()
        self.replica = replica
        self.groups = {}    # sequence -> (bytes, signature)
        self.receipts = {}  # sequence -> (verdict's bytes, verdict)
        self.last = 0
        self.tail_parts = 0

    # Enrolment: section 3.

    def root_of(self, code):
        """The root that the code names, out of the chain that the server shows."""
        shown = openssl("s_client", "-connect", f"{self.address}:{self.port}", "-tls1_3",
                        "-showcerts").decode()
        for text in re.findall(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", shown,
                               re.DOTALL):
            certificate = ssl.PEM_cert_to_DER_cert(text)
            if is_root_of(certificate, code):
                return certificate
        raise Distrust("the server is not the one that the code names")

    def enrol(self, code_text, label, password):
        code = Code(code_text)
        root = self.root_of(code)
        channel = Channel(self.address, self.port, "/enrol", tls(root))
        channel.send("EnrolRequest", protocol=4, code=code.secret_text(),
                     signing_request=self.key.signing_request(), device_label=label,
                     new_password=password)
        self.identity = self.answer(channel, "EnrolAccepted")
        channel.close()
        believe(self.identity["certificate_chain"][-1] == root, "another root")
        chain = "".join(map(ssl.DER_cert_to_PEM_cert, self.identity["certificate_chain"][:2]))
        (self.folder / "chain.pem").write_text(chain)
        self.root, self.password = root, password

    def answer(self, channel, name):
        got, members = channel.message()
        if got == "Refusal":
            raise Refused(members)
        believe(got == name, f"{got} in place of {name}")
        return members

    # A session: section 4.

    def greet(self):
        context = tls(self.root, self.folder / "chain.pem", self.key.file)
        self.channel = Channel(self.address, self.port, "/sync", context)
        challenge = self.answer(self.channel, "Challenge")
        believe(challenge["space"] == self.identity["space"], "another space")
        return challenge

    def sign_in(self, protocol=4, factor=None):
        challenge = self.greet()
        believe(challenge["oldest_protocol"] <= protocol, "a newer server")
        hello = {"protocol": min(protocol, challenge["newest_protocol"]), "catalog_version": CATALOG,
                 "space": self.identity["space"], "device": self.identity["device"],
                 "incarnation": self.incarnation, "account": self.identity["account"],
                 "epoch": self.epoch, "confirmed": self.replica.confirmed,
                 "last_verdict": max(self.receipts, default=0)}
        account = AccountKey(self.password, self.identity["password_salt"],
                             self.identity["password_cost"])
        hello["account_proof"] = account.sign(
            wire.transcript(challenge, self.channel.binding, hello))
        if factor:
            self.channel.send("SecondFactor", code=factor)
        self.channel.send("Hello", **hello)
        self.protocol = hello["protocol"]
        welcome = self.answer(self.channel, "Welcome")
        believe(self.epoch in (NONE, welcome["epoch"]), "another epoch: not what this test is about")
        self.take_lease(welcome["lease"])
        self.epoch = welcome["epoch"]
        self.head, self.last_held = welcome["head"], welcome["last_held"]
        self.credit = welcome["push_credit"]

    def take_lease(self, signed):
        self.check_signature(signed, "bytes", "the lease")
        lease = wire.decode_form("lease", signed["bytes"])
        believe(all(lease[name] == self.identity[name] for name in ("space", "account", "device")),
                "somebody else's lease")
        self.lease = lease

    def check_signature(self, signed, member, what):
        believe(verify_ed25519(self.identity["server_key"], signed[member], signed["signature"]),
                f"{what}'s signature")

    def leave(self):
        self.channel.send("Goodbye")
        try:
            while True:
                self.channel.message()
        except Closed:
            self.channel.close()

    def wait_for(self, *names):
        """The next message of these names; what may come in between is taken."""
        while True:
            name, members = self.channel.message()
            if name == "Refusal":
                raise Refused(members)
            if name == "Verdicts":
                self.take_verdicts(members)
            elif name == "LeaseUpdate":
                self.take_lease(members["lease"])
            elif name in ("Tail", "TailPart"):
                self.take_tail(name, members)
            else:
                believe(name in (*names, "Watermark"), f"{name} in place of {names}")
            if name in names:
                return members

    def hand_in(self, *sequences):
        """Delivers without signing in: section 9. Returns up to where the server has them."""
        self.greet()
        boxes = []
        for each in sequences:
            name = {"device": self.identity["device"], "incarnation": self.incarnation,
                    "sequence": each}
            boxes.append({"box": entry(self.identity["server_box_key"], name, *self.groups[each])})
        self.channel.send("HandIn", account=self.identity["account"], incarnation=self.incarnation,
                          groups=boxes)
        told = self.answer(self.channel, "HandedIn")
        believe(told["incarnation"] == self.incarnation, "somebody else's hand-in")
        self.leave()
        return told["through"]

    # Pull: section 8.

    def pull_snapshot(self):
        after, first, staged = FIRST, None, {}
        while True:
            self.channel.send("SnapshotRequest", after=after)
            chunk = self.wait_for("SnapshotChunk")
            first = chunk["read_at"] if first is None else first
            for state in chunk["records"]:
                believe(order(after) < order(state["key"]), "a snapshot that does not ascend")
                after = state["key"]
                staged[order(after)] = state
            if chunk["is_last"]:
                break
            believe(after == chunk["through"], "a chunk that ends elsewhere")
        self.replica.records, self.replica.confirmed = staged, first

    def subscribe(self):
        self.channel.send("Subscribe", **{"from": self.replica.confirmed, "credit": CREDIT})

    def take_tail(self, name, told):
        entries = told["entries"] if name == "Tail" else [told["entry"]]
        for entry in entries:
            self.take_entry(entry)
        self.head = max(self.head, told["head"])
        self.tail_parts += name == "TailPart"
        if name == "Tail":
            self.replica.confirmed = told["through"]
        elif told["is_last"]:
            self.replica.confirmed = told["entry"]["entry"]["index"]
        self.channel.send("PullCredit", bytes=CREDIT)

    def take_entry(self, told):
        entry = told["entry"]
        if told["own"]:
            name = entry["origin"]
            believe(name["incarnation"] == self.incarnation, "somebody else's group as own")
            data = self.groups[name["sequence"]][0]
            self.replica.apply_own(wire.decode_form("group", data), entry["index"])
        for effect in entry["effects"]:
            self.replica.apply(effect)

    def catch_up(self, through):
        while self.replica.confirmed < through:
            self.wait_for("Tail", "TailPart")

    def equals_the_server(self):
        """Whether the replica's digest is the server's, at one index."""
        while True:
            self.channel.send("DigestRequest")
            reply = self.wait_for("DigestReply")
            self.catch_up(reply["at"])
            if self.replica.confirmed == reply["at"]:
                return self.replica.digest() == (reply["records"], reply["digest"])

    # Push: section 5.

    def make(self, changes, action="edit"):
        """A group, made as it would be without the server: hashed, chained, signed."""
        before = self.groups.get(self.last)
        now = int(time.time() * 1000) << 16
        self.newest_time = max(now, self.newest_time + 1)
        group = {"name": {"device": self.identity["device"], "incarnation": self.incarnation,
                          "sequence": self.last + 1},
                 "previous": hashlib.sha256(before[0]).digest() if before else bytes(32),
                 "author": self.identity["account"], "lease_serial": self.lease["serial"],
                 "made_at": self.newest_time, "catalog_version": CATALOG, "action": action,
                 "depends_on": [], "changes": changes}
        data = wire.encode_form("group", group)
        self.last += 1
        self.groups[self.last] = (data, self.key.sign(hashlib.sha256(data).digest()))
        return self.last

    def take_back(self, count):
        """The last groups were never sent: as if they had not been made."""
        for _ in range(count):
            del self.groups[self.last]
            self.last -= 1

    def push(self, *sequences):
        groups = [{"bytes": self.groups[each][0], "signature": self.groups[each][1]}
                  for each in sequences]
        frame = wire.encode_frame("Push", groups=groups)
        believe(len(frame) <= self.credit, "too little credit")
        self.credit -= len(frame)
        self.channel.send("Push", groups=groups)
        while not set(sequences) <= set(self.receipts):
            self.wait_for("Verdicts")

    def offer(self, sequence, parts=None):
        """A group that no message holds, in so many parts at most; how much the server had before."""
        data, signature = self.groups[sequence]
        self.channel.send("GroupOffer", account=self.identity["account"], incarnation=self.incarnation,
                          sequence=sequence, is_boxed=False, bytes=len(data),
                          hash=hashlib.sha256(data).digest(), signature=signature)
        held = self.wait_for("PartsHeld")
        began = at = held["bytes"]
        self.credit += held["push_credit"]
        while at < len(data) and parts != 0:
            part = data[at:at + min(PART, self.credit)]
            self.channel.send("GroupPart", at=at, bytes=part)
            self.credit -= len(part)
            at += len(part)
            held = self.wait_for("PartsHeld")
            self.credit += held["push_credit"]
            believe(held["bytes"] == at, "parts that were not sent")
            parts = parts and parts - 1
        if at == len(data):
            self.wait_for("Verdicts")
        return began

    def take_verdicts(self, told):
        self.credit += told["push_credit"]
        for receipt in told["receipts"]:
            self.check_signature(receipt, "verdict", "the receipt")
            verdict = wire.decode_form("verdict", receipt["verdict"])
            name = verdict["name"]
            believe(name["device"] == self.identity["device"] and
                    name["incarnation"] == self.incarnation, "somebody else's receipt")
            data = self.groups[name["sequence"]][0]
            believe(verdict["group_hash"] == hashlib.sha256(data).digest(), "another group's receipt")
            self.receipts[name["sequence"]] = (receipt["verdict"], verdict)

    def verdict(self, sequence):
        return self.receipts[sequence][1]

    # The log: section 10.

    def take_head(self):
        known = self.pinned
        self.channel.send("TreeHeadRequest", known_size=known["size"] if known else 0)
        reply = self.wait_for("TreeHeadReply")
        self.check_signature(reply["head"], "bytes", "the tree head")
        head = wire.decode_form("tree_head", reply["head"]["bytes"])
        believe(head["origin"] == self.identity["space"] and head["epoch"] == self.epoch,
                "another tree's head")
        believe(head["size"] >= 2 * self.replica.confirmed, "a tree that is too short")
        if known:
            believe(head["size"] >= known["size"] and
                    extends(known["size"], known["root"], head["size"], head["root"],
                            reply["consistency"]), "a forked history")
        self.pinned = head
        return len(reply["consistency"])

    def check_inclusion(self, sequence):
        """Whether the group and its verdict stand in the pinned tree, at the receipt's index."""
        data, verdict = self.receipts[sequence]
        index, name = verdict["index"], verdict["name"]
        self.channel.send("InclusionRequest", index=index, tree_size=self.pinned["size"])
        reply = self.wait_for("InclusionReply")
        contents = [b"\1" + struct.pack("<Q", index) + name["device"].bytes +
                    name["incarnation"].bytes + struct.pack("<Q", sequence) + verdict["group_hash"],
                    b"\2" + struct.pack("<Q", index) + data]
        believe([leaf["leaf"] for leaf in reply["leaves"]] == [2 * index - 2, 2 * index - 1],
                "other leaves")
        for leaf, content in zip(reply["leaves"], contents):
            believe(len(leaf["salt"]) == 32, "no salt of the own group")
            believe(hmac.digest(leaf["salt"], content, "sha256") == leaf["commitment"],
                    "a commitment to something else")
            believe(included(self.pinned["size"], self.pinned["root"], leaf["leaf"],
                             leaf_hash(leaf["commitment"]), leaf["path"]), "a path that does not hold")

    # Errands: section 14.

    def errand(self, sort, text="", signing_request=b"", newest=0):
        self.channel.send("Errand", sort=sort, text=text, signing_request=signing_request,
                          newest=newest)
        return self.wait_for("ErrandReply")
