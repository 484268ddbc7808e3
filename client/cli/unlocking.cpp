#include "client/cli/unlocking.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "shared/keys/descriptor.hpp"
#include "shared/keys/keyring.hpp"
#include "shared/keys/secret_line.hpp"

namespace zhibu::client {
namespace {

constexpr std::size_t password_bytes_max = 1024;

std::string keyring_name(const Identity& identity) { return "zhibu:" + to_text(identity.device); }

/// The terminal with echo off while this lives.
class SilentTerminal {
public:
    explicit SilentTerminal(int descriptor) : descriptor_{descriptor} {
        if (::tcgetattr(descriptor_, &before_) == 0) {
            termios silent = before_;
            silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            changed_ = ::tcsetattr(descriptor_, TCSAFLUSH, &silent) == 0;
        }
    }

    ~SilentTerminal() {
        if (changed_) {
            ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
        }
    }

    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;

private:
    int descriptor_;
    termios before_{};
    bool changed_ = false;
};

keys::SecretBytes ask(Console& console, int terminal, std::string_view prompt) {
    console.err << prompt << std::flush;
    keys::SecretBytes password = [terminal] {
        const SilentTerminal silent{terminal};
        return keys::read_secret_line(terminal, password_bytes_max);
    }();
    console.err << '\n';
    return password;
}

std::expected<keys::SecretBytes, Exit> ask_at_terminal(Console& console, bool is_new) {
    const bool zh = console.language == Language::zh;
    const keys::Descriptor terminal{::open("/dev/tty", O_RDWR | O_CLOEXEC)};
    if (!terminal.is_open()) {
        return std::unexpected{fail(
            console, Exit::usage,
            "没有终端可输入密码。请用 --password-file 指定一个只有您能读的文件。",
            "There is no terminal to ask for the password. Name a file that only you can read with "
            "--password-file.")};
    }
    keys::SecretBytes password = ask(
        console, terminal.number(),
        is_new ? (zh ? "设置密码（至少15个字符）：" : "Set a password (15 characters or more): ")
               : (zh ? "密码：" : "Password: "));
    if (is_new) {
        const keys::SecretBytes again =
            ask(console, terminal.number(), zh ? "再输入一次：" : "Once more: ");
        if (!again.equals(password)) {
            return std::unexpected{fail(console, Exit::usage, "两次输入不一致，没有作任何更改。",
                                        "The two differ; nothing was changed.")};
        }
    }
    return password;
}

std::expected<std::shared_ptr<Access>, Exit> open_by_password(Console& console,
                                                              const Identity& identity) {
    const auto password = read_password(console, false);
    if (!password) {
        return std::unexpected{password.error()};
    }
    auto access = Safe{console.files, console.disk, console.random}.open(*password, identity);
    if (!access) {
        return std::unexpected{fail(console, access.error())};
    }
    return std::make_shared<Access>(*std::move(access));
}

}  // namespace

std::expected<keys::SecretBytes, Exit> read_second_factor(Console& console,
                                                          const std::string& file) {
    const keys::Descriptor source{file.empty() ? ::open("/dev/tty", O_RDWR | O_CLOEXEC)
                                               : ::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!source.is_open()) {
        return std::unexpected{
            fail(console, Exit::usage,
                 "没有读到验证码，没有作任何更改。请检查 --code-file，或在终端中运行。",
                 "No code could be read; nothing was changed. Check --code-file, or run this at a "
                 "terminal.")};
    }
    if (!file.empty()) {
        return keys::read_secret_line(source.number(), password_bytes_max);
    }
    return ask(console, source.number(),
               console.language == Language::zh ? "验证码或恢复码：" : "Code, or recovery code: ");
}

std::expected<keys::SecretBytes, Exit> read_password(Console& console, bool is_new) {
    if (!console.password_file) {
        return ask_at_terminal(console, is_new);
    }
    const keys::Descriptor file{::open(console.password_file->c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file.is_open()) {
        return std::unexpected{
            fail(console, Exit::usage, "密码文件无法读取，没有作任何更改。请检查 --password-file。",
                 "The password file cannot be read; nothing was changed. Check --password-file.")};
    }
    return keys::read_secret_line(file.number(), password_bytes_max);
}

std::expected<std::shared_ptr<Access>, Exit> unlocked_before(Console& console,
                                                             const Identity& identity) {
    Safe safe{console.files, console.disk, console.random};
    if (const auto erased = safe.erase_if_over(console.clock.now()); !erased) {
        return std::unexpected{fail(console, erased.error())};
    }
    if (console.password_file) {
        return open_by_password(console, identity);
    }
    if (const auto kept = keys::read_from_keyring(keyring_name(identity))) {
        if (auto access = safe.open_kept(*kept, identity)) {
            return std::make_shared<Access>(*std::move(access));
        }
    }
    return nullptr;
}

std::expected<std::shared_ptr<Access>, Exit> unlock_device(Console& console,
                                                           const Identity& identity) {
    auto before = unlocked_before(console, identity);
    return before && *before == nullptr ? open_by_password(console, identity) : before;
}

std::expected<std::shared_ptr<keys::Ed25519Key>, Exit> proving_key(Console& console,
                                                                   const Access& access) {
    auto key = account_key(access);
    if (!key) {
        return std::unexpected{fail(console, key.error())};
    }
    return std::make_shared<keys::Ed25519Key>(*std::move(key));
}

Exit unlock(Console& console, std::chrono::minutes lifetime) {
    const auto identity = load_identity(console.files);
    if (!identity) {
        return fail(console, identity.error());
    }
    Safe safe{console.files, console.disk, console.random};
    if (const auto erased = safe.erase_if_over(console.clock.now()); !erased) {
        return fail(console, erased.error());
    }
    const auto access = open_by_password(console, *identity);
    if (!access) {
        return access.error();
    }
    if (!keys::keep_in_keyring(keyring_name(*identity), Safe::kept(**access), lifetime)) {
        return fail(
            console, Exit::failed, "系统密钥环不可用，未能解锁；各命令会各自询问密码。",
            "The kernel's keyring cannot be used here, so nothing was unlocked; each command "
            "asks for the password itself.");
    }
    const std::string minutes = std::to_string(lifetime.count());
    const auto sealed =
        (*access)->data_key ? std::nullopt : std::optional{(*access)->sealed_because};
    if (console.json) {
        boost::json::object answer{{"unlocked_minutes", lifetime.count()}};
        if (sealed) {
            answer["message"] = explain(console, *sealed, console.language);
        }
        console.out << boost::json::serialize(answer) << '\n';
        return Exit::done;
    }
    console.out << (console.language == Language::zh
                        ? "已解锁，" + minutes + " 分钟内有效。\n"
                        : "Unlocked for " + minutes +
                              (minutes == "1" ? " minute.\n" : " minutes.\n"));
    if (sealed) {
        console.out << explain(console, *sealed, console.language) << '\n';
    }
    return Exit::done;
}

void forget_unlocked(const Identity& identity) { keys::forget_in_keyring(keyring_name(identity)); }

Exit lock(Console& console) {
    const auto identity = load_identity(console.files);
    if (!identity) {
        return fail(console, identity.error());
    }
    forget_unlocked(*identity);
    if (console.json) {
        console.out << boost::json::serialize(boost::json::object{{"locked", true}}) << '\n';
    } else {
        console.out << (console.language == Language::zh ? "已锁定。\n" : "Locked.\n");
    }
    return Exit::done;
}

}  // namespace zhibu::client
