# Precompiles headers, given by their path from the root of the tree, for a target. In angle brackets
# CMake keeps that path, and clones in different folders share what was compiled.
function(impulse_precompile target)
    if(NOT IMPULSE_PRECOMPILE OR NOT ARGN)
        return()
    endif()
    list(TRANSFORM ARGN REPLACE "(.+)" "<\\1>")
    target_precompile_headers(${target} PRIVATE ${ARGN})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(${target} PRIVATE -fpch-preprocess) # for ccache
    endif()
endfunction()

# impulse_room(TARGET LINK lib... [EXCLUDE regex...] [PRECOMPILE header...])
#
# One CMake target per room (see the table of rooms in README.md): a static library of all sources
# in the current folder and below. Headers are included by their path from the root of the tree
# ("common/core/Result.h"), so an include line names the room it uses.
function(impulse_room target)
    cmake_parse_arguments(ROOM "" "" "LINK;EXCLUDE;PRECOMPILE" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp
        ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
    foreach(pattern IN LISTS ROOM_EXCLUDE)
        list(FILTER sources EXCLUDE REGEX ${pattern})
    endforeach()
    if(NOT sources MATCHES "\\.cpp")
        add_library(${target} INTERFACE)
        target_link_libraries(${target} INTERFACE ${ROOM_LINK})
        target_include_directories(${target} INTERFACE ${CMAKE_SOURCE_DIR})
        return()
    endif()
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(${target} PUBLIC ${ROOM_LINK})
    impulse_precompile(${target} ${ROOM_PRECOMPILE})
endfunction()

# impulse_program(NAME SOURCES file... LINK lib...)
function(impulse_program name)
    cmake_parse_arguments(PROGRAM "" "" "SOURCES;LINK" ${ARGN})
    add_executable(${name} ${PROGRAM_SOURCES})
    target_link_libraries(${name} PRIVATE ${PROGRAM_LINK})
endfunction()

# impulse_test(NAME FOLDER folder LINK lib... [LABELS label...] [TIMEOUT seconds]
#              [PRECOMPILE header...])
#
# One Catch2 program of all sources in FOLDER (relative to tests/), registered with CTest. A source
# `main.cpp` in the folder replaces the default main.
function(impulse_test name)
    cmake_parse_arguments(TEST "" "FOLDER;TIMEOUT" "LINK;LABELS;PRECOMPILE" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${TEST_FOLDER}/*.cpp
        ${CMAKE_SOURCE_DIR}/tests/${TEST_FOLDER}/*.h)
    if(NOT sources)
        return()
    endif()
    add_executable(${name} ${sources})
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
    if(EXISTS ${CMAKE_SOURCE_DIR}/tests/${TEST_FOLDER}/main.cpp)
        target_link_libraries(${name} PRIVATE ${TEST_LINK} impulse_catch)
    else()
        target_link_libraries(${name} PRIVATE ${TEST_LINK} impulse_catch_main)
    endif()
    target_compile_definitions(${name} PRIVATE IMPULSE_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
        IMPULSE_BIN_DIR="${CMAKE_BINARY_DIR}/bin")
    impulse_precompile(${name} ${TEST_PRECOMPILE})
    if(NOT TEST_TIMEOUT)
        set(TEST_TIMEOUT 300)
    endif()
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${TEST_TIMEOUT} LABELS "${TEST_LABELS}"
        ENVIRONMENT "QT_QPA_PLATFORM=offscreen")
endfunction()
