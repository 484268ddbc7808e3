#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "client/roster/roster_error.hpp"
#include "client/roster/sheet.hpp"

namespace zhibu::client {

/// The zip container of a workbook. Parts are unpacked piece by piece and never to disk; all of
/// them together may not exceed the limits, whatever the container's directory promises.
/// Threads: not synchronised.
class WorkbookPackage {
public:
    /// @param bytes  not copied; outlives the package
    [[nodiscard]] static std::expected<WorkbookPackage, RosterError> open(
        std::string_view bytes, const SheetLimits& limits);

    WorkbookPackage(WorkbookPackage&&) noexcept;
    WorkbookPackage& operator=(WorkbookPackage&&) noexcept;
    ~WorkbookPackage();

    [[nodiscard]] bool has(const std::string& part) const;

    /// Takes the pieces of a part in order; an error ends the reading and is returned.
    using Sink =
        std::function<std::expected<void, RosterError>(std::string_view piece, bool is_last)>;

    /// Unpacks one part into `sink`. Errors: part_missing, damaged_container, expands_too_much, or
    /// the sink's.
    [[nodiscard]] std::expected<void, RosterError> read(const std::string& part, const Sink& sink);

private:
    struct Archive;

    explicit WorkbookPackage(std::unique_ptr<Archive> archive);

    std::unique_ptr<Archive> archive_;
};

}  // namespace zhibu::client
