#!/bin/sh
# Builds Impulse, starts a server on this computer and opens the app, connected to it. Ctrl+C stops both.
#   packaging/run.sh [--data DIR] [--port N]    DIR defaults to ~/.local/share/impulse-server
#   packaging/run.sh --demo                     no screen needed: two people chat in real windows, clients
#                                               and server are killed and come back; prints what arrived
#   --no-install                                do not install system packages
set -eu
cd "$(dirname "$0")/.."

demo=no
install=yes
port=
data=${XDG_DATA_HOME:-$HOME/.local/share}/impulse-server
while [ $# -gt 0 ]; do
    case $1 in
        --demo) demo=yes ;;
        --data) shift; data=$1 ;;
        --port) shift; port=$1 ;;
        --no-install) install=no ;;
        -h|--help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "run.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
    esac
    shift
done

[ $install = no ] || packaging/setup.sh
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
cmake --preset release "-DIMPULSE_DEMO=$([ $demo = yes ] && echo ON || echo OFF)" >/dev/null
cmake --build build/release --parallel "$jobs"
bin=build/release/bin

if [ $demo = yes ]; then
    exec $bin/impulse-demo --output build/demo
fi

mkdir -p "$data"
ready=$(mktemp)
server=
cleanup() {
    trap - EXIT INT TERM
    [ -z "$server" ] || { kill -TERM "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
    rm -f "$ready"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Without --port the usual one, or a free one if it is taken.
start_server() {
    : >"$ready"
    $bin/impulse-server --data "$data" --port "$1" --registration open >"$ready" &
    server=$!
    while kill -0 "$server" 2>/dev/null; do
        url=$(sed -n 's/^impulse-server ready on //p' "$ready")
        [ -z "$url" ] || return 0
        sleep 0.1
    done
    wait "$server" || true
    server=
    return 1
}
if [ -n "$port" ]; then
    start_server "$port" || exit 1
else
    start_server 7443 || start_server 0 || exit 1
fi
echo "Server: $url, its data: $data"
$bin/impulse --server "$url" || exit $?
