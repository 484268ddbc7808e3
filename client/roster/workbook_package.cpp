#include "client/roster/workbook_package.hpp"

#include <zip.h>
#include <zipconf.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/roster/roster_error.hpp"
#include "client/roster/sheet.hpp"
#include "shared/record/check.hpp"

namespace zhibu::client {
namespace {

struct DiscardArchive {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};

struct CloseFile {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};

constexpr std::size_t piece_bytes = std::size_t{1} << 16;
constexpr std::uint64_t ratio_free_bytes = std::uint64_t{16} << 20;
constexpr zip_int64_t entries_max = 10'000;

std::unexpected<RosterError> failed(RosterErrorCode code, std::string detail = {},
                                    std::uint64_t limit = 0) {
    return std::unexpected(RosterError{code, 0, 0, limit, std::move(detail)});
}

}  // namespace

struct WorkbookPackage::Archive {
    std::unique_ptr<zip_t, DiscardArchive> zip;
    SheetLimits limits;
    std::uint64_t unzipped_bytes = 0;
};

WorkbookPackage::WorkbookPackage(std::unique_ptr<Archive> archive) : archive_{std::move(archive)} {}

WorkbookPackage::WorkbookPackage(WorkbookPackage&&) noexcept = default;
WorkbookPackage& WorkbookPackage::operator=(WorkbookPackage&&) noexcept = default;
WorkbookPackage::~WorkbookPackage() = default;

std::expected<WorkbookPackage, RosterError> WorkbookPackage::open(std::string_view bytes,
                                                                  const SheetLimits& limits) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    ZHIBU_CHECK(source != nullptr);  // fails only when memory is out
    std::unique_ptr<zip_t, DiscardArchive> zip{zip_open_from_source(source, ZIP_RDONLY, &error)};
    zip_error_fini(&error);
    if (zip == nullptr) {
        zip_source_free(source);
        return failed(RosterErrorCode::damaged_container);
    }
    if (zip_get_num_entries(zip.get(), 0) > entries_max) {
        return failed(RosterErrorCode::damaged_container);
    }
    return WorkbookPackage{std::make_unique<Archive>(Archive{std::move(zip), limits, 0})};
}

bool WorkbookPackage::has(const std::string& part) const {
    return zip_name_locate(archive_->zip.get(), part.c_str(), ZIP_FL_NOCASE) >= 0;
}

std::expected<void, RosterError> WorkbookPackage::read(const std::string& part, const Sink& sink) {
    zip_t* zip = archive_->zip.get();
    const zip_int64_t found = zip_name_locate(zip, part.c_str(), ZIP_FL_NOCASE);
    zip_stat_t status;
    zip_stat_init(&status);
    if (found < 0 || zip_stat_index(zip, static_cast<zip_uint64_t>(found), 0, &status) != 0) {
        return failed(RosterErrorCode::part_missing, part);
    }
    if ((status.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 &&
        status.encryption_method != ZIP_EM_NONE) {
        return failed(RosterErrorCode::encrypted);
    }
    const std::unique_ptr<zip_file_t, CloseFile> file{
        zip_fopen_index(zip, static_cast<zip_uint64_t>(found), 0)};
    if (file == nullptr) {
        return failed(RosterErrorCode::damaged_container);
    }
    const SheetLimits& limits = archive_->limits;
    std::vector<char> piece(piece_bytes);
    std::uint64_t part_bytes = 0;
    for (;;) {
        const zip_int64_t count = zip_fread(file.get(), piece.data(), piece.size());
        if (count < 0) {
            return failed(RosterErrorCode::damaged_container);
        }
        part_bytes += static_cast<std::uint64_t>(count);
        archive_->unzipped_bytes += static_cast<std::uint64_t>(count);
        const bool ratio_broken = part_bytes > ratio_free_bytes &&
                                  part_bytes / limits.unzipped_ratio_max > status.comp_size;
        if (archive_->unzipped_bytes > limits.unzipped_bytes_max || ratio_broken) {
            return failed(RosterErrorCode::expands_too_much, part,
                          ratio_broken ? part_bytes : limits.unzipped_bytes_max);
        }
        const std::string_view bytes{piece.data(), static_cast<std::size_t>(count)};
        ZHIBU_TRY_VOID(sink(bytes, count == 0));
        if (count == 0) {
            return {};
        }
    }
}

}  // namespace zhibu::client
