#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client/roster/roster_error.hpp"
#include "client/roster/sheet.hpp"
#include "client/roster/xml_reader.hpp"

namespace zhibu::client {

/// A handler that keeps the first error; the small parts' handlers derive from it.
class PartHandler : public XmlHandler {
public:
    void end_element(std::string_view /*name*/) override {}

    void characters(std::string_view /*text*/) override {}

    [[nodiscard]] const std::expected<void, RosterError>& state() const override { return state_; }

protected:
    void fail(RosterError error) {
        if (state_) {
            state_ = std::unexpected(std::move(error));
        }
    }

private:
    std::expected<void, RosterError> state_;
};

/// A part's relationships: id to target and type.
class RelationshipsHandler : public PartHandler {
public:
    struct Relationship {
        std::string id;
        std::string type;
        std::string target;
    };

    std::vector<Relationship> relationships;

    void begin_element(std::string_view name, const XmlAttributes& attributes) override;

    /// The target of the relationship with that id, or empty.
    [[nodiscard]] std::string target_of(std::string_view id) const;
    /// The target of the first relationship whose type ends so, or empty.
    [[nodiscard]] std::string target_of_type(std::string_view type_ending) const;
};

/// The workbook part: its sheets in order and its date system.
class WorkbookHandler : public PartHandler {
public:
    struct SheetEntry {
        std::string name;
        std::string relationship;
        bool is_hidden = false;
    };

    std::vector<SheetEntry> sheets;
    bool counts_from_1904 = false;

    void begin_element(std::string_view name, const XmlAttributes& attributes) override;
};

/// The styles part: how each cell style shows a number.
class StylesHandler : public PartHandler {
public:
    std::vector<NumberShape> shapes;  // by the index that cells name

    void begin_element(std::string_view name, const XmlAttributes& attributes) override;
    void end_element(std::string_view name) override;

private:
    std::map<std::uint32_t, NumberShape> own_formats_;
    bool in_cell_formats_ = false;
};

/// The texts that cells name by number. Phonetic guides are left out.
class SharedTextsHandler : public PartHandler {
public:
    explicit SharedTextsHandler(const SheetLimits& limits) : limits_{limits} {}

    void begin_element(std::string_view name, const XmlAttributes& attributes) override;
    void end_element(std::string_view name) override;
    void characters(std::string_view text) override;

    [[nodiscard]] std::size_t size() const { return ends_.size(); }

    /// @param index  below size() (checked)
    [[nodiscard]] std::string_view text(std::size_t index) const;

private:
    SheetLimits limits_;
    std::string texts_;
    std::vector<std::uint32_t> ends_;
    bool in_text_ = false;
    bool in_phonetic_ = false;
};

/// An attribute's number, or `otherwise` when it is not one or exceeds 32 bits.
[[nodiscard]] std::uint32_t attribute_number(std::string_view text, std::uint32_t otherwise);

/// Text as the cell shows it: "_x000D_" and its like stand for control characters, which become
/// spaces or line breaks; "_x005F_" is an underscore. Source: ECMA-376 part 1, 22.4.2.4.
[[nodiscard]] std::string without_escapes(std::string_view text);

}  // namespace zhibu::client
