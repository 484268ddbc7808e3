#pragma once

#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

namespace zhibu::simulation {

/// Everything that happened, as one number; and as lines, where somebody wants to read them.
class Trace {
public:
    explicit Trace(std::ostream* lines = nullptr) : lines_{lines} {}

    void note(std::int64_t when, std::string_view what, std::int64_t who, std::uint64_t detail) {
        add(when);
        add(static_cast<std::int64_t>(hash_of(what)));
        add(who);
        add(static_cast<std::int64_t>(detail));
        if (lines_ != nullptr) {
            *lines_ << when << " us  " << what << "  " << who << "  " << detail << '\n';
        }
    }

    [[nodiscard]] std::uint64_t hash() const { return hash_; }

    [[nodiscard]] bool is_read() const { return lines_ != nullptr; }

    /// A word for who reads; no part of the hash.
    void say(std::int64_t when, std::string_view words) {
        if (lines_ != nullptr) {
            *lines_ << when << " us      " << words << '\n';
        }
    }

    /// FNV-1a, 64 bits.
    [[nodiscard]] static std::uint64_t hash_of(std::string_view bytes) {
        std::uint64_t hash = basis;
        for (const char byte : bytes) {
            hash = (hash ^ static_cast<std::uint8_t>(byte)) * prime;
        }
        return hash;
    }

    /// The same, eight bytes at a step.
    [[nodiscard]] static std::uint64_t hash_of(std::span<const std::uint8_t> bytes) {
        std::uint64_t hash = basis;
        std::uint64_t word = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            word = word << 8U | bytes[i];
            if (i % 8 == 7) {
                hash = (hash ^ word) * prime;
                word = 0;
            }
        }
        return ((hash ^ word) * prime ^ bytes.size()) * prime;
    }

private:
    static constexpr std::uint64_t basis = 0xcbf29ce484222325U;
    static constexpr std::uint64_t prime = 0x100000001b3U;

    void add(std::int64_t number) {
        hash_ = (hash_ ^ static_cast<std::uint64_t>(number)) * prime;
        hash_ ^= hash_ >> 29U;
    }

    std::ostream* lines_;
    std::uint64_t hash_ = basis;
};

}  // namespace zhibu::simulation
