#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/command_line.hpp"
#include "shared/keys/process_hardening.hpp"
#include "shared/keys/system.hpp"
#include "shared/vault/cleansed_memory.hpp"

namespace {

using zhibu::client::Language;

std::filesystem::path default_folder() {
    if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') {
        return std::filesystem::path{data} / "zhibu";
    }
    const char* home = std::getenv("HOME");
    return std::filesystem::path{home == nullptr ? "." : home} / ".local" / "share" / "zhibu";
}

/// The first of the three that is set decides, as everywhere. Source: POSIX, "Environment
/// Variables".
Language default_language() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* value = std::getenv(name);
        if (value != nullptr && *value != '\0') {
            return std::string_view{value}.starts_with("en") ? Language::en : Language::zh;
        }
    }
    return Language::zh;
}

}  // namespace

int main(int argc, char** argv) {
    zhibu::keys::harden_process();
    zhibu::vault::cleanse_freed_memory();
    zhibu::keys::SystemClock clock;
    zhibu::keys::SystemRandom random;
    zhibu::vault::SystemDisk disk;
    return zhibu::client::run_command_line(
        std::vector<std::string>(argv + 1, argv + argc),
        {default_folder(), default_language(), std::cout, std::cerr, clock, random, disk});
}
