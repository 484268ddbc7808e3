#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/committer/control.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/server/committer/court.hpp"

// Every cell of role (level x nature x permission x right to manage) x operation x relation of the
// organisations, through the real committer: what it commits, and what it does not. What is
// expected stands here in words of its own; the server's table is not asked.
namespace zhibu::server::test {
namespace {

using record::Outcome;

/// From where the account under test stands.
enum class Where : std::uint8_t { self, below, above, beside };

constexpr std::array<std::pair<Where, std::string_view>, 4> everywhere{{{Where::self, "self"},
                                                                        {Where::below, "below"},
                                                                        {Where::above, "above"},
                                                                        {Where::beside, "beside"}}};

struct Cast {
    std::string level;
    std::string nature;
    std::string permission;
    bool manages = false;

    [[nodiscard]] std::string words() const {
        return "level " + level + " nature " + nature + " permission " + permission +
               (manages ? " manages" : "");
    }
};

/// What a role comes down to: who may not write; who may write and no more; who manages below.
enum class Class : std::uint8_t { reader, writer, officer };

Class class_of(const Cast& cast) {
    if (cast.permission == "2") {
        return Class::reader;
    }
    const bool level_manages = cast.level == "1" || cast.level == "2";
    const bool stays = cast.nature == "1" || cast.nature == "2";
    return cast.manages && level_manages && stays ? Class::officer : Class::writer;
}

/// One operation: its change in an organisation, and who may make it there. Four marks a class, in
/// the order self, below, above, beside: "+" committed, "." not.
struct Operation {
    std::string_view name;
    std::string_view reader;
    std::string_view writer;
    std::string_view officer;
    std::string_view officer_at_root;

    [[nodiscard]] std::string_view expected(Class of, bool at_root) const {
        switch (of) {
            case Class::reader:
                return reader;
            case Class::writer:
                return writer;
            case Class::officer:
                return at_root ? officer_at_root : officer;
        }
        return {};
    }
};

// At the root there is nothing above and nothing beside: those two marks stay ".".
constexpr std::array operations{
    //         operation               reader  writer  officer officer at the root
    Operation{"create person", "....", "++..", "++..", "++.."},
    Operation{"change person", "....", "++..", "++..", "++.."},
    Operation{"retire person", "....", "++..", "++..", "++.."},
    Operation{"change organisation", "....", "++..", "++..", "++.."},
    Operation{"hang organisation", "....", "++..", "++..", "++.."},
    Operation{"create account", "....", "....", ".+..", "++.."},
    Operation{"change account", "....", "....", ".+..", "++.."},
    Operation{"disable account", "....", "....", ".+..", "++.."},
    Operation{"delete account", "....", "....", ".+..", "++.."},
    Operation{"open window", "....", "....", ".+..", "++.."},
    Operation{"open account's window", "....", "....", ".+..", "++.."},
    Operation{"close window", "....", "....", ".+..", "++.."},
    Operation{"make code", "....", "....", ".+..", "++.."},
    Operation{"approve device", "....", "....", ".+..", "++.."},
    Operation{"revoke device", "....", "....", ".+..", "++.."},
    Operation{"ask for account", "....", "++..", "++..", "++.."},
    Operation{"decline request", "....", "....", ".+..", "++.."},
    Operation{"discard case", "....", "....", ".+..", "++.."},
};

/// A committee under the root with a general branch below it and another committee beside it: under
/// each of them something can be hung.
class Stage {
public:
    Stage() {
        court.write({organisation(home, "H", "10", court.root),
                     organisation(below, "HB", "20", home),
                     organisation(beside, "HC", "10", court.root)});
    }

    static record::Change organisation(const RecordId& id, std::string_view code,
                                       std::string_view type, const RecordId& parent) {
        return create("organisation", id,
                      {{"name", text(code)},
                       {"code", text(code)},
                       {"type", text(type)},
                       {"parent", Value{parent}}});
    }

