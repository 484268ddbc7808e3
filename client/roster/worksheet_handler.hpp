#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "client/roster/sheet_builder.hpp"
#include "client/roster/workbook_parts.hpp"

namespace zhibu::client {

/// A cell's place as "C7" says it, from 1. No value: not one.
struct CellPlace {
    std::uint32_t row = 0;
    std::uint32_t column = 0;
};

[[nodiscard]] std::optional<CellPlace> parse_cell_place(std::string_view text);

/// The worksheet part: cells and merged rectangles, straight into a builder.
class WorksheetHandler : public PartHandler {
public:
    /// @param part  named in errors. The others outlive the handler.
    WorksheetHandler(std::string part, const SheetLimits& limits, const StylesHandler& styles,
                     const SharedTextsHandler& shared_texts, SheetBuilder& builder);

    void begin_element(std::string_view name, const XmlAttributes& attributes) override;
    void end_element(std::string_view name) override;
    void characters(std::string_view text) override;

private:
    void begin_row(const XmlAttributes& attributes);
    void begin_cell(const XmlAttributes& attributes);
    void end_cell();
    void add_merge(std::string_view range);
    void fail_here(RosterErrorCode code, std::uint64_t limit = 0);
    [[nodiscard]] std::optional<Cell> finished_cell();
    [[nodiscard]] std::optional<Cell> number_cell() const;

    std::string part_;
    SheetLimits limits_;
    const StylesHandler& styles_;
    const SharedTextsHandler& shared_texts_;
    SheetBuilder& builder_;
    std::uint32_t row_ = 0;
    std::uint32_t column_ = 0;
    std::string type_;
    std::uint32_t style_ = 0;
    std::string content_;
    std::string plain_text_;
    bool in_row_ = false;
    bool in_cell_ = false;
    bool in_content_ = false;
    bool in_phonetic_ = false;
    bool has_content_ = false;
    bool has_formula_ = false;
};

}  // namespace zhibu::client
