#include "tests/client/agent/model_committee.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "shared/ledger/leaf.hpp"

namespace zhibu::client::test {
namespace {

constexpr std::uint64_t push_credit = 1U << 20U;
constexpr std::size_t chunk_records = 2;

}  // namespace

/// The client's wire, whose other end is the committee.
class ModelCommittee::End final : public sync::Wire {
public:
    End(ModelCommittee& committee, sync::WireEvents& events)
        : committee_{committee}, events_{events}, alive_{std::make_shared<bool>(true)} {}

    void send(std::vector<std::uint8_t> message) override {
        if (!closing_) {
            post([this, message = std::move(message)] { committee_.take(message); });
        }
    }

    void close() override {
        if (!std::exchange(closing_, true)) {
            ++committee_.closed_by_client_;
            post([this] { committee_.close_wire(sync::WireFault::closed_here); });
        }
    }

    [[nodiscard]] std::size_t unsent_bytes() const override { return 0; }

    /// Nothing arrives any more, in either direction, and then it is lost.
    void cut() {
        closing_ = true;
        post([this] { committee_.close_wire(sync::WireFault::connection_lost); });
    }

    void deliver(std::vector<std::uint8_t> frame) {
        post([this, frame = std::move(frame)] {
            if (!closing_) {
                events_.on_message(frame);
            }
        });
    }

    /// `work` is done later unless this wire is gone by then.
    void post(std::function<void()> work) {
        committee_.executor_.post([weak = std::weak_ptr{alive_}, work = std::move(work)] {
            if (!weak.expired()) {
                work();
            }
        });
    }

    [[nodiscard]] sync::WireEvents& events() { return events_; }

private:
    ModelCommittee& committee_;
    sync::WireEvents& events_;
    std::shared_ptr<bool> alive_;
    bool closing_ = false;
};

/// What the committee answers to each message.
struct ModelCommittee::Handler {
    ModelCommittee& committee;

    void operator()(const sync::Hello& hello) const { committee.take_hello(hello); }

    void operator()(const sync::SnapshotRequest& request) const {
        committee.snapshots_begun_ += request.after == record::RecordKey{} ? 1U : 0U;
        ++committee.chunks_sent_;
        committee.told_through_.reset();
        committee.say(committee.records.chunk(request.after, chunk_records));
    }

    void operator()(const sync::Subscribe& subscribe) const {
        committee.told_through_ = subscribe.from;
        committee.publish();
    }

    void operator()(const sync::Push& push) const { committee.take_push(push); }

    void operator()(const sync::PullCredit& /*credit*/) const {}

    void operator()(const sync::DigestRequest& /*request*/) const {
        ScopeDigest digest = committee.records.digest();
        if (committee.wrong_digests > 0) {
            --committee.wrong_digests;
            digest.digest[0] ^= 1;
        }
        committee.say(sync::DigestReply{digest.at, digest.records, digest.digest});
    }

    void operator()(const sync::TreeHeadRequest& request) const {
        committee.grow_tree();
        sync::TreeHead head;
        head.origin = committee.challenge.space;
        head.epoch = committee.challenge.epoch;
        head.signed_at = noon;
        committee.say(committee.tree_.answer(request, head, committee.key_));
    }

    void operator()(const sync::InclusionRequest& request) const {
        committee.say(committee.tree_.answer(request));
    }

    void operator()(const sync::IncidentReport& report) const {
        committee.incidents.push_back(report);
    }

    void operator()(const sync::Goodbye& /*goodbye*/) const {
        committee.wire_->post(
            [to = &committee] { to->close_wire(sync::WireFault::closed_by_peer); });
    }