    [[nodiscard]] RecordId place(Where where, bool at_root) const {
        switch (where) {
            case Where::self:
                return at_root ? court.root : home;
            case Where::below:
                return at_root ? home : below;
            case Where::above:
                return court.root;
            case Where::beside:
                return beside;
        }
        return {};
    }

    /// An account of that cast, with a device, that may work now.
    Desk cast_desk(const Cast& cast, const RecordId& organisation) {
        Values values{{"nature", text(cast.nature)}, {"permission", text(cast.permission)}};
        if (cast.manages) {
            values.push_back({"manages", Value{true}});
        }
        if (cast.nature == "3") {
            values.push_back({"expires_on", Value{record::Date{2026, 12, 31}}});
        }
        const RecordId account = court.add_account(organisation, cast.level, std::move(values));
        if (cast.nature == "2") {
            court.add_window(organisation, {after(noon, -hour_ms), after(noon, hour_ms)},
                             {{"account", Value{account}}});
        }
        return court.enrol(account);
    }

    /// The least that can be managed: what is given here is nowhere more than a giver has.
    RecordId least_account(const RecordId& organisation) {
        return court.add_account(organisation, "3", least());
    }

    [[nodiscard]] static Values least() {
        return {{"nature", text("3")}, {"expires_on", Value{record::Date{2026, 12, 31}}}};
    }

    RecordId person_in(const RecordId& organisation) {
        const RecordId id = court.new_id();
        court.write({create("person", id, applicant(organisation, ++persons))});
        return id;
    }

    record::Change made(std::string_view kind, Values values) {
        return create(kind, court.new_id(), std::move(values));
    }

    record::Change changed(std::string_view kind, const RecordId& id, Values values) {
        return update(kind, id, court.seen(), std::move(values));
    }

    record::Change window(const RecordId& organisation, Values values = {}) {
        return made("window", with({{"organisation", Value{organisation}},
                                    {"starts_at", Value{noon}},
                                    {"ends_at", Value{after(noon, hour_ms)}}},
                                   std::move(values)));
    }

    record::Change new_account(const RecordId& organisation) {
        const RecordId id = court.new_id();
        return create("account", id,
                      with({{"name", text(to_text(id))},
                            {"organisation", Value{organisation}},
                            {"level", text("3")},
                            {"permission", text("1")},
                            {"state", text("1")}},
                           least()));
    }

    /// A case at the organisation: a disabled account's change.
    RecordId case_at(const RecordId& organisation) {
        Desk desk = court.enrol(court.add_account(organisation, "3", {{"state", text("2")}}));
        return court.case_of(court.judge(
            desk, {create("person", court.new_id(), applicant(organisation, ++persons))}));
    }

    record::Change request(const RecordId& organisation) {
        return made("account_request", {{"organisation", Value{organisation}},
                                        {"request_kind", text("4")},
                                        {"requested_on", Value{record::Date{2026, 6, 1}}},
                                        {"state", text("1")}});
    }

    using Maker = std::function<record::Change(const RecordId& organisation)>;

