#!/bin/sh
# packaging/run.sh as a person uses it: the app opens, connected to a server, and Ctrl+C stops both.
# Needs the release that run.sh builds; .ci/run calls this after the demonstration.
set -eu
cd "$(dirname "$0")/../.."
home=$(mktemp -d)
group=
trap '[ -z "$group" ] || kill -s KILL -- "-$group" 2>/dev/null || true; rm -rf "$home"' EXIT
export HOME="$home" XDG_DATA_HOME="$home/data" XDG_CONFIG_HOME="$home/config"
export QT_QPA_PLATFORM=offscreen DBUS_SESSION_BUS_ADDRESS=disabled:

# A process group of its own, as a terminal gives it: Ctrl+C goes to all of it. What a shell starts
# with `&` ignores SIGINT, which a terminal's programs do not.
setsid env --default-signal=INT packaging/run.sh --no-install >"$home/out" 2>&1 &
group=$!
fail() {
    echo "run-script.sh: $1" >&2
    cat "$home/out" >&2
    exit 1
}
children() { ps -e -o pgid= -o comm= | awk -v group="$group" '$1 == group { print $2 }'; }

tries=0
until grep -q '^Server: ws://' "$home/out" && children | grep -qx impulse; do
    tries=$((tries + 1))
    [ $tries -lt 600 ] || fail "the app was not opened within 60 s"
    sleep 0.1
done
children | grep -qx impulse-server || fail "no server runs"
kill -s INT -- "-$group"
tries=0
while children | grep -q impulse; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || fail "Ctrl+C left something running: $(children | tr '\n' ' ')"
    sleep 0.1
done
wait "$group" || true
[ -f "$home/data/impulse-server/server.key" ] || fail "the server left no data folder"
echo "run-script.sh: opened the app with a server; Ctrl+C stopped both"
