#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/state.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules {

/// Field by name and value in its plain form ("2026-11-24", "40", an id).
using Plain = std::vector<std::pair<std::string_view, std::string>>;

/// The day, written as in ISO 8601; a text that is none fails the test.
[[nodiscard]] record::Date date(std::string_view text);

/// Records in memory: what rules may ask about others.
class Shelf : public Surroundings {
public:
    /// A person or organisation without a name gets one of its own.
    record::RecordId put(std::string_view kind, const Plain& values);
    /// The name of a person or organisation on the shelf that the text tells; empty if none.
    [[nodiscard]] std::string name_told_by(const std::string& text) const;
    void retire(const record::RecordId& id);
    /// Gives a record other values.
    void set(const record::RecordId& id, const Plain& values);

    [[nodiscard]] std::optional<record::RecordState> find(const record::RecordKey& key) override;
    [[nodiscard]] std::vector<record::RecordKey> holding(record::KindNumber kind,
                                                         record::FieldNumber field,
                                                         const record::Value& value) override;

    [[nodiscard]] bool is_whole_space() const override { return whole_space; }

    /// As on the server.
    bool whole_space = false;

private:
    std::map<record::RecordKey, record::RecordState> records_;
};

/// Judges one record of one kind before and after a change. A finding that tells the name of
/// another record fails the test: who reads it may not be one who sees that record.
class Bench {
public:
    explicit Bench(std::string_view kind);

    /// Ids of the rules that a new record with these values breaks.
    [[nodiscard]] std::vector<std::string> on_creation(const Plain& values);
    /// Ids of the rules that are broken when a record with `values` gets `changed`, too.
    [[nodiscard]] std::vector<std::string> on_change(const Plain& values, const Plain& changed);

    /// Ids of what the survey says about a record with these values.
    [[nodiscard]] std::vector<std::string> on_the_day(const Plain& values);
    /// Ids of the rules that are broken when a record with `values` is taken out of use.
    [[nodiscard]] std::vector<std::string> on_retirement(const Plain& values);

    /// Whether a new record with these values breaks the rule.
    [[nodiscard]] bool creation_breaks(std::string_view rule, const Plain& values);
    /// Whether `changed` breaks the rule for a record with `values`.
    [[nodiscard]] bool change_breaks(std::string_view rule, const Plain& values,
                                     const Plain& changed);
    /// Whether the survey names the rule for a record with `values`.
    [[nodiscard]] bool day_breaks(std::string_view rule, const Plain& values);

    /// What was found last.
    [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }

    [[nodiscard]] const Finding& finding(std::string_view rule) const;
    [[nodiscard]] std::string text(std::string_view rule, catalog::Language language) const;

    Shelf shelf;
    Parameters parameters;
    record::Date today = date("2026-11-24");
    /// Whose record is judged.
    record::RecordId id;

private:
    std::vector<std::string> judged(const record::RecordState* before,
                                    const record::RecordState& after);
    std::vector<std::string> named(const record::RecordState& judged_state);

    const catalog::Kind& kind_;
    std::vector<Finding> findings_;
};

/// An id number of nobody (region 99): born that day, `order` as digits 15 to 17, rightly checked.
[[nodiscard]] std::string nobodys_number(std::string_view birth, int order);

}  // namespace zhibu::rules
