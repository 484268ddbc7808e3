#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/replica/replica.hpp"
#include "client/workflow/action.hpp"
#include "shared/record/date.hpp"
#include "shared/record/state.hpp"

namespace zhibu::client::detail {

/// What is the same for every record of one doing.
struct Setting {
    Replica& replica;
    const catalog::Catalog& catalog;
    const rules::Parameters& parameters;
    record::Date today;
    /// The account's own organisation.
    record::RecordId scope;
    const Action& action;
    const ActionValues& common;
};

/// An action with one record on its way to changes. What is not in this replica is "not there".
class Making {
public:
    /// @param subject  none for an action that makes its record; must outlive this
    /// @param own      inputs of this record alone, before the common ones
    Making(const Setting& setting, const record::RecordState* subject, const ActionValues* own);

    /// Inputs and `sets` as changes, then the action's own `finish`. What is missing or does not
    /// apply is in findings(), and then there are no changes.
    void run();

    [[nodiscard]] const Setting& setting() const { return setting_; }

    [[nodiscard]] const record::RecordState* subject() const { return subject_; }

    [[nodiscard]] std::vector<DraftChange>& changes() { return changes_; }

    [[nodiscard]] std::vector<rules::Finding>& findings() { return findings_; }

    /// What was given, or else the preset; Empty where neither is.
    [[nodiscard]] record::Value input(std::string_view name) const;

    /// What the field holds once these changes are made.
    [[nodiscard]] record::Value after(std::string_view kind, std::string_view field) const;
    [[nodiscard]] std::string code_after(std::string_view kind, std::string_view field) const;

    /// The change of the record of that kind: the subject's, or of the one made beside it.
    DraftChange& change_of(std::string_view kind);
    void set(std::string_view kind, std::string_view field, record::Value value);
    /// Unless the field holds something once these changes are made.
    void set_if_empty(std::string_view kind, std::string_view field, record::Value value);
    /// The update of another record, added where there is none yet.
    DraftChange& update(const record::RecordKey& key);
    /// Takes another record out of use.
    void retire(const record::RecordKey& key);
    void set_in(DraftChange& change, std::string_view field, record::Value value) const;

    [[nodiscard]] std::optional<record::RecordState> find(std::string_view kind,
                                                          const record::Value& id) const;
    /// Records in use of the kind whose field holds `value`.
    [[nodiscard]] std::vector<record::RecordState> holding(std::string_view kind,
                                                           std::string_view field,
                                                           const record::Value& value) const;
    [[nodiscard]] record::Value value_of(const record::RecordState& state,
                                         std::string_view field) const;

    /// Keeps the action from being done with this record.
    void refuse(std::string_view rule, std::vector<record::Parameter> parameters = {});

private:
    [[nodiscard]] record::Value preset(const ActionInput& input) const;
    [[nodiscard]] record::Value committee_above() const;
    [[nodiscard]] record::Value committee_beyond() const;
    [[nodiscard]] bool applies();
    void take_inputs();
    [[nodiscard]] record::Value plain(const catalog::Field& field, std::string_view text) const;

    const Setting& setting_;
    const record::RecordState* subject_;
    const ActionValues* own_;
    std::vector<DraftChange> changes_;
    std::vector<rules::Finding> findings_;
};

}  // namespace zhibu::client::detail
