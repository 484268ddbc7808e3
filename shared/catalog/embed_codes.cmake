# Writes OUTPUT, a C++ file that holds every code list of FOLDER as text.
file(GLOB lists ${FOLDER}/*.tsv)
list(SORT lists)
set(entries "")
foreach(path IN LISTS lists)
  get_filename_component(name ${path} NAME_WE)
  file(READ ${path} text)
  string(APPEND entries "    {\"${name}\", R\"tsv(${text})tsv\"},\n")
endforeach()
file(WRITE ${OUTPUT}.new "// Generated from shared/catalog/codes.
#include \"shared/catalog/detail/embedded_codes.hpp\"

namespace zhibu::catalog::detail {

std::span<const EmbeddedCodes> embedded_codes() {
  static constexpr EmbeddedCodes lists[] = {
${entries}  };
  return lists;
}

}  // namespace zhibu::catalog::detail
")
file(COPY_FILE ${OUTPUT}.new ${OUTPUT} ONLY_IF_DIFFERENT)
