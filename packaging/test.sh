#!/bin/sh
# Installs what the tests need, builds, runs every test and prints one summary line.
#   packaging/test.sh [--long] [--preset dev|asan|tsan] [--server asan|tsan] [--no-install] [-- ctest options]
# --long runs 1,000 rounds of the kill tests in place of 50 (of clients and server) and 100 (of the server
# alone). --server runs the tests of integration, operation and PostgreSQL alone, against a server with that
# sanitizer.
# Exit code 0 only without failures.
set -eu
cd "$(dirname "$0")/.."

preset=dev
install=yes
long=OFF
server=
while [ $# -gt 0 ]; do
    case $1 in
        --long) export IMPULSE_LONG=1; long=ON ;;
        --preset) preset=${2:?--preset needs a name}; shift ;;
        --server) server=${2:?--server needs a name}; shift ;;
        --no-install) install=no ;;
        -h|--help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
        --) shift; break ;;
        *) echo "test.sh: unknown option $1" >&2; exit 2 ;;
    esac
    shift
done

[ $install = no ] || packaging/setup.sh --tests
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
if [ -n "$server" ]; then
    cmake --preset "$server" >/dev/null
    cmake --build "build/$server" --parallel "$jobs" --target impulse-server
    # The servers, and `ctl` and the commands without a server.
    export IMPULSE_SERVER="$PWD/build/$server/bin/impulse-server"
    export IMPULSE_COMMANDS="$IMPULSE_SERVER"
    reports=$PWD/build/$server/reports
    rm -rf "$reports"
    mkdir "$reports"
    export ASAN_OPTIONS="log_path=$reports/address:strict_string_checks=1"
    export UBSAN_OPTIONS="log_path=$reports/undefined:print_stacktrace=1"
    export LSAN_OPTIONS="print_suppressions=0:suppressions=$PWD/tests/support/sanitizers/lsan.supp"
    export TSAN_OPTIONS="log_path=$reports/thread:second_deadlock_stack=1:suppressions=$PWD/tests/support/sanitizers/tsan-server.supp"
    set -- --tests-regex 'impulse-(integration|operation|postgres)-tests' "$@"
fi
cmake --preset "$preset" -DIMPULSE_LONG_TESTS=$long >/dev/null
cmake --build "build/$preset" --parallel "$jobs"

log=build/$preset/Testing/Temporary/LastTest.log
status=0
ctest --preset "$preset" "$@" || status=$?
if [ -n "$server" ] && [ -n "$(ls "$reports")" ]; then
    cat "$reports"/*
    echo "test.sh: the sanitizer has found something, see $reports" >&2
    status=1
fi

# Catch2 prints one line of totals per program; a program that crashed or timed out prints none,
# and counts as one failure.
awk -v status=$status '
    /All tests passed \(.* in [0-9]+ test cases?\)/ {
        sub(/.* in /, ""); passed += $1; finished++
    }
    /^test cases:/ {
        finished++
        for (i = 1; i <= NF; i++) {
            if ($i == "passed") passed += $(i - 1)
            if ($i == "failed") failed += $(i - 1)
        }
    }
    # A test that is a script.
    /^[a-z-]+\.(sh|py): passed$/ { passed++ }
    /^Test timeout|^Test Failed/ { programs++ }
    # Catch2 counts a skipped case as passed.
    /^skipped: / {
        sub(/^skipped: /, ""); skipped++; passed--
        if (!seen[$0]++) reasons = reasons (reasons == "" ? "" : "; ") $0
    }
    END {
        if (status != 0 && failed == 0) failed = programs > 0 ? programs : 1
        printf "impulse tests: %d passed, %d failed, %d skipped%s\n", passed, failed, skipped,
            reasons == "" ? "" : " (" reasons ")"
    }' "$log"
exit $status
