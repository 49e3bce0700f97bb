# The Debian packages trestle and trestle-gateway, by cpack. Nothing is fetched; SOURCE_DATE_EPOCH is the time of all
# files, so that the same sources give the same bytes.

set(TRESTLE_MAINTAINER "The Trestle project <trestle@localhost>" CACHE STRING "Who answers for the packages")
set(TRESTLE_PACKAGE_VERSION ${PROJECT_VERSION} CACHE STRING "The version that the packages carry")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME trestle)
set(CPACK_PACKAGE_CONTACT ${TRESTLE_MAINTAINER})
set(CPACK_PACKAGE_VERSION ${TRESTLE_PACKAGE_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package begins its own
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
# Under the final prefix, so that units can name it, and with files outside of it: /etc.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/finish.cmake)
set(CPACK_TRESTLE_SOURCE ${CMAKE_SOURCE_DIR})
set(CPACK_TRESTLE_OBJDUMP ${CMAKE_OBJDUMP})

set(CPACK_COMPONENTS_ALL node gateway)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SECTION misc)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
if(CMAKE_CROSSCOMPILING AND CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
    set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64)
endif()

set(CPACK_DEBIAN_NODE_PACKAGE_NAME trestle)
# The user and the state folder are made by what systemd brings, which is there on every Debian that starts units.
set(CPACK_DEBIAN_NODE_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles")
set(CPACK_DEBIAN_NODE_PACKAGE_SUGGESTS "avahi-daemon, chromium, trestle-gateway")
set(CPACK_COMPONENT_NODE_DESCRIPTION "point of sale that needs no server
An offline-first mesh for pop-ups, food stalls and small restaurants: counter,
kitchen and pickup devices each hold everything and make each other complete
over the local network. This package is a device of it, with its screens and
the commands of who runs the pop-up.")
set(CPACK_DEBIAN_NODE_PACKAGE_CONTROL_EXTRA
    ${CMAKE_CURRENT_LIST_DIR}/conffiles ${CMAKE_CURRENT_LIST_DIR}/postinst ${CMAKE_CURRENT_LIST_DIR}/prerm
    ${CMAKE_CURRENT_LIST_DIR}/postrm)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/trestle.conf DESTINATION /etc/trestle COMPONENT node)

set(CPACK_DEBIAN_GATEWAY_PACKAGE_NAME trestle-gateway)
# Its user, its state folder and its screens are the node's.
set(CPACK_DEBIAN_GATEWAY_PACKAGE_DEPENDS "trestle (= ${TRESTLE_PACKAGE_VERSION})")
set(CPACK_COMPONENT_GATEWAY_DESCRIPTION "point of sale that needs no server: the device with an uplink
The device of a Trestle mesh that has a line to the internet: it takes
customers' orders from their phones and their cards' payments through Stripe.
Without it, or without internet, the stall goes on.")
set(gateway_scripts ${CMAKE_SOURCE_DIR}/gateway/package)
set(CPACK_DEBIAN_GATEWAY_PACKAGE_CONTROL_EXTRA
    ${gateway_scripts}/postinst ${gateway_scripts}/prerm ${gateway_scripts}/postrm)

include(CPack)
cpack_add_component(node)
cpack_add_component(gateway)
