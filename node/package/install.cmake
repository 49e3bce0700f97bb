# What is installed beside the programs, as components "node" and "gateway", and Debian packages of them.
# ./run package builds these; docs/install.md, is for who installs them; docs/adr/0045-packages.md: why.

set(package_folder ${CMAKE_CURRENT_LIST_DIR})

# trestle_unit(<component> <file.in>): a unit says where the programs are, which only `cmake --install` and cpack know.
# What stands in it as @NAME@ is configured then; systemd's own @ are no such names. A second copy, of the folders that
# were configured, is what tests/tidy looks at.
function(trestle_unit component file)
    get_filename_component(name ${file} NAME_WLE)
    configure_file(${file} ${CMAKE_BINARY_DIR}/generated/${name} @ONLY)
    install(CODE "
        set(CMAKE_INSTALL_FULL_BINDIR \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
        set(CMAKE_INSTALL_FULL_DOCDIR \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATAROOTDIR}/doc/trestle\")
        configure_file(\"${CMAKE_SOURCE_DIR}/${file}\" \"${CMAKE_BINARY_DIR}/generated/installed/${name}\" @ONLY)"
        COMPONENT ${component})
    install(FILES ${CMAKE_BINARY_DIR}/generated/installed/${name} DESTINATION lib/systemd/system
        COMPONENT ${component})
endfunction()

# trestle_completions(<component> <program>): the program itself prints them.
function(trestle_completions component program)
    set(folder ${CMAKE_BINARY_DIR}/generated/completion/${program})
    foreach(shell bash zsh fish)
        install(CODE "
            file(MAKE_DIRECTORY \"${folder}\")
            execute_process(COMMAND ${CMAKE_CROSSCOMPILING_EMULATOR} \"$<TARGET_FILE:${program}>\" completion ${shell}
                OUTPUT_FILE \"${folder}/${shell}\" COMMAND_ERROR_IS_FATAL ANY)"
            COMPONENT ${component})
    endforeach()
    set(share ${CMAKE_INSTALL_DATAROOTDIR})
    install(FILES ${folder}/bash DESTINATION ${share}/bash-completion/completions RENAME ${program}
        COMPONENT ${component})
    install(FILES ${folder}/zsh DESTINATION ${share}/zsh/vendor-completions RENAME _${program}
        COMPONENT ${component})
    install(FILES ${folder}/fish DESTINATION ${share}/fish/vendor_completions.d RENAME ${program}.fish
        COMPONENT ${component})
endfunction()

set(manual docs/man)
set(share ${CMAKE_INSTALL_DATAROOTDIR}/trestle)

trestle_unit(node node/systemd/trestle.service.in)
trestle_completions(node trestle)
install(FILES ${manual}/trestle.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT node)
install(FILES ${manual}/trestle.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5 COMPONENT node)
install(FILES ${manual}/trestle-events.7 DESTINATION ${CMAKE_INSTALL_MANDIR}/man7 COMPONENT node)
install(FILES node/systemd/trestle.sysusers DESTINATION lib/sysusers.d RENAME trestle.conf COMPONENT node)
install(FILES node/systemd/trestle.tmpfiles DESTINATION lib/tmpfiles.d RENAME trestle.conf COMPONENT node)
install(FILES node/systemd/trestle-kiosk@.service DESTINATION lib/systemd/user COMPONENT node)
install(FILES ${package_folder}/trestle.avahi.service DESTINATION ${share} COMPONENT node)
install(FILES docs/examples/menu.csv DESTINATION ${share}/examples COMPONENT node)
install(FILES docs/operating.md docs/install.md docs/selling.md docs/manual.md docs/changelog.md
    DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/trestle COMPONENT node)
# Without the built screens a node serves none. A release's archive brings them, a checkout makes them (./run).
install(DIRECTORY web/dist/ DESTINATION ${share}/web COMPONENT node OPTIONAL PATTERN .vite EXCLUDE)

trestle_unit(gateway gateway/systemd/trestle-gateway.service.in)
trestle_completions(gateway trestle-gateway)
install(FILES ${manual}/trestle-gateway.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT gateway)
install(FILES docs/gateway.md docs/payments.md
    DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/trestle-gateway COMPONENT gateway)

include(${package_folder}/debian.cmake)
