#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/committer/judge.hpp"
#include "shared/keys/digest.hpp"
#include "shared/record/outside_chain.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/simulation/simulated_catalog.hpp"
#include "tests/simulation/world.hpp"
#include "tests/support/memory_store.hpp"

/// What is looked at once, when the programs have ended.
namespace zhibu::simulation {
namespace {

/// Not judged by what is in it: it stands beside its chain, as a copy's or behind a gap.
bool is_set_aside(const record::Verdict& verdict) {
    return verdict.outcome == record::Outcome::quarantined && verdict.reasons.size() == 1 &&
           record::is_outside_chain(verdict.reasons);
}

/// Judges the log again, from its first position, on another sort of store.
class SecondCourt {
public:
    SecondCourt(const Committee& committee, server::Store& store)
        : committee_{committee}, transaction_{store.begin().value()} {}

    /// Why the second judgement is another one; empty where it is the same.
    std::string judge(const LoggedGroup& logged) {
        const auto group = sync::decode_group(logged.sealed.bytes);
        restored_at_ = restored_before(logged.index);
        const auto verdict = sync::decode_verdict(logged.receipt.verdict);
        if (!group || !verdict) {
            return "cannot be read";
        }
        server::LogRow row;
        row.index = logged.index;
        row.name = group->name;
        row.group_hash = keys::sha256(logged.sealed.bytes);
        row.sealed = logged.sealed;
        row.receipt = logged.receipt;
        row.outcome = verdict->outcome;
        row.author = group->author;
        row.action = group->action;
        row.committed_at = verdict->decided_at;
        row.outside_chain = is_set_aside(*verdict);
        if (!once_.emplace(row.name, row.group_hash).second) {
            return "has been committed before";
        }
        if (row.outside_chain) {
            outside_[row.name] = row.group_hash;
        } else {
            close_gap(row.name);
            if (std::string other = apply(*group, *verdict, row); !other.empty()) {
                return other;
            }
        }
        return transaction_->append(row) ? "" : "cannot be appended";
    }

    /// Makes what was judged the store's state.
    [[nodiscard]] bool keep() { return transaction_->commit().has_value(); }

private:
    /// What the store at work knew of restorings when it judged that position: the oldest one.
    [[nodiscard]] std::optional<record::LogIndex> restored_before(record::LogIndex index) const {
        std::optional<record::LogIndex> oldest;
        for (const record::LogIndex& begun : committee_.begun()) {
            if (begun < index) {
                oldest = std::min(oldest.value_or(begun), begun);
            }
        }
        return oldest;
    }

    /// Whether the author of that value had seen what stands. A base behind the position at which a
    /// backup was put back may be of the history that was lost: there the value tells.
    [[nodiscard]] bool had_seen(const record::FieldChange& offered,
                                const record::FieldState& held) const {
        if (offered.base.origin != record::Base::Origin::confirmed) {
            return true;
        }
        record::LogIndex base{offered.base.position};
        if (restored_at_ && base > *restored_at_) {
            if (held.value == offered.previous) {
                return true;
            }
            base = *restored_at_;
        }
        return held.changed_at <= base;
    }

    /// Groups behind a gap came into the chain as it reached them.
    void close_gap(record::GroupName name) {
        const std::uint64_t next = name.sequence.position;
        std::uint64_t& last = last_[{name.device, name.incarnation}];
        while (last + 1 < next) {
            name.sequence.position = ++last;
            const auto found = outside_.find(name);
            if (found == outside_.end() || !transaction_->take_into_chain(name, found->second)) {
                return;
            }
        }
        last = next;
    }

    /// Whether the verdict names every field whose committed value the author had not seen, unless
    /// both mean the same.
    [[nodiscard]] bool tells_who_lost(const record::Group& group, const record::Verdict& verdict) {
        if (verdict.outcome != record::Outcome::accepted &&
            verdict.outcome != record::Outcome::merged) {
            return true;
        }
        for (const record::Change& change : group.changes) {
            const auto state = transaction_->find(change.record);
            for (const record::FieldChange& offered : change.fields) {
                const auto* held = state && *state ? (*state)->find(offered.field) : nullptr;
                if (held == nullptr || had_seen(offered, *held) || held->value == offered.value) {
                    continue;
                }
                const bool is_told = std::ranges::any_of(
                    verdict.decisions, [&](const record::FieldDecision& decision) {
                        return decision.record == change.record && decision.field == offered.field;
                    });
                if (!is_told) {
                    return false;
                }
            }
        }
        return true;
    }

