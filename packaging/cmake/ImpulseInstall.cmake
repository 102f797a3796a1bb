# `cmake --install`, and the Debian packages that CPack makes of it: one for each program.
include(GNUInstallDirs)

# What the package of a program carries beside it.
function(impulse_documents component)
    install(FILES ${CMAKE_SOURCE_DIR}/packaging/debian/copyright
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${component} COMPONENT ${component})
    find_program(GZIP gzip)
    set(changelog ${CMAKE_BINARY_DIR}/packaging/${component}/changelog.Debian.gz)
    if(GZIP)
        file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/packaging/${component})
        # -n: the same bytes from the same text.
        execute_process(COMMAND ${GZIP} -9nc ${CMAKE_SOURCE_DIR}/packaging/debian/changelog
            OUTPUT_FILE ${changelog} COMMAND_ERROR_IS_FATAL ANY)
        install(FILES ${changelog} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${component}
            COMPONENT ${component})
    endif()
endfunction()

install(TARGETS impulse-server RUNTIME COMPONENT impulse-server)
install(TARGETS impulse RUNTIME COMPONENT impulse)
install(TARGETS impulse-cli RUNTIME COMPONENT impulse-cli)

impulse_documents(impulse-server)
impulse_documents(impulse)
impulse_documents(impulse-cli)

# --- The server's service ---
set(server_files ${CMAKE_SOURCE_DIR}/packaging/server)
install(FILES ${server_files}/impulse-server.service DESTINATION lib/systemd/system
    COMPONENT impulse-server)
install(FILES ${server_files}/sysusers.conf DESTINATION lib/sysusers.d
    RENAME impulse-server.conf COMPONENT impulse-server)
install(FILES ${server_files}/tmpfiles.conf DESTINATION lib/tmpfiles.d
    RENAME impulse-server.conf COMPONENT impulse-server)
install(PROGRAMS ${server_files}/first-start.sh DESTINATION lib/impulse-server
    COMPONENT impulse-server)
install(FILES ${CMAKE_SOURCE_DIR}/server/README.md
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/impulse-server COMPONENT impulse-server)
# The manual that the server itself prints, with what a package knows filled in.
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/packaging/server.conf
    COMMAND ${CMAKE_COMMAND} -DSERVER=$<TARGET_FILE:impulse-server>
        -DOUTPUT=${CMAKE_BINARY_DIR}/packaging/server.conf
        -P ${CMAKE_SOURCE_DIR}/packaging/cmake/PackagedConfig.cmake
    DEPENDS impulse-server ${CMAKE_SOURCE_DIR}/packaging/cmake/PackagedConfig.cmake)
add_custom_target(impulse_packaged_config ALL DEPENDS ${CMAKE_BINARY_DIR}/packaging/server.conf)
install(FILES ${CMAKE_BINARY_DIR}/packaging/server.conf DESTINATION /etc/impulse
    COMPONENT impulse-server)

# --- The app on the desktop ---
install(FILES ${CMAKE_SOURCE_DIR}/packaging/desktop/impulse.desktop
    DESTINATION ${CMAKE_INSTALL_DATADIR}/applications COMPONENT impulse)
install(FILES ${CMAKE_SOURCE_DIR}/resources/logo/impulse.svg
    DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps COMPONENT impulse)
foreach(size 16 32)
    install(FILES ${CMAKE_SOURCE_DIR}/resources/logo/impulse-${size}.svg
        DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/${size}x${size}/apps RENAME impulse.svg
        COMPONENT impulse)
endforeach()

# --- Debian packages ---
set(debian ${CMAKE_SOURCE_DIR}/packaging/debian)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME impulse)
set(CPACK_PACKAGE_VENDOR "Impulse")
set(CPACK_PACKAGE_CONTACT "Impulse maintainers <maintainers@impulse.invalid>")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR OFF)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL impulse-server impulse impulse-cli)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(CPACK_DEBIAN_IMPULSE-SERVER_PACKAGE_NAME impulse-server)
set(CPACK_DEBIAN_IMPULSE-SERVER_PACKAGE_SECTION net)
# dpkg-shlibdeps does not see the plug-ins: the database drivers and TLS (in libqt6network6). openssl
# makes the certificate of the first start.
set(CPACK_DEBIAN_IMPULSE-SERVER_PACKAGE_DEPENDS "libqt6sql6-sqlite, adduser, openssl")
set(CPACK_DEBIAN_IMPULSE-SERVER_PACKAGE_SUGGESTS "libqt6sql6-psql")
set(CPACK_COMPONENT_IMPULSE-SERVER_DESCRIPTION
    "server of an end-to-end encrypted messenger\nImpulse is a messenger that a family, a school or a company runs on its own\nmachine, and that only its people can read. The server keeps and routes\nwhat it cannot read. Nothing has to be configured before the first message.")
set(CPACK_DEBIAN_IMPULSE-SERVER_PACKAGE_CONTROL_EXTRA "${debian}/impulse-server/postinst;${debian}/impulse-server/prerm;${debian}/impulse-server/postrm;${debian}/impulse-server/conffiles")

set(CPACK_DEBIAN_IMPULSE_PACKAGE_NAME impulse)
set(CPACK_DEBIAN_IMPULSE_PACKAGE_SECTION net)
set(CPACK_DEBIAN_IMPULSE_PACKAGE_DEPENDS "libqt6sql6-sqlite, libqt6svg6, qt6-qpa-plugins")
set(CPACK_DEBIAN_IMPULSE_PACKAGE_RECOMMENDS
    "fonts-inter, fonts-noto-core, fonts-noto-color-emoji, gnome-keyring | kwalletmanager, qt6-wayland")
set(CPACK_COMPONENT_IMPULSE_DESCRIPTION
    "end-to-end encrypted messenger\nImpulse is a messenger that a family, a school or a company runs on its own\nmachine, and that only its people can read. This is the app for the desktop.")

set(CPACK_DEBIAN_IMPULSE-CLI_PACKAGE_NAME impulse-cli)
set(CPACK_DEBIAN_IMPULSE-CLI_PACKAGE_SECTION net)
set(CPACK_DEBIAN_IMPULSE-CLI_PACKAGE_DEPENDS "libqt6sql6-sqlite")
set(CPACK_COMPONENT_IMPULSE-CLI_DESCRIPTION
    "end-to-end encrypted messenger for terminals and scripts\nImpulse is a messenger that a family, a school or a company runs on its own\nmachine, and that only its people can read. This program sends and reads\nmessages without windows, with answers as text or as JSON.")

include(CPack)
