#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "client/roster/refusal.hpp"
#include "client/roster/sheet.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::client {

/// All the ways to write the entries of one code list: label in either language, label without its
/// bracketed note, code, code without its leading zeros, short forms; of ethnic groups also the
/// name without 族. Words that could mean two entries mean none.
/// Threads: immutable once made.
class CodeWords {
public:
    explicit CodeWords(const catalog::CodeList& list);

    /// The code that a cell means. @param cell  not empty
    [[nodiscard]] std::expected<std::string, RefusalReason> read(const Cell& cell) const;

    [[nodiscard]] std::optional<std::string> find(std::string_view text) const;

private:
    enum class Rank { code, label, guess };

    void add(std::string words, const catalog::Code& code, Rank rank);

    struct Entry {
        Rank rank = Rank::guess;
        std::optional<std::string> code;  // no value: several
    };

    std::map<std::string, Entry, std::less<>> words_;
};

}  // namespace zhibu::client
