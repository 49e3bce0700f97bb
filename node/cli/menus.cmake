# The menus that are shipped, as bytes in the program: `trestle init --menu NAME`, `trestle menu template NAME`.
# menus_write(<file.c> <name=csv>...)
function(menus_write file)
    set(texts "")
    set(rows "")
    foreach(pair IN LISTS ARGN)
        string(REGEX MATCH "^([a-z]+)=(.+)$" matched ${pair})
        set(name ${CMAKE_MATCH_1})
        set(csv ${CMAKE_SOURCE_DIR}/docs/examples/${CMAKE_MATCH_2})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${csv})
        file(READ ${csv} hex HEX)
        string(REGEX REPLACE "(..)" "0x\\1," bytes ${hex})
        string(APPEND texts "static const unsigned char ${name}[] = {${bytes}0};\n")
        string(APPEND rows "    {\"${name}\", ${name}},\n")
    endforeach()
    file(CONFIGURE OUTPUT ${file} @ONLY CONTENT "/* Made by node/cli/menus.cmake of docs/examples. */
#include \"node/cli/menu_source.h\"

${texts}
static const struct menu_template menus[] = {
${rows}};

const struct menu_template *menu_template_at(size_t at)
{
    return at < sizeof menus / sizeof menus[0] ? &menus[at] : NULL;
}
")
endfunction()
