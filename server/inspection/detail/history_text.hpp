#pragma once

#include <string>
#include <string_view>

#include "server/ledger/history.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::server::detail {

[[nodiscard]] std::string_view name_of(record::Outcome outcome, bool chinese);

/// A value with line breaks or control characters must not look like another line.
[[nodiscard]] std::string one_line(std::string_view text);

/// Says one entry of a record's history: when, who, from which device, what was decided, what was
/// changed. With values, so personal data: for whoever asked, never for a log.
class HistoryPrinter {
public:
    /// Both must outlive it.
    HistoryPrinter(const catalog::Catalog& catalog, StoreReading& store, bool chinese, bool json)
        : catalog_{catalog}, store_{store}, chinese_{chinese}, json_{json} {}

    /// Some lines; as JSON, one.
    [[nodiscard]] std::string text_of(const HistoryEntry& entry) const;

private:
    [[nodiscard]] std::string json_of(const HistoryEntry& entry) const;
    /// The name of the account as it is now; its id where it has none, the server where there was
    /// no account.
    [[nodiscard]] std::string author_of(const HistoryEntry& entry) const;
    [[nodiscard]] std::string value_of(const catalog::Kind& kind, record::FieldNumber number,
                                       const record::Value& value) const;

    const catalog::Catalog& catalog_;
    StoreReading& store_;
    bool chinese_;
    bool json_;
};

}  // namespace zhibu::server::detail
