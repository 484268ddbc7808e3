#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/value.hpp"

namespace zhibu::catalog {

using record::FieldNumber;
using record::KindNumber;

/// A name for people, in both languages.
struct Label {
    std::string_view zh;
    std::string_view en;
};

/// What a field holds, and as which alternative of record::Value.
enum class FieldType : std::uint8_t {
    text,       // std::string, one line
    note,       // std::string, may have line breaks
    integer,    // std::int64_t, 0 or more
    money,      // std::int64_t of fen, 0 or more
    boolean,    // bool
    day,        // Date, a full day
    month,      // Date, a day or a whole month
    instant,    // Instant
    code,       // std::string, a code of the field's list
    reference,  // RecordId of the kind that the field names
    tags,       // TextSet, each text at most the field's width
};

/// Whether a record may lack the field.
enum class Required : std::uint8_t {
    no,
    yes,      // without it the record is not created
    counted,  // may be missing; counts against the required-fields rate (必填项)
};

/// What happens when both sides changed the field. Source: sync.md, "Merge"; `first` is ours, for
/// decisions, which have had their effect when a second one comes.
enum class MergePolicy : std::uint8_t { later, authority, max, min, unite, ask, first };

/// How carefully the value is shown and logged.
enum class Confidentiality : std::uint8_t {
    internal,   // 内部
    personal,   // 个人信息: never in logs
    sensitive,  // 敏感个人信息: never in logs, masked in lists until asked for
};

/// How a text stands in the store, however it was typed.
enum class Spelling : std::uint8_t {
    as_typed,
    compact,  // no spaces; letters and digits half-width, letters upper case: numbers and codes
};

/// One field. The catalog's declaration is one line for each.
struct Field {
    std::uint16_t number = 0;  // within the kind, stable, never reused
    std::string_view name;     // column, API and import name: snake_case
    Label label;
    FieldType type = FieldType::text;
    std::uint16_t width = 0;  // most characters (code points) of a text; 0 where it has none
    Required required = Required::no;
    MergePolicy policy = MergePolicy::later;
    Confidentiality confidentiality = Confidentiality::internal;
    std::string_view refers_to;    // the code list's or the referenced kind's name
    std::string_view also_called;  // other headers in rosters, separated by '|'
    Spelling spelling = Spelling::as_typed;
    bool happened = false;  // the date of a thing done, never later than today

    [[nodiscard]] FieldNumber id() const { return FieldNumber{number}; }
};

/// Who may write records of a kind, beyond the account's own permission.
enum class Writers : std::uint8_t {
    scope,          // any account with write permission whose scope holds the record
    administrator,  // an account with the right to manage, strictly above the record's place
    server,         // the server alone
    decider,        // the server makes them; who may decide sets their state and remark alone
};

/// One kind of record. An entry kind belongs to one owner record, named by its field `owner`.
struct Kind {
    std::uint16_t number = 0;
    std::string_view name;  // table and API name: snake_case
    Label label;
    std::string_view owner;  // the owner's kind for an entry kind, otherwise empty
    /// Names of the reference fields whose organisations see the record; empty for an entry kind,
    /// whose place is its owner's, and for organisation, whose place is itself.
    std::vector<std::string_view> placed_by;
    Writers writers = Writers::scope;
    std::vector<Field> fields;  // ascending by number

    [[nodiscard]] KindNumber id() const { return KindNumber{number}; }

    [[nodiscard]] const Field* find(FieldNumber field) const;
    [[nodiscard]] const Field* find(std::string_view field_name) const;
    /// The field, which must be there. A misspelt name is a bug and ends the process.
    [[nodiscard]] const Field& field(std::string_view field_name) const;
};

/// One entry of a code list.
struct Code {
    std::string_view code;
    Label label;
};

/// A code list in the order in which people should see it.
struct CodeList {
    std::string_view name;
    std::vector<Code> codes;

    [[nodiscard]] const Code* find(std::string_view code) const;
};

/// All kinds and code lists. Immutable once made; safe from any thread. Everything that depends on
/// fields takes a catalog as a parameter, so that a test can pass one with a field more.
class Catalog {
public:
    /// Checks the declarations (numbers and names unique, fields ascending, labels in both
    /// languages, referenced lists and kinds there, widths where texts need them and nowhere else).
    /// A wrong declaration is a bug and ends the process.
    Catalog(std::uint32_t version, std::vector<Kind> kinds, std::vector<CodeList> code_lists);

    [[nodiscard]] std::uint32_t version() const { return version_; }

    [[nodiscard]] std::span<const Kind> kinds() const { return kinds_; }

    [[nodiscard]] std::span<const CodeList> code_lists() const { return code_lists_; }

    [[nodiscard]] const Kind* find(KindNumber kind) const;
    [[nodiscard]] const Kind* find(std::string_view kind_name) const;
    /// The kind, which must be there. A misspelt name is a bug and ends the process.
    [[nodiscard]] const Kind& kind(std::string_view kind_name) const;
    [[nodiscard]] const CodeList* find_codes(std::string_view list_name) const;
    /// The entry kinds of an owner kind, in declaration order.
    [[nodiscard]] std::vector<const Kind*> entries_of(const Kind& owner) const;

private:
    std::uint32_t version_;
    std::vector<Kind> kinds_;
    std::vector<CodeList> code_lists_;
};

/// The product's own catalog.
[[nodiscard]] const Catalog& standard_catalog();

/// Its declarations, for a test that adds a line to them.
[[nodiscard]] std::vector<Kind> standard_kinds();
[[nodiscard]] std::vector<CodeList> standard_code_lists();

/// Why a value does not fit a field.
enum class Misfit : std::uint8_t {
    wrong_type,
    too_long,
    not_in_list,
    negative,
    not_one_line,       // a text with a line break or another control character
    invisible_or_bidi,  // a text with right-to-left overrides or zero-width characters
    month_not_allowed,
};

/// Whether `value` (Empty always fits) can stand in `field`; otherwise why not. Checks this field
/// alone; rules that span fields or records are in shared/rules.
[[nodiscard]] std::optional<Misfit> misfit(const Catalog& catalog, const Field& field,
                                           const record::Value& value);

/// The rule that a misfit breaks, as verdicts and messages name it.
[[nodiscard]] std::string_view rule_of(Misfit misfit);

/// The text as the field spells it.
[[nodiscard]] std::string spelled(const Field& field, std::string_view text);

/// Reads what a person or a program typed for the field in its plain form: ISO dates, a code or a
/// code's label in either language, "true"/"false"/"是"/"否", yuan with up to two decimals for
/// money, ids, texts of a set separated by "、", ",", "，", ";" or "；". Texts are spelled(). Empty
/// text is Empty. No value: not readable as that type.
[[nodiscard]] std::optional<record::Value> parse_value(const Catalog& catalog, const Field& field,
                                                       std::string_view text);

/// The value for people: a code's label in that language, money in yuan, references as ids.
enum class Language : std::uint8_t { zh, en };
[[nodiscard]] std::string display_text(const Catalog& catalog, const Field& field,
                                       const record::Value& value, Language language);

}  // namespace zhibu::catalog
