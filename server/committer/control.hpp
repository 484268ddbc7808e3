#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/state.hpp"
#include "shared/rules/rights.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server {

/// An account as the server needs it, read from its record.
struct Account {
    RecordId id;
    std::string name;
    RecordId scope;
    /// The code of list account_level: "1" is the highest.
    std::string level;
    /// The code of list account_nature: "1" permits most.
    std::string nature;
    bool long_term = false;
    bool temporary = false;
    bool may_write = false;
    /// Sections of the menu, in their order, in which it may only read, whatever `may_write` says.
    std::vector<bool> read_only_sections;
    bool manages = false;
    /// As its record says; what counts is kept beside the log.
    bool has_second_factor = false;
    bool active = false;
    bool deleted = false;
    /// The first moment at which a temporary account has ended. One without an end date has ended
    /// always.
    std::optional<Instant> ends_at;
};

/// One edit window, read from its record.
struct Window {
    RecordId id;
    RecordId organisation;
    /// None: for every account in the organisation's subtree.
    std::optional<RecordId> account;
    /// Where there is no account: of this level alone; empty for every level.
    std::string level;
    sync::EditPeriod period;
    std::int64_t grace_ms = 0;
};

/// A device's state, read from its record (kind `device`; the record's id is the device's).
struct Device {
    RecordId id;
    RecordId account;
    bool active = false;
};

/// Whether a moment was one in which an account could edit.
struct EditRight {
    bool permitted = false;
    /// Permitted, but the window's end and grace are past: the change came too late.
    bool too_late = false;
    /// Where not permitted: the start of the next window, if one is known.
    std::optional<Instant> opens_next;
};

/// Who may work, when, from what, and the tree of organisations that their scopes are made of:
/// a view of the records of kinds organisation, account, window and device, kept current record
/// by record. A value: copy it to look at one state for longer.
/// Threads: not synchronised.
class Control {
public:
    static constexpr unsigned unknown_depth = 1'000'000;
    /// A chain of superiors longer than this is a circle. The rules keep circles out of the store;
    /// what is read from one all the same must not hang the server.
    static constexpr unsigned levels_max = 64;

    explicit Control(const catalog::Catalog& catalog);

    /// Takes a record's committed state; other kinds are ignored.
    void take(const RecordState& state);
    /// Whether take() would read a record of this kind.
    [[nodiscard]] bool reads(record::KindNumber kind) const;

    [[nodiscard]] const Account* account(const RecordId& id) const;
    [[nodiscard]] const Device* device(const RecordId& id) const;

    /// Whether an active long-term account that may write has the right to manage: without one the
    /// space could never be worked on again.
    [[nodiscard]] bool has_manager() const;

    /// Temporary accounts whose end has come and that are not deleted yet, in order of their ids.
    [[nodiscard]] std::vector<RecordId> ended_accounts(Instant now) const;
    /// When the next of the others ends.
    [[nodiscard]] std::optional<Instant> next_end(Instant now) const;

    /// The organisation itself or one below it. False for unknown organisations.
    [[nodiscard]] bool is_within(const RecordId& organisation, const RecordId& subtree) const;
    /// Where the organisation stands, seen from `from`. One that is not known stands beside.
    [[nodiscard]] rules::Relation relation(const RecordId& organisation,
                                           const RecordId& from) const;
    /// What the account is in the table of rights. Valid as long as `account`.
    [[nodiscard]] rules::Role role(const Account& account) const;
    /// Levels below the space's root: 0 for the root, unknown_depth where none leads there.
    [[nodiscard]] unsigned depth(const RecordId& organisation) const;
    /// The organisation at the space's root; none before the space is founded.
    [[nodiscard]] std::optional<RecordId> root() const;
    /// The organisation above; none for the root, and for one that is not known.
    [[nodiscard]] std::optional<RecordId> superior(const RecordId& organisation) const;
    [[nodiscard]] std::vector<RecordId> subtree(const RecordId& organisation) const;
    /// Devices of accounts whose scope lies within the subtree, in order of their ids.
    [[nodiscard]] std::vector<RecordId> devices_within(const RecordId& subtree) const;
    [[nodiscard]] ScopeFilter scope_filter(const Account& account) const;

    /// May `account` make a change at `made_at` that arrives at `now`? Judges nature, windows and
    /// grace, not the account's state, nor what is changed. A moment after `now` counts as `now`:
    /// no change arrives before it was made, whatever the device's clock says.
    ///
    /// Long-term: always. Short-term: inside its windows; where several overlap or touch they are
    /// one, and the latest end with its grace counts. Temporary: until its end, without a window
    /// and without grace, since it "ends by itself".
    [[nodiscard]] EditRight edit_right(const Account& account, Instant made_at, Instant now) const;
    /// The edit periods of the account that end after `now`, soonest first, overlapping ones
    /// joined, at most 32. None for a long-term account; one, until its end, for a temporary one.
    [[nodiscard]] std::vector<sync::EditPeriod> periods(const Account& account, Instant now) const;
    /// May a session of this account and device be open at `now`? No value: yes. A short-term
    /// account's may be until its window's grace is over, so that late work can still be delivered.
    [[nodiscard]] std::optional<sync::Refusal> session_refusal(const RecordId& account,
                                                               const RecordId& device,
                                                               Instant now) const;
    /// The first moment after `now` at which session_refusal() or periods() may change by time
    /// alone.
    [[nodiscard]] std::optional<Instant> next_change(const RecordId& account, Instant now) const;

private:
    struct Organisation {
        RecordId parent;
    };

    /// Numbers of the kinds and fields that are read here, looked up once.
    struct Names;

    /// Windows that overlap or touch, as one. Until `accepted_until` what was made inside may
    /// still be delivered.
    struct OpenTime {
        sync::EditPeriod period;
        Instant accepted_until;
    };

    void take_organisation(const RecordState& state);
    void take_account(const RecordState& state);
    void take_window(const RecordState& state);
    void take_device(const RecordState& state);

    void forget_window(const RecordId& id);
    /// The windows that open the account: its own, and those of its organisation and of all above
    /// for its level. Where organisations form a circle, some of them again.
    [[nodiscard]] std::vector<const Window*> windows_of(const Account& account) const;
    /// All of a short-term account's open times, past ones too, ascending.
    [[nodiscard]] std::vector<OpenTime> open_times(const Account& account) const;

    std::shared_ptr<const Names> names_;
    std::unordered_map<RecordId, Organisation> organisations_;
    std::unordered_map<RecordId, std::vector<RecordId>> children_;
    std::unordered_map<RecordId, Account> accounts_;
    std::unordered_map<RecordId, Window> windows_;
    /// By the account that they name, otherwise by the organisation.
    std::unordered_map<RecordId, std::vector<RecordId>> windows_for_;
    std::unordered_map<RecordId, Device> devices_;
};

}  // namespace zhibu::server
