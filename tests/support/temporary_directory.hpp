#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "shared/record/check.hpp"

namespace zhibu::support {

/// A new folder that goes with all it holds.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "zhibu-XXXXXX").string();
        ZHIBU_CHECK(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }

    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace zhibu::support
