#include "client/roster/xml_reader.hpp"

#include <expat.h>
#include <expat_external.h>

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "client/roster/roster_error.hpp"
#include "shared/record/check.hpp"

namespace zhibu::client {
namespace {

constexpr int depth_max = 64;

struct FreeParser {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

std::string_view local(std::string_view name) {
    const std::size_t colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

const char* XmlAttributes::find(std::string_view local_name) const {
    for (const char** pair = pairs_; *pair != nullptr; pair += 2) {
        if (local(*pair) == local_name) {
            return pair[1];
        }
    }
    return nullptr;
}

std::string_view XmlAttributes::get(std::string_view local_name) const {
    const char* value = find(local_name);
    return value == nullptr ? std::string_view{} : std::string_view{value};
}

bool XmlAttributes::has(std::string_view local_name) const { return find(local_name) != nullptr; }

struct XmlReader::Parser {
    std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser> expat;
    std::string part;
    XmlHandler* handler = nullptr;  // not owned
    int depth = 0;
    bool saw_document_type = false;

    void stop() { XML_StopParser(expat.get(), XML_FALSE); }

    static Parser& of(void* user) { return *static_cast<Parser*>(user); }

    static void XMLCALL begin(void* user, const XML_Char* name, const XML_Char** attributes) {
        Parser& self = of(user);
        if (++self.depth > depth_max) {
            self.stop();
            return;
        }
        self.handler->begin_element(local(name), XmlAttributes{attributes});
        if (!self.handler->state()) {
            self.stop();
        }
    }

    static void XMLCALL end(void* user, const XML_Char* name) {
        Parser& self = of(user);
        --self.depth;
        self.handler->end_element(local(name));
        if (!self.handler->state()) {
            self.stop();
        }
    }

    static void XMLCALL text(void* user, const XML_Char* characters, int length) {
        Parser& self = of(user);
        self.handler->characters({characters, static_cast<std::size_t>(length)});
        if (!self.handler->state()) {
            self.stop();
        }
    }

    static void XMLCALL document_type(void* user, const XML_Char* /*name*/,
                                      const XML_Char* /*system*/, const XML_Char* /*public_id*/,
                                      int /*has_subset*/) {
        Parser& self = of(user);
        self.saw_document_type = true;
        self.stop();
    }
};

XmlReader::XmlReader(std::string part, XmlHandler& handler) : parser_{std::make_unique<Parser>()} {
    parser_->expat.reset(XML_ParserCreate(nullptr));
    ZHIBU_CHECK(parser_->expat != nullptr);  // fails only when memory is out
    parser_->part = std::move(part);
    parser_->handler = &handler;
    XML_Parser expat = parser_->expat.get();
    XML_SetUserData(expat, parser_.get());
    XML_SetElementHandler(expat, &Parser::begin, &Parser::end);
    XML_SetCharacterDataHandler(expat, &Parser::text);
    XML_SetStartDoctypeDeclHandler(expat, &Parser::document_type);
}

XmlReader::~XmlReader() = default;

std::expected<void, RosterError> XmlReader::feed(std::string_view piece, bool is_last) {
    const XML_Status status = XML_Parse(parser_->expat.get(), piece.data(),
                                        static_cast<int>(piece.size()), is_last ? 1 : 0);
    if (!parser_->handler->state()) {
        return parser_->handler->state();
    }
    if (parser_->saw_document_type) {
        return std::unexpected(
            RosterError{RosterErrorCode::document_type_refused, 0, 0, 0, parser_->part});
    }
    if (status != XML_STATUS_OK) {
        return std::unexpected(
            RosterError{RosterErrorCode::malformed_part, 0, 0, 0, parser_->part});
    }
    return {};
}

}  // namespace zhibu::client
