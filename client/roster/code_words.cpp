#include "client/roster/code_words.hpp"

#include <algorithm>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "client/roster/cell_reading.hpp"
#include "client/roster/plain_text.hpp"
#include "client/roster/refusal.hpp"
#include "client/roster/sheet.hpp"
#include "client/roster/short_forms.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::client {
namespace {

constexpr std::string_view group_suffix = "族";

std::string words_of(std::string_view text) { return lower_ascii(compact(text)); }

std::string without_leading_zeros(std::string_view code) {
    return std::string{code.substr(std::min(code.find_first_not_of('0'), code.size() - 1))};
}

}  // namespace

CodeWords::CodeWords(const catalog::CodeList& list) {
    for (const catalog::Code& code : list.codes) {
        const std::string label = words_of(code.label.zh);
        add(words_of(code.code), code, Rank::code);
        add(label, code, Rank::label);
        add(words_of(code.label.en), code, Rank::label);
        add(without_leading_zeros(code.code), code, Rank::guess);
        add(without_notes(label), code, Rank::guess);
        for (const std::string_view between : {"", "-", ".", "、", ":"}) {
            add(words_of(code.code) + std::string{between} + label, code, Rank::guess);
        }
        if (list.name == "ethnic_group" && label.ends_with(group_suffix)) {
            add(label.substr(0, label.size() - group_suffix.size()), code, Rank::guess);
        }
    }
    for (const ShortForm& form : short_forms()) {
        const catalog::Code* code = form.list == list.name ? list.find(form.code) : nullptr;
        if (code != nullptr) {
            add(std::string{form.words}, *code, Rank::label);
        }
    }
}

void CodeWords::add(std::string words, const catalog::Code& code, Rank rank) {
    if (words.empty()) {
        return;
    }
    Entry& entry =
        words_.try_emplace(std::move(words), Entry{rank, std::string{code.code}}).first->second;
    if (entry.rank > rank) {
        entry = Entry{rank, std::string{code.code}};
    } else if (entry.rank == rank && entry.code != code.code) {
        entry.code.reset();
    }
}

std::optional<std::string> CodeWords::find(std::string_view text) const {
    const auto found = words_.find(words_of(text));
    return found == words_.end() ? std::nullopt : found->second.code;
}

std::expected<std::string, RefusalReason> CodeWords::read(const Cell& cell) const {
    const auto text = read_text(cell, false, false);
    if (!text) {
        return std::unexpected(text.error());
    }
    if (auto code = find(*text)) {
        return *std::move(code);
    }
    return std::unexpected(RefusalReason::not_in_list);
}

}  // namespace zhibu::client