    /// The change of an operation on a record of its own, made ready by the server.
    std::map<std::string_view, Maker> makers() {
        return {
            {"create person", [&](auto& at) { return made("person", applicant(at, ++persons)); }},
            {"change person",
             [&](auto& at) {
                 return changed("person", person_in(at), {{"mobile", text("13800000000")}});
             }},
            {"retire person",
             [&](auto& at) { return life("person", person_in(at), record::Operation::retire); }},
            {"change organisation",
             [&](auto& at) {
                 return changed("organisation", at, {{"phone", text(std::to_string(++persons))}});
             }},
            {"hang organisation",
             [&](auto& at) {
                 const RecordId id = court.new_id();
                 return create("organisation", id,
                               {{"name", text(to_text(id))},
                                {"code", text(to_text(id).substr(10))},
                                {"type", text("30")},
                                {"parent", Value{at}}});
             }},
            {"create account", [&](auto& at) { return new_account(at); }},
            {"change account",
             [&](auto& at) {
                 return changed("account", least_account(at), {{"reason", text("新")}});
             }},
            {"disable account",
             [&](auto& at) {
                 return changed("account", least_account(at), {{"state", text("2")}});
             }},
            {"delete account",
             [&](auto& at) {
                 return changed("account", least_account(at), {{"state", text("3")}});
             }},
            {"open window", [&](auto& at) { return window(at); }},
            {"open account's window",
             [&](auto& at) { return window(at, {{"account", Value{least_account(at)}}}); }},
            {"close window",
             [&](auto& at) {
                 const RecordId open =
                     court.add_window(at, {after(noon, -hour_ms), after(noon, hour_ms)});
                 return changed("window", open, {{"ends_at", Value{noon}}});
             }},
            {"make code",
             [&](auto& at) {
                 return made("enrolment_code", {{"account", Value{least_account(at)}},
                                                {"organisation", Value{at}},
                                                {"number", text(std::string(64, 'a'))},
                                                {"expires_at", Value{after(noon, hour_ms)}}});
             }},
            {"approve device", [&](auto& at) { return device_state(at, "2"); }},
            {"revoke device", [&](auto& at) { return device_state(at, "3"); }},
            {"ask for account", [&](auto& at) { return request(at); }},
            {"decline request",
             [&](auto& at) {
                 record::Change asked = request(at);
                 const RecordId id = asked.record.id;
                 court.write({std::move(asked)});
                 return changed("account_request", id, {{"state", text("3")}});
             }},
            {"discard case",
             [&](auto& at) {
                 return changed("case", case_at(at),
                                {{"state", text("5")}, {"remark", text("重复")}});
             }},
        };
    }

    static Values dues_of(const RecordId& person, const RecordId& organisation) {
        return {{"person", Value{person}},
                {"from_month", Value{record::Date{2026, 5, 0}}},
                {"to_month", Value{record::Date{2026, 5, 0}}},
                {"amount", Value{std::int64_t{1000}}},
                {"paid_on", Value{record::Date{2026, 6, 1}}},
                {"organisation", Value{organisation}}};
    }

    record::Change device_state(const RecordId& organisation, std::string_view state) {
        const Desk theirs = court.enrol(least_account(organisation));
        const RecordId device{theirs.device.uuid};
        if (state == "2") {
            court.write({update("device", device, {}, {{"state", text("1")}})});
        }
        return changed("device", device, {{"state", text(state)}});
    }

    void expect_row(const Cast& cast, bool at_root) {
        Desk desk = cast_desk(cast, place(Where::self, at_root));
        const auto changes = makers();
        for (const Operation& operation : operations) {
            const std::string_view marks = operation.expected(class_of(cast), at_root);
            for (const auto& [where, word] : everywhere) {
                if (at_root && (where == Where::above || where == Where::beside)) {
                    continue;
                }
                const char mark = marks[static_cast<std::size_t>(where)];
                const auto verdict =
                    court.judge(desk, {changes.at(operation.name)(place(where, at_root))});
                EXPECT_EQ(verdict.outcome == Outcome::accepted, mark == '+')
                    << cast.words() << (at_root ? " at the root: " : ": ") << operation.name << ' '
                    << word << ": "
                    << (verdict.reasons.empty() ? "no reason" : verdict.reasons.front().rule);
                if (class_of(cast) == Class::reader) {
                    EXPECT_TRUE(names(verdict, "R-905")) << operation.name;
                }
                ++cells;
            }
        }
    }

