# Writes OUTPUT.S, which takes in every file of DIST, and OUTPUT.cpp, which names them.
set(type_html "text/html; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_svg "image/svg+xml")

file(GLOB_RECURSE files RELATIVE ${DIST} ${DIST}/*)
list(SORT files)
set(assembly "    .section .rodata\n")
set(declarations "")
set(entries "")
set(number 0)
foreach(file IN LISTS files)
  get_filename_component(extension ${file} LAST_EXT)
  string(SUBSTRING "${extension}" 1 -1 extension)
  if(NOT DEFINED type_${extension})
    message(FATAL_ERROR "embed_web: no content type is known for ${file}")
  endif()
  string(APPEND assembly
    "    .global zhibu_asset_${number}\n    .global zhibu_asset_${number}_end\n"
    "zhibu_asset_${number}:\n    .incbin \"${DIST}/${file}\"\nzhibu_asset_${number}_end:\n")
  string(APPEND declarations
    "extern const char zhibu_asset_${number}[];\nextern const char zhibu_asset_${number}_end[];\n")
  string(APPEND entries
    "        {\"/${file}\", \"${type_${extension}}\",\n"
    "         {zhibu_asset_${number},\n"
    "          static_cast<std::size_t>(zhibu_asset_${number}_end - zhibu_asset_${number})}},\n")
  math(EXPR number "${number} + 1")
endforeach()
string(APPEND assembly "    .section .note.GNU-stack,\"\",@progbits\n")
file(WRITE ${OUTPUT}.S "${assembly}")
file(WRITE ${OUTPUT}.cpp "// Generated from client/web.
#include \"client/web/assets.hpp\"

extern \"C\" {
${declarations}}

namespace zhibu::client {

std::span<const Asset> workbench_assets() {
    static const Asset assets[] = {
${entries}    };
    return assets;
}

}  // namespace zhibu::client
")
