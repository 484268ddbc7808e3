#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client/replica/detail/clause.hpp"
#include "client/replica/detail/connection.hpp"
#include "client/replica/detail/record_rows.hpp"
#include "client/replica/detail/staged_rows.hpp"
#include "client/replica/replica.hpp"
#include "shared/vault/head_record.hpp"
#include "sync_protocol/erasure/strip.hpp"

namespace zhibu::client {

/// What stands behind Replica: its operations over one connection, a file a subject. Operations
/// throw detail::Failed and SQLite's failures; each writes in one transaction, so that a failure
/// leaves everything as it was. Nothing is cached across operations.
class Replica::Body {
public:
    /// Throws as the operations do.
    static std::unique_ptr<Body> create(const SealedPlace& place, const ReplicaIdentity& identity,
                                        const catalog::Catalog& catalog, record::Clock& clock,
                                        record::Random& random);
    static std::unique_ptr<Body> open(const SealedPlace& place, const catalog::Catalog& catalog,
                                      record::Clock& clock, record::Random& random);

    Body(std::unique_ptr<detail::FileLock> lock, std::unique_ptr<detail::Connection> connection,
         const catalog::Catalog& catalog, record::Clock& clock, record::Random& random);

    // reading.cpp
    std::optional<record::RecordState> find(const record::RecordKey& key);
    ReplicaStatus status();
    std::vector<OwnGroup> own_groups(std::uint32_t limit);
    std::optional<OwnGroup> own_group(record::Sequence sequence);
    ScopeDigest digest();
    /// Own groups that were set aside, and for which or against which an officer has decided.
    std::uint64_t decided_cases();

    // listing.cpp
    ListPage list(const ListQuery& query);
    Filled filled(const ListQuery& query);

    // history.cpp
    std::vector<HistoryStep> history(const record::RecordKey& key);

    // notes.cpp
    void keep_note(std::string_view name, std::string_view text);
    std::vector<Note> notes(std::string_view prefix);

    // above.cpp
    void keep_above(std::span<const sync::OrganisationAbove> above);
    std::vector<sync::OrganisationAbove> above();

    // survey.cpp
    void survey_organisation(const record::RecordId& organisation);
    void forget_survey();
    std::vector<SurveyCount> survey_counts();

    // writing.cpp
    record::RecordId new_record_id();
    Committed commit(const Draft& draft, const SignHash& sign);
    std::vector<rules::Finding> preview(const Draft& draft);

    // rule_check.cpp
    std::vector<rules::Finding> survey(const Draft& draft,
                                       std::span<const record::RecordKey> records);

    // verdicts.cpp
    std::vector<record::SealedGroup> waiting_after(record::Sequence after, std::size_t bytes_max);
    std::optional<sync::GroupOffer> offer_after(record::Sequence after);
    detail::Bytes part_of(record::Sequence sequence, std::uint64_t at, std::size_t bytes_max);
    void take_verdicts(std::span<const record::Receipt> receipts);

    // tail.cpp
    void apply_tail(std::span<const sync::TailEntry> entries, record::LogIndex through);
    void stage_tail_part(const sync::TailPart& part, bool is_first);
    void apply_tail_parts(record::LogIndex through);

    // snapshot.cpp
    void stage(const record::RecordKey& after, const sync::SnapshotChunk& chunk);
    void swap_in();

    // continuity.cpp
    void adopt_epoch(record::EpochId epoch, record::Sequence held);
    void begin_repair();
    record::Sequence committed_through(record::LogIndex index);

    // lease.cpp
    void take_lease(const sync::Lease& lease, record::Instant server_time);

private:
    using Keys = std::set<record::RecordKey>;

    /// A record as the server last confirmed it; none: not at all.
    using Confirmed = std::optional<record::RecordState>;

    /// Records whose working state is to be made again, each with its confirmed state where that is
    /// not written yet: most go on to lose their images.
    using Dirty = std::map<record::RecordKey, std::optional<Confirmed>>;

    /// A group of this device, decoded.
    struct KnownGroup {
        record::Group group;
        /// Ascending by record, which a group names once.
        std::vector<const record::Change*> by_record;
        bool committed = false;  // by the server, as a verdict or the log has said

        [[nodiscard]] const record::Change* find(const record::RecordKey& key) const;
    };

    /// Groups decoded once for an operation.
    using GroupCache = std::map<record::Sequence, KnownGroup>;

    /// A record as it is, if it is there, and as a change leaves it.
    struct Touched {
        std::optional<record::RecordState> before;
        record::RecordState after;
    };

    /// A draft that has been judged, as changes; without any if it changes nothing.
    struct Judged {
        std::vector<record::Change> changes;
        /// By each of them.
        std::vector<Touched> touched;
        std::vector<rules::Finding> findings;
    };

