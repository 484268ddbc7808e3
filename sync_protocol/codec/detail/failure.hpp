#pragma once

#include <exception>

#include "sync_protocol/codec/codec.hpp"

namespace zhibu::sync::detail {

/// Ends an archive in the middle: cereal's archives can only fail by a throw. It is caught in
/// form.hpp and frame.cpp and never leaves this folder.
class Failure : public std::exception {
public:
    explicit Failure(CodecError error) : error_(error) {}

    [[nodiscard]] const CodecError& error() const { return error_; }

    [[nodiscard]] const char* what() const noexcept override { return "codec failure"; }

private:
    CodecError error_;
};

}  // namespace zhibu::sync::detail