    Court court;
    RecordId home = court.new_id();
    RecordId below = court.new_id();
    RecordId beside = court.new_id();
    unsigned persons = 0;
    unsigned cells = 0;
};

/// How many cells were asserted: all casts, each on a stage of its own.
unsigned expect_all(bool at_root) {
    unsigned cells = 0;
    for (const char* level : {"1", "2", "3"}) {
        for (const char* nature : {"1", "2", "3"}) {
            for (const char* permission : {"1", "2"}) {
                for (const bool manages : {false, true}) {
                    Stage stage;
                    stage.expect_row({level, nature, permission, manages}, at_root);
                    cells += stage.cells;
                }
            }
        }
    }
    return cells;
}

TEST(RoleTable, EveryRoleInEveryRelationBelowTheRoot) {
    EXPECT_EQ(expect_all(false), 36U * operations.size() * 4U);
}

TEST(RoleTable, EveryRoleAtTheRoot) { EXPECT_EQ(expect_all(true), 36U * operations.size() * 2U); }

class RightsOnStage : public testing::Test, public Stage {};

TEST_F(RightsOnStage, EveryRoleSeesItsOwnAndWhatIsBelow) {
    const std::map<Where, RecordId> persons_of{{Where::self, person_in(home)},
                                               {Where::below, person_in(below)},
                                               {Where::above, person_in(court.root)},
                                               {Where::beside, person_in(beside)}};
    for (const char* level : {"1", "2", "3"}) {
        for (const char* nature : {"1", "2", "3"}) {
            for (const char* permission : {"1", "2"}) {
                const Desk desk = cast_desk({level, nature, permission, true}, home);
                const auto control = court.committer->control();
                const auto scope = control->scope_filter(*control->account(desk.account));
                auto reader = court.store.open_reader();
                ASSERT_TRUE(reader);
                const auto chunk = (*reader)->chunk({}, scope, 16U << 20U);
                ASSERT_TRUE(chunk && chunk->is_last);
                for (const auto& [where, person] : persons_of) {
                    const bool is_seen = std::ranges::any_of(
                        chunk->records,
                        [&](const record::RecordState& state) { return state.key.id == person; });
                    EXPECT_EQ(is_seen, where == Where::self || where == Where::below);
                }
            }
        }
    }
}

TEST_F(RightsOnStage, WindowsForALevelBelowAreOpenedOnTheOwnOrganisation) {
    Desk officer = cast_desk({"2", "1", "1", true}, home);
    const auto outcome = [&](const char* level, const RecordId& at) {
        return court.judge(officer, {window(at, {{"level", text(level)}})}).outcome;
    };
    EXPECT_EQ(outcome("3", home), Outcome::accepted);
    EXPECT_EQ(outcome("2", home), Outcome::quarantined);
    EXPECT_EQ(outcome("1", home), Outcome::quarantined);
    EXPECT_EQ(outcome("3", court.root), Outcome::quarantined);
    EXPECT_EQ(outcome("3", beside), Outcome::quarantined);
    EXPECT_EQ(outcome("1", below), Outcome::accepted);
    // Not made the level below's first, to be widened then.
    const RecordId lower =
        court.add_window(home, {noon, after(noon, hour_ms)}, {{"level", text("3")}});
    EXPECT_EQ(court.judge(officer, {changed("window", lower, {{"level", text("2")}})}).outcome,
              Outcome::quarantined);
    EXPECT_EQ(court.judge(officer, {changed("window", lower, {{"level", Value{}}})}).outcome,
              Outcome::quarantined);
}

TEST_F(RightsOnStage, NobodyGivesMoreThanTheOwnRights) {
    Desk officer = cast_desk({"2", "2", "1", true}, home);
    const auto outcome = [&](Values values) {
        record::Change change = new_account(below);
        for (auto& [field, value] :
             with({{"nature", text("2")}, {"expires_on", Value{}}}, std::move(values))) {
            const auto number = catalog::standard_catalog().kind("account").field(field).id();
            std::erase_if(change.fields, [&](const auto& held) { return held.field == number; });
            change.fields.push_back({number, value, {}, {}});
        }
        std::ranges::sort(change.fields, {}, &record::FieldChange::field);
        return court.judge(officer, {std::move(change)});
    };
    EXPECT_EQ(outcome({}).outcome, Outcome::accepted);
    EXPECT_TRUE(names(outcome({{"nature", text("1")}}), "R-906"));
    EXPECT_TRUE(names(outcome({{"level", text("1")}}), "R-906"));
    EXPECT_EQ(outcome({{"level", text("2")}}).outcome, Outcome::accepted);
}

TEST_F(RightsOnStage, TheOwnContactIsKeptByItsHolder) {
    for (const char* permission : {"1", "2"}) {
        Desk desk = cast_desk({"3", "1", permission, false}, below);
        const bool may = permission == std::string_view{"1"};
        const auto outcome = [&](const RecordId& account, Values values) {
            return court.judge(desk, {changed("account", account, std::move(values))}).outcome ==
                   Outcome::accepted;
        };
        EXPECT_EQ(outcome(desk.account, {{"phone", text("1")}, {"post", text("书记")}}), may);
        EXPECT_FALSE(outcome(court.secretary_a, {{"phone", text("1")}}));
        EXPECT_FALSE(outcome(desk.account, {{"phone", text("2")}, {"holder", text("李某")}}));
        EXPECT_FALSE(outcome(desk.account, {{"level", text("2")}}));
    }
}

// The keeper is changed from above, with a new contact, when the old devices are shut out (E1).
TEST_F(RightsOnStage, AKeeperIsChangedFromAboveAlone) {
    const RecordId account = court.add_account(court.branch_a, "3", {{"holder", text("王某")}});
    const Desk old_device = court.enrol(account);
    Desk manager = court.enrol(court.general_administrator);
    const Values anew{{"holder", text("李某")}, {"phone", text("2")}};
    EXPECT_TRUE(names(court.judge(manager, {changed("account", account, anew)}), "R-914"));
    const record::Change revocation =
        changed("device", RecordId{old_device.device.uuid}, {{"state", text("3")}});
    EXPECT_EQ(court.judge(manager, {revocation, changed("account", account, anew)}).outcome,
              Outcome::accepted);
}

struct SectionCell {
    std::string_view field;
    std::string_view kind;
};

TEST_F(RightsOnStage, AReadOnlySectionKeepsItsKindsAndNoOther) {
    constexpr std::array<SectionCell, 5> cells_of{{{"members_permission", "person"},
                                                   {"organisations_permission", "organisation"},
                                                   {"affairs_permission", "dues_payment"},
                                                   {"reports_permission", "person_explanation"},
                                                   {"system_permission", "account"}}};
    for (const SectionCell& closed : cells_of) {
        const RecordId account = court.add_account(
            home, "2",
            {{"nature", text("1")}, {"manages", Value{true}}, {closed.field, text("2")}});
        Desk desk = court.enrol(account);
        const RecordId person = person_in(below);
        const std::map<std::string_view, record::Change> by_kind{
            {"person", changed("person", person, {{"mobile", text("13800000000")}})},
            {"organisation",
             changed("organisation", below, {{"phone", text(std::to_string(++persons))}})},
            {"dues_payment", made("dues_payment", dues_of(person, below))},
            {"person_explanation",
             made("person_explanation", {{"owner", Value{person}},
                                         {"rule", text("R-301")},
                                         {"explanation", text("档案在原单位，正在调取")},
                                         {"explained_by", text("王某")},
                                         {"explained_on", Value{record::Date{2026, 6, 1}}}})},
            {"account", changed("account", least_account(below), {{"reason", text("新")}})}};
        for (const auto& [kind, change] : by_kind) {
            const auto verdict = court.judge(desk, {change});
            if (kind == closed.kind) {
                EXPECT_EQ(verdict.outcome, Outcome::rejected) << closed.field << ' ' << kind;
                EXPECT_TRUE(names(verdict, "R-905"));
            } else {
                EXPECT_FALSE(names(verdict, "R-905")) << closed.field << ' ' << kind;
            }
        }
    }
}

}  // namespace
}  // namespace zhibu::server::test
