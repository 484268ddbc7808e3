#include "server/ledger/head_file.hpp"

#include <cstdint>
#include <vector>

#include "shared/keys/enrolment_code.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server {
namespace {

constexpr std::string_view title = "zhibu tree head 1";
constexpr std::string_view head_label = "\nhead ";
constexpr std::string_view signature_label = "\nsignature ";
constexpr std::size_t hex_digits_max = 1024;

std::optional<std::vector<std::uint8_t>> read_hex(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (text.empty() || text.size() % 2 != 0 || text.size() > hex_digits_max) {
        return std::nullopt;
    }
    std::vector<std::uint8_t> bytes;
    for (std::size_t at = 0; at < text.size(); at += 2) {
        const auto high = digits.find(text[at]);
        const auto low = digits.find(text[at + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) {
            return std::nullopt;
        }
        bytes.push_back(static_cast<std::uint8_t>(high << 4U | low));
    }
    return bytes;
}

/// What stands on the line of that label.
std::string_view line_of(std::string_view text, std::string_view label) {
    const auto at = text.find(label);
    if (at == std::string_view::npos) {
        return {};
    }
    text.remove_prefix(at + label.size());
    return text.substr(0, text.find_first_of("\r\n"));
}

}  // namespace

std::string to_text(const sync::SignedTreeHead& signed_head) {
    std::string text{title};
    if (const auto head = sync::decode_tree_head(signed_head.bytes)) {
        text += "\norigin " + to_text(head->origin) + "\nepoch " + to_text(head->epoch) +
                "\nlog_index " + std::to_string(head->size / 2) + "\nsize " +
                std::to_string(head->size) + "\nroot ";
        text += keys::to_hex(head->root);
        text += "\nsigned_at " + std::to_string(head->signed_at.milliseconds);
    }
    text += head_label;
    text += keys::to_hex(signed_head.bytes);
    text += signature_label;
    text += keys::to_hex(signed_head.signature);
    text += '\n';
    return text;
}

std::optional<sync::SignedTreeHead> read_head(std::string_view text) {
    if (!text.starts_with(title)) {
        return std::nullopt;
    }
    auto bytes = read_hex(line_of(text, head_label));
    auto signature = read_hex(line_of(text, signature_label));
    if (!bytes || !signature) {
        return std::nullopt;
    }
    return sync::SignedTreeHead{*std::move(bytes), *std::move(signature)};
}

}  // namespace zhibu::server