    // schema.cpp
    /// Opens what stands at its place.
    static std::unique_ptr<Body> take_up(std::unique_ptr<detail::FileLock> lock,
                                         const SealedPlace& place, const catalog::Catalog& catalog,
                                         record::Clock& clock, record::Random& random);
    void create_schema(const ReplicaIdentity& identity);
    void check_schema();
    /// False: none was missing.
    bool make_missing_tables();
    [[nodiscard]] std::optional<std::int64_t> number(const char* name);
    [[nodiscard]] detail::Bytes blob(const char* name);
    void set_number(const char* name, std::int64_t value);
    void set_blob(const char* name, std::span<const std::uint8_t> value);
    void clear_meta(const char* name);
    [[nodiscard]] record::Uuid uuid(const char* name);

    // head.cpp
    static void make_head(const SealedPlace& place, record::Random& random);
    [[nodiscard]] static vault::HeadFile read_head(const SealedPlace& place,
                                                   record::Random& random);
    /// Sealed by the newest key when the program ended last.
    [[nodiscard]] static std::uint64_t pages_at_most(const vault::HeadFile& head);
    /// Throws damaged where acknowledged groups are missing.
    void check_head(vault::HeadFile head);
    /// Makes the newest group of this device known to the head record, durably, if it is not.
    void write_head();
    /// Gives the escrow what it does not hold of the groups without a verdict. False: it has no
    /// room for all of them.
    [[nodiscard]] bool fill_escrow();
    /// Throws storage_full where the escrow cannot take a group of so many bytes, signature
    /// counted.
    void make_room_in_escrow(std::size_t group_bytes);
    /// To be called where the server's word is of a group that this replica does not hold. Throws
    /// forked; something else where the escrow does not hold all that waits here.
    [[noreturn]] void fail_forked(const char* place);
    [[nodiscard]] record::LogIndex confirmed();
    [[nodiscard]] record::EpochId epoch();

    // listing.cpp
    /// What a search comes to.
    struct Found {
        std::string condition = "1";
        bool are_few = false;
    };

    [[nodiscard]] Found search(const catalog::Kind& kind, const ListQuery& query);
    /// The page's rows, counted by a statement of its own ...
    [[nodiscard]] std::vector<std::int64_t> counted_page(const catalog::Kind& kind,
                                                         const ListQuery& query,
                                                         const detail::Clause& clause,
                                                         const std::string& order,
                                                         std::uint64_t& total);
    /// ... or by going through all that match.
    [[nodiscard]] std::vector<std::int64_t> page_of_all(const catalog::Kind& kind,
                                                        const ListQuery& query,
                                                        const detail::Clause& clause,
                                                        const std::string& order,
                                                        std::uint64_t& total);
    void read_rows(const catalog::Kind& kind, const std::vector<std::int64_t>& rows,
                   std::vector<record::RecordState>& into);

    // history.cpp
    using Step = HistoryStep::Step;
    /// What the entry made of a record, if it made anything of it.
    void note_history(const record::LogEntry& entry,
                      const std::optional<record::RecordState>& before,
                      const record::RecordState& after);
    void forget_history(const record::RecordKey& key);
    /// Of records that are not in this replica any more.
    void forget_history_of_strangers();

    // survey.cpp
    void make_finding_table();
    /// Whose entry it is, or the record itself.
    [[nodiscard]] record::RecordKey root_of(record::RecordKey key);

    // lease.cpp
    [[nodiscard]] std::optional<sync::Lease> lease();
    /// Whether editing is permitted at `now`; throws the reason why not.
    sync::Lease check_permission(record::Instant now);
    /// Throws where the account may only read in a section of the menu that one of the changes
    /// belongs to, as its record here says.
    void check_sections(const Draft& draft);
    void see_time(record::Instant time);

    // writing.cpp
    [[nodiscard]] Judged judge(const Draft& draft, record::Instant now);
    /// The wish as a change without the fields that keep their value; none if nothing is left.
    [[nodiscard]] std::optional<record::Change> fill(
        const DraftChange& wish, const std::optional<record::RecordState>& current,
        GroupCache& cache);
    void set_bases(record::Change& change, const record::RecordState& current, GroupCache& cache);
    [[nodiscard]] rules::Parameters parameters();
    [[nodiscard]] std::vector<rules::Finding> findings_of(const std::vector<Touched>& touched,
                                                          record::Instant now);
    void check_value(const catalog::Kind& kind, const catalog::Field& field,
                     const record::RecordKey& record, const record::Value& value);
    /// Throws wrong_value with the judgement that a person reads.
    [[nodiscard]] static rules::Finding misfit_of(const catalog::Field& field,
                                                  const record::RecordKey& record,
                                                  std::string_view rule);
    /// Names the first finding's field as the place.
    [[noreturn]] static void fail_values(const catalog::Kind& kind,
                                         std::vector<rules::Finding> findings);
    static void check_required(const catalog::Kind& kind, const DraftChange& wish);
    [[nodiscard]] static bool refuses(const std::vector<rules::Finding>& findings);
    [[nodiscard]] std::vector<record::Sequence> dependencies(
        const std::vector<record::Change>& changes);
    /// Its place in this incarnation's chain.
    void name_group(record::Group& group);
    /// Returns how many bytes the sealed group and its signature have.
    [[nodiscard]] std::size_t store_group(const record::Group& group, const SignHash& sign);

