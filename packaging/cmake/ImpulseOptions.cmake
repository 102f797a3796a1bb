# Compiler settings shared by every room.
option(IMPULSE_TESTS "Build the tests" ON)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    option(IMPULSE_BENCH "Build the load generator tests/bench" ${IMPULSE_TESTS})
else()
    set(IMPULSE_BENCH OFF)
endif()
option(IMPULSE_DEMO "Build the demonstration of packaging/run.sh --demo" OFF)
option(IMPULSE_WERROR "Treat compiler warnings as errors" ON)
option(IMPULSE_FUZZ "Build the libFuzzer targets (clang only)" OFF)
# Reading headers is two thirds of an unoptimised build. Release builds do without, which shows that
# every file includes what it uses.
option(IMPULSE_PRECOMPILE "Precompile the headers that most files of a room include" OFF)
set(IMPULSE_SANITIZE "" CACHE STRING "Sanitizers, for instance address,undefined")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_AUTOMOC ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Clones in different folders share what was compiled.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
        CCACHE_NOHASHDIR=true CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD AND NOT IMPULSE_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wconversion
    -Wno-sign-conversion -Woverloaded-virtual)
if(IMPULSE_WERROR)
    add_compile_options(-Werror)
endif()
if(CMAKE_CXX_CLANG_TIDY)
    # What moc writes is not ours to change.
    file(WRITE ${CMAKE_BINARY_DIR}/.clang-tidy "Checks: '-*,misc-static-assert'\n")
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
    add_compile_options(-D_FORTIFY_SOURCE=2 -fstack-protector-strong)
endif()
if(IMPULSE_SANITIZE)
    # Without recovery: a finding ends the program, so that no test passes over it.
    add_compile_options(-fsanitize=${IMPULSE_SANITIZE} -fno-omit-frame-pointer
        -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${IMPULSE_SANITIZE})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # Instrumented code hides from GCC that <regex> initialises its states.
        add_compile_options(-Wno-maybe-uninitialized)
    endif()
endif()
if(IMPULSE_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
add_compile_definitions(QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_URL_CAST_FROM_STRING
    QT_NO_FOREACH QT_NO_KEYWORDS QT_DISABLE_DEPRECATED_BEFORE=0x060400
    IMPULSE_VERSION="${PROJECT_VERSION}")
