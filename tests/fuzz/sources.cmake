# What the fuzz targets do not reach, by the beginnings of file names: the fuzz build leaves it out, more than half of
# all that there is. When a target comes to need one of these, the linker says so; it leaves the list then.
set(fuzz_without
    sync/replica
    "sync/domain/(till|turn)"
    "sync/mesh/(acks|blobs|claims|effects|ephemeral|flow|forward|link|presence|pull|send|vector)"
    "node/access/(access|pin_desk|rate|tickets)"
    "node/api/(api|cart|reconcile|route_check|sign)"
    "node/figures/(board|day_report|line_up|metrics|stuck)"
    "node/json/json_(access|answer|cart|device|drawer|guest|menu|money|openapi|order|problem|qr)"
    "node/json/json_(record|state|status|table)"
    "node/stream/(frame|live|stream)"
    "node/cli/(ask|cli|cmd|days|doctor|door|export_rows|http[.]|interview|journal|menu_source|output|place|qr|setup)"
    "node/cli/(table|versions)"
    "node/cli/verify_(compare|file|store)"
    "node/core/(ballast|control[.]|core|introduce)"
    "node/mesh/(inbox|newcomer|outbox|sightings|socket|topology|transport)"
    "node/print/(device|spool)"
    "node/web/(page|site|tls|web)"
    gateway/
    "tests/lib/(cluster|diner|forked_order|gossip|history_mesh|rebuild|roster_scene|scene|shop|sick|spoil)"
    "tests/lib/(stage|stall|stock_|store_suite|story)")
# Of the gateway only the parsers: what a person writes for it, the provider's objects, a stranger's subscription, rows
# of its own store.
set(fuzz_with_gateway "gateway/config/(apple_file|card_page|credentials|secret_file|sms_fields|terms)[.]c"
    "gateway/(stripe/|notify/(base64url|endpoint|news|p256|recipient|recipient_rows)[.]c)"
    "gateway/settle/(attempt|events|marked_rows|notes|outbox|plan)[.]c")

# trestle_fuzz_filter(<list of files>): leaves in it what the fuzz build needs; elsewhere everything.
function(trestle_fuzz_filter files)
    if(NOT TRESTLE_FUZZ)
        return()
    endif()
    set(kept ${${files}})
    set(parsers ${kept})
    list(JOIN fuzz_with_gateway "|" wanted)
    list(FILTER parsers INCLUDE REGEX "^${CMAKE_SOURCE_DIR}/(${wanted})")
    foreach(pattern IN LISTS fuzz_without)
        list(FILTER kept EXCLUDE REGEX "^${CMAKE_SOURCE_DIR}/${pattern}")
    endforeach()
    set(${files} ${kept} ${parsers} PARENT_SCOPE)
endfunction()
