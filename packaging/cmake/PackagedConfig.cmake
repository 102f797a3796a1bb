# Writes the configuration file of the Debian package: the manual with these keys set.
set(values
    "data|/var/lib/impulse-server"
    "address|::"
    "certificate|/var/lib/impulse-server/tls/certificate.pem"
    "key|/var/lib/impulse-server/tls/key.pem")

execute_process(COMMAND ${SERVER} --print-config OUTPUT_VARIABLE manual
    COMMAND_ERROR_IS_FATAL ANY)
foreach(each IN LISTS values)
    string(REGEX MATCH "^([^|]*)\\|(.*)$" whole "${each}")
    set(key ${CMAKE_MATCH_1})
    set(value ${CMAKE_MATCH_2})
    string(REGEX REPLACE "\n#${key} =[^\n]*\n" "\n${key} = ${value}\n" changed "${manual}")
    if(changed STREQUAL manual)
        message(FATAL_ERROR "the manual of the configuration has no key ${key}")
    endif()
    set(manual "${changed}")
endforeach()
string(APPEND manual "\n")
file(WRITE ${OUTPUT} "${manual}")
