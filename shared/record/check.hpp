#pragma once

/// Ends the process when `condition` is false: a bug in this program, never something that a
/// peer, a file or a form sent. Logs the place and the condition's text, no data.
#define ZHIBU_CHECK(condition)                                                     \
    do {                                                                           \
        if (!(condition)) [[unlikely]] {                                           \
            ::zhibu::record::detail::check_failed(#condition, __FILE__, __LINE__); \
        }                                                                          \
    } while (false)

// NOLINTBEGIN(bugprone-macro-parentheses): `name` is the variable's name, which takes no brackets
/// Takes the value out of an std::expected into a new variable `name`, or returns its error.
#define ZHIBU_TRY(name, expression)                                 \
    auto name##_or_error = (expression);                            \
    if (!name##_or_error) {                                         \
        return std::unexpected(std::move(name##_or_error).error()); \
    }                                                               \
    auto name = *std::move(name##_or_error)
// NOLINTEND(bugprone-macro-parentheses)

/// Returns the error of an std::expected<void, E>, if it holds one.
#define ZHIBU_TRY_VOID(expression)                                    \
    do {                                                              \
        if (auto void_or_error = (expression); !void_or_error) {      \
            return std::unexpected(std::move(void_or_error).error()); \
        }                                                             \
    } while (false)

namespace zhibu::record::detail {

[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace zhibu::record::detail