    std::string apply(const record::Group& group, const record::Verdict& verdict,
                      server::LogRow& row) {
        const bool is_own = group.name.device == committee_.keys().server_device;
        if (!is_own && !tells_who_lost(group, verdict)) {
            return "overwrites what its author had not seen, and does not say so";
        }
        const server::Bench bench{&simulated_catalog(), &committee_.rules(), &control_,
                                  restored_at_};
        auto judged =
            is_own ? server::judge_own(bench, *transaction_, group, row.index, verdict.decided_at)
                   : server::judge(bench, *transaction_, group, row.index, verdict.decided_at);
        if (!judged) {
            return "cannot be judged";
        }
        if (judged->outcome != verdict.outcome || judged->reasons != verdict.reasons ||
            judged->decisions != verdict.decisions) {
            return "is judged otherwise";
        }
        row.verbatim = judged->verbatim;
        row.tree_changed = judged->tree_changed;
        row.effects = std::move(judged->effects);
        for (const record::RecordState& state : judged->states) {
            if (!transaction_->put(state)) {
                return "cannot be put";
            }
            control_.take(state);
        }
        return {};
    }

    const Committee& committee_;
    server::Control control_{simulated_catalog()};
    /// Of the position that is being judged.
    std::optional<record::LogIndex> restored_at_;
    std::set<SavedGroup> once_;
    std::map<record::GroupName, record::Hash> outside_;
    std::map<std::pair<record::DeviceId, record::IncarnationId>, std::uint64_t> last_;
    std::unique_ptr<server::StoreTransaction> transaction_;
};

void check_replay(World& world) {
    support::MemoryStore again{{}};
    const std::vector<LoggedGroup> log = world.committee->log();
    {
        SecondCourt court{*world.committee, again};
        for (const LoggedGroup& logged : log) {
            if (const std::string other = court.judge(logged); !other.empty()) {
                world.fail("replay",
                           "position " + std::to_string(logged.index.position) + " " + other);
                return;
            }
        }
        if (!court.keep()) {
            world.fail("replay", "cannot be kept");
        }
    }
    const auto store = world.committee->open_store();
    const auto first = store->open_reader();
    const auto second = again.open_reader();
    for (const catalog::Kind& kind : simulated_catalog().kinds()) {
        std::vector<record::RecordState> ours;
        std::vector<record::RecordState> theirs;
        const auto into = [](std::vector<record::RecordState>& states) {
            return [&states](const record::RecordState& state) { states.push_back(state); };
        };
        if (!(*first)->each(kind.id(), into(ours)) || !(*second)->each(kind.id(), into(theirs)) ||
            ours != theirs) {
            world.fail("replay", "the same log gives another state of " + std::string{kind.name});
        }
    }
}

/// Where each planted person belongs now.
std::vector<std::pair<const PlantedPerson*, record::RecordId>> branches_of_planted(
    World& world, server::StoreReader& reader) {
    std::vector<std::pair<const PlantedPerson*, record::RecordId>> branches;
    for (const PlantedPerson& planted : founded().planted) {
        const auto state = reader.find(planted.key);
        const auto* branch = state && *state
                                 ? std::get_if<record::RecordId>(&(*state)->value(names().branch))
                                 : nullptr;
        if (branch == nullptr) {
            world.fail("scope", "a planted person is gone");
        } else {
            branches.emplace_back(&planted, *branch);
        }
    }
    return branches;
}

/// No byte of a record that its account may not see is on a device, in no page of the replica; what
/// it may see is found there, by the same search.
void check_bytes(World& world) {
    const auto control = world.committee->committer().control();
    const auto branches = branches_of_planted(world, world.committee->reader());
    for (const auto& device : world.devices) {
        const server::Account* account = control->account(device->kit().identity.account);
        const std::vector<std::uint8_t> bytes = device->pages();
        // Found by the C library's own search, which is many times as fast.
        const std::string_view pages{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
        for (const auto& [planted, branch] : branches) {
            const bool is_there = pages.contains(planted->mark);
            const bool may_be = control->is_within(branch, account->scope);
            if (is_there && !may_be) {
                world.fail("scope", "device " + std::to_string(device->number()) +
                                        " holds bytes of a person outside its scope");
            } else if (!is_there && may_be && !pages.empty()) {
                world.fail("scope", "device " + std::to_string(device->number()) +
                                        " has not the bytes of a person in its scope");
            }
        }
    }
}

}  // namespace

void check_at_the_end(World& world) {
    for (const auto& device : world.devices) {
        device->close();
    }
    check_bytes(world);
    world.committee->stop();
    if (!world.failure) {
        check_replay(world);
    }
}

}  // namespace zhibu::simulation