    // overlay.cpp
    struct Image {
        bool kept = false;
        std::optional<record::RecordState> state;
    };

    /// The record as the server last confirmed it: in its image, if it has one, or in its row.
    [[nodiscard]] Image confirmed_image(const record::RecordKey& key, const Dirty& dirty);
    [[nodiscard]] Image image(const record::RecordKey& key);
    void set_image(const record::RecordKey& key, const Confirmed& state);
    /// The confirmed state, which was `before`: what has an image becomes `dirty` with it, what has
    /// none is written.
    void set_confirmed(const record::RecordKey& key, const Image& before, Confirmed state,
                       Dirty& dirty);
    /// Puts the group's records under it: each gets an image if it has none.
    void overlay(const record::Group& group);
    /// The same with one record, which stands as `working`.
    void overlay(record::Sequence sequence, const record::RecordKey& key,
                 const std::optional<record::RecordState>& working);
    /// Takes the group's changes away from the records, which become `dirty`.
    void lift(record::Sequence sequence, Dirty& dirty);
    [[nodiscard]] std::vector<record::Sequence> overlaid_on(const record::RecordKey& key);
    /// The group, which must be held; a damaged file otherwise.
    [[nodiscard]] const KnownGroup& known(record::Sequence sequence, GroupCache& cache);
    [[nodiscard]] bool holds(record::Sequence sequence);
    /// Makes the working state of `dirty` again: confirmed, then the groups over it in order. One
    /// that cannot be replayed is parked. Images without a group go.
    void rebase(Dirty dirty, GroupCache& cache, const Keys& evicted);
    /// Writes the working state of one record; false if a group had to be parked first, which has
    /// made its records `dirty`.
    /// @param confirmed  where the image does not hold it yet; taken where no group stands over it
    [[nodiscard]] bool rebase_one(const record::RecordKey& key, std::optional<Confirmed>& confirmed,
                                  Dirty& dirty, GroupCache& cache, const Keys& evicted);
    void park(record::Sequence sequence, std::string_view rule, const record::RecordKey& record);

    // tail.cpp
    using EntryTaker = std::function<void(const sync::TailEntry&)>;
    /// Moves the confirmed state to `through` by what `entries` hands to its taker; nothing where
    /// it stands there already.
    void follow(record::LogIndex through,
                const std::function<void(record::LogIndex from, const EntryTaker& take)>& entries);
    void apply_entry(const sync::TailEntry& entry, Dirty& dirty, Keys& evicted, GroupCache& cache);
    void apply_own(const record::Change& change, const record::LogEntry& entry, Dirty& dirty);
    /// The group stands in the log at `index`: its changes are confirmed, or merged otherwise.
    void settle(record::Sequence sequence, GroupStage stage, record::LogIndex index, Dirty& dirty);
    void apply_effect(const record::Effect& effect, const record::LogEntry& entry, Dirty& dirty,
                      Keys& evicted);
    void lift_judged_through(record::LogIndex through, Dirty& dirty);

    // erasure.cpp
    /// The records that the committee has erased by law, as far as this device is told.
    [[nodiscard]] sync::Erased erased();
    /// At each opening: what the outbox has let go of since need not be kept any more.
    void forget_erased();
    [[nodiscard]] bool tells_of_erasure(const sync::TailEntry& entry) const;
    /// Takes them out of this device's own groups and verdicts, inside a transaction.
    void forget(const sync::Erased& erased);

    // continuity.cpp
    void void_verdicts_after(record::Sequence held);
    /// The oldest of the groups that this epoch's server said it holds, by name, and whose receipt
    /// is still another epoch's; a copy of this device may have brought another of that name.
    [[nodiscard]] std::optional<record::Sequence> first_unproven();
    void note_proven();
    [[nodiscard]] std::uint32_t repairs_left();

    // verdicts.cpp
    /// Remembers the first group of this epoch's that stands outside of its chain.
    void note_chain(const record::Verdict& verdict);
    void take_verdict(const record::Receipt& receipt, Dirty& dirty);

    // snapshot.cpp
    [[nodiscard]] std::optional<StagedSnapshot> staged();
    void drop_staged();
    void overlay_again(record::LogIndex index, Dirty& dirty, GroupCache& cache);

    std::unique_ptr<detail::FileLock> lock_;
    std::unique_ptr<detail::Connection> connection_;
    const catalog::Catalog& catalog_;
    record::Clock& clock_;
    record::Random& random_;
    detail::RecordRows rows_;
    detail::StagedRows staged_rows_;
    /// None while the replica is being made.
    std::optional<vault::HeadFile> head_;
    std::shared_ptr<Escrow> escrow_;
    /// All before it that have no verdict are in the escrow.
    record::Sequence escrowed_;
};

}  // namespace zhibu::client
