#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "client/roster/roster_error.hpp"

namespace zhibu::client {

/// The attributes of one element, valid during the call.
class XmlAttributes {
public:
    /// @param pairs  name, value, name, value, …, null, as Expat hands them over
    explicit XmlAttributes(const char** pairs) : pairs_{pairs} {}

    /// The value, or empty. A prefix of the name ("r:id") does not count.
    [[nodiscard]] std::string_view get(std::string_view local_name) const;
    [[nodiscard]] bool has(std::string_view local_name) const;

private:
    [[nodiscard]] const char* find(std::string_view local_name) const;

    const char** pairs_;
};

/// What one part's elements mean. Element names come without their prefix. A handler that cannot
/// go on keeps its error; XmlReader asks for it after each piece.
class XmlHandler {
public:
    virtual ~XmlHandler() = default;

    virtual void begin_element(std::string_view name, const XmlAttributes& attributes) = 0;
    virtual void end_element(std::string_view name) = 0;
    virtual void characters(std::string_view text) = 0;
    /// What went wrong in the handler itself, if anything did.
    [[nodiscard]] virtual const std::expected<void, RosterError>& state() const = 0;
};

/// Feeds a handler from pieces of XML. A document type declaration ends the reading, so that there
/// are no entities but the five of XML itself, and nothing external is ever fetched. Elements may
/// nest 64 deep. Threads: not synchronised.
class XmlReader {
public:
    /// @param part     named in errors
    /// @param handler  outlives the reader
    XmlReader(std::string part, XmlHandler& handler);
    ~XmlReader();
    XmlReader(const XmlReader&) = delete;
    XmlReader& operator=(const XmlReader&) = delete;

    [[nodiscard]] std::expected<void, RosterError> feed(std::string_view piece, bool is_last);

private:
    struct Parser;

    std::unique_ptr<Parser> parser_;
};

}  // namespace zhibu::client