    template <class Other>
    void operator()(const Other& /*message*/) const {
        committee.messages_not_understood.emplace_back("out of place");
    }
};

ModelCommittee::ModelCommittee(sync::Executor& executor)
    : lease{lease_until({noon.milliseconds + 72 * hour})}, executor_{executor} {
    challenge.space = identity().space;
    challenge.epoch = record::EpochId{record_id(904).uuid};
    challenge.nonce.fill(7);
    challenge.server_time = noon;
    records.change({organisation, record_id(1)}, record::Operation::create,
                   {{name, std::string{"First"}, {}}});
}

ModelCommittee::~ModelCommittee() = default;

void ModelCommittee::connect(sync::WireEvents& events) {
    ++attempts;
    if (reach == Reach::hangs) {
        hanging_ = &events;
    } else if (reach == Reach::fails) {
        executor_.post([&events, fault = connect_fault] { events.on_closed({fault, "a test"}); });
    } else {
        executor_.post([this, &events] { open(events); });
    }
}

void ModelCommittee::open_hanging() { open(*std::exchange(hanging_, nullptr)); }

void ModelCommittee::fail_hanging(sync::WireFault fault) {
    std::exchange(hanging_, nullptr)->on_closed({fault, "a test"});
}

void ModelCommittee::open(sync::WireEvents& events) {
    wire_ = std::make_unique<End>(*this, events);
    sync::PeerIdentity peer;
    peer.channel_binding.fill(9);
    // A challenge is on its way before the client has done anything.
    say(challenge);
    events.on_open(*wire_, peer);
}

void ModelCommittee::say(const sync::Message& message) { say_bytes(sync::encode(message)); }

void ModelCommittee::say_bytes(std::vector<std::uint8_t> frame) {
    if (frames_said++ == loses_frame) {
        wire_->cut();
        return;
    }
    wire_->deliver(std::move(frame));
}

void ModelCommittee::restore(const Backup& backup, record::EpochId epoch) {
    records = backup.records;
    receipts_ = backup.receipts;
    tree_.shrink_to(std::min(tree_.head(), records.head()));
    challenge.epoch = epoch;
}

void ModelCommittee::refuse(sync::RefusalReason reason) {
    sync::Refusal refusal;
    refusal.reason = reason;
    say(refusal);
    wire_->post([this] { close_wire(sync::WireFault::closed_by_peer); });
}

void ModelCommittee::lose(sync::WireFault fault) { close_wire(fault); }

void ModelCommittee::close_wire(sync::WireFault fault) {
    const std::unique_ptr<End> ending = std::exchange(wire_, nullptr);
    told_through_.reset();
    ending->events().on_closed({fault, "a test"});
}

void ModelCommittee::publish() {
    if (!told_through_) {
        return;
    }
    sync::Tail tail;
    tail.entries = records.tail(*told_through_, records.head());
    tail.through = records.head();
    tail.head = records.head();
    told_through_ = tail.through;
    say(tail);
}

sync::SignedLease ModelCommittee::signed_lease() const {
    sync::SignedLease made;
    made.bytes = sync::encode(lease);
    made.signature = key_.sign(made.bytes);
    return made;
}

bool ModelCommittee::has_open_wire() const { return wire_ != nullptr; }

void ModelCommittee::take(const std::vector<std::uint8_t>& frame) {
    const auto message = sync::decode_message(frame);
    if (!message) {
        messages_not_understood.emplace_back("malformed");
        return;
    }
    std::visit(Handler{*this}, *message);
}

void ModelCommittee::take_hello(const sync::Hello& hello) {
    std::array<std::uint8_t, 32> binding{};
    binding.fill(9);
    const bool proved = knows_the_account &&
                        keys::verify_ed25519(account_key.public_key(),
                                             sync::session_transcript(challenge, hello, binding),
                                             hello.account_proof);
    if (!proved || refuses_hello) {
        refuse(proved ? *refuses_hello : sync::RefusalReason::wrong_password);
        return;
    }
    sync::Welcome welcome;
    welcome.epoch = challenge.epoch;
    welcome.head = records.head();
    welcome.last_held = {receipts_.empty() ? 0 : receipts_.rbegin()->first};
    welcome.lease = signed_lease();
    welcome.push_credit = push_credit;
    say(welcome);
    send_verdicts_after(hello.epoch == challenge.epoch ? hello.last_verdict.position : 0);
}

void ModelCommittee::take_push(const sync::Push& push) {
    for (const sync::SealedGroup& group : push.groups) {
        pushed.push_back(sync::decode_group(group.bytes)->name.sequence.position);
    }
    if (refuses_push) {
        refuse(*refuses_push);
        return;
    }
    const std::uint64_t before = receipts_.empty() ? 0 : receipts_.rbegin()->first;
    for (const sync::SealedGroup& group : push.groups) {
        sync::Receipt receipt = records.judge(group, record::Outcome::accepted);
        receipt.signature = key_.sign(receipt.verdict);
        receipts_[sync::decode_verdict(receipt.verdict)->name.sequence.position] = receipt;
    }
    if (std::exchange(loses_verdicts, false)) {
        wire_->post([this] { close_wire(sync::WireFault::connection_lost); });
        return;
    }
    send_verdicts_after(before);
    publish();
}

void ModelCommittee::grow_tree() {
    std::map<record::LogIndex, const sync::Receipt*> own;
    for (const auto& [sequence, receipt] : receipts_) {
        own.emplace(sync::decode_verdict(receipt.verdict)->index, &receipt);
    }
    while (tree_.head() < records.head()) {
        const record::LogIndex index{tree_.head().position + 1};
        record::Verdict verdict;
        std::vector<std::uint8_t> bytes;
        if (const auto found = own.find(index); found != own.end()) {
            bytes = found->second->verdict;
            verdict = *sync::decode_verdict(bytes);
        }
        tree_.push({ledger::make_leaf(
                        ledger::group_content(index, verdict.name, verdict.group_hash), random_),
                    ledger::make_leaf(ledger::verdict_content(index, bytes), random_)});
    }
}

void ModelCommittee::send_verdicts_after(std::uint64_t sequence) {
    sync::Verdicts verdicts;
    verdicts.push_credit = push_credit;
    for (auto at = receipts_.upper_bound(sequence); at != receipts_.end(); ++at) {
        verdicts.receipts.push_back(at->second);
    }
    if (!verdicts.receipts.empty()) {
        say(verdicts);
    }
}

}  // namespace zhibu::client::test
