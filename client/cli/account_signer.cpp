#include "client/cli/account_signer.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <utility>

#include "shared/keys/account_key.hpp"
#include "shared/keys/descriptor.hpp"
#include "shared/keys/keyring.hpp"

namespace zhibu::client {
namespace {

constexpr std::size_t password_bytes_max = 1024;

std::string keyring_name(const Identity& identity) { return "zhibu:" + to_text(identity.device); }

/// One line without its end, from a descriptor; at most password_bytes_max bytes.
keys::SecretBytes read_line(int descriptor) {
    keys::SecretBytes line{password_bytes_max};
    std::size_t size = 0;
    while (size < line.size()) {
        std::uint8_t& next = line.span()[size];
        if (::read(descriptor, &next, 1) != 1 || next == '\n') {
            break;
        }
        ++size;
    }
    if (size > 0 && line.span()[size - 1] == '\r') {
        --size;
    }
    line.shrink(size);
    return line;
}

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
        return read_line(terminal);
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

std::expected<std::shared_ptr<keys::Ed25519Key>, Exit> derive(Console& console,
                                                              const Identity& identity) {
    const auto password = read_password(console, false);
    if (!password) {
        return std::unexpected{password.error()};
    }
    const sync::PasswordCost& cost = identity.password_cost;
    auto key = keys::derive_account_key(*password, identity.password_salt,
                                        keys::Argon2Cost{cost.memory_kib, cost.passes, cost.lanes});
    if (!key) {
        return std::unexpected{fail(
            console, Exit::failed, "无法由密码计算密钥（内存不足，或登记文件中的参数超出范围）。",
            "The key cannot be derived: too little memory, or the enrolment file's cost is out "
            "of bounds.")};
    }
    return std::make_shared<keys::Ed25519Key>(*std::move(key));
}

}  // namespace

std::expected<keys::SecretBytes, Exit> read_password(Console& console, bool is_new) {
    if (!console.password_file) {
        return ask_at_terminal(console, is_new);
    }
    const keys::Descriptor file{::open(console.password_file->c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file.is_open()) {
        return std::unexpected{
            fail(console, Exit::usage, "密码文件无法读取。", "The password file cannot be read.")};
    }
    return read_line(file.number());
}

std::expected<std::shared_ptr<keys::Ed25519Key>, Exit> account_key(Console& console,
                                                                   const Identity& identity) {
    if (!console.password_file) {
        if (const auto seed = keys::read_from_keyring(keyring_name(identity))) {
            if (auto key = keys::Ed25519Key::from_seed(*seed)) {
                return std::make_shared<keys::Ed25519Key>(*std::move(key));
            }
        }
    }
    return derive(console, identity);
}

Exit unlock(Console& console, std::chrono::minutes lifetime) {
    const auto identity = load_identity(console.files);
    if (!identity) {
        return fail(console, identity.error());
    }
    const auto key = derive(console, *identity);
    if (!key) {
        return key.error();
    }
    if (!keys::keep_in_keyring(keyring_name(*identity), (*key)->seed(), lifetime)) {
        return fail(
            console, Exit::failed, "系统密钥环不可用，未能解锁；各命令会各自询问密码。",
            "The kernel's keyring cannot be used here, so nothing was unlocked; each command "
            "asks for the password itself.");
    }
    console.out << (console.language == Language::zh
                        ? "密钥已放入系统密钥环，" + std::to_string(lifetime.count()) +
                              " 分钟内有效。密码是否正确，在连接服务器时核对。\n"
                        : "The key is in the kernel's keyring for " +
                              std::to_string(lifetime.count()) +
                              " minutes. The server checks it when you connect.\n");
    return Exit::done;
}

Exit lock(Console& console) {
    const auto identity = load_identity(console.files);
    if (!identity) {
        return fail(console, identity.error());
    }
    keys::forget_in_keyring(keyring_name(*identity));
    console.out << (console.language == Language::zh ? "已锁定。\n" : "Locked.\n");
    return Exit::done;
}

}  // namespace zhibu::client
