#!/bin/sh
# The sandbox of packaging/server/impulse-server.service: it is tight, and the server works inside it; and
# the user and the folder that systemd makes for it.
#   sandbox.sh BINARIES     where impulse-server, impulse-cli and the tests that start them are
set -eu
cd "$(dirname "$0")/../.."
binaries=$(realpath "${1:?sandbox.sh: which binaries?}")
unit=packaging/server/impulse-server.service

skip() { echo "skipped: sandbox of the service ($1)"; echo "sandbox.sh: passed"; exit 0; }
fail() { echo "sandbox.sh: $1" >&2; exit 1; }
for program in systemd-analyze systemd-sysusers systemd-tmpfiles strace unshare; do
    command -v $program >/dev/null || skip "without $program"
done
[ "$(id -u)" = 0 ] || skip "without the rights of root"

work=$(mktemp -d)
server=
cleanup() {
    trap - EXIT INT TERM
    [ -z "$server" ] || kill -TERM "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 143' INT TERM

# --- The unit is valid, and exposed by at most 2.0 of 10 ---
sed "s,^ExecStart=/usr/bin/,ExecStart=$binaries/," $unit >"$work/impulse-server.service"
said=$(systemd-analyze verify --man=no "$work/impulse-server.service" 2>&1) || fail "verify: $said"
[ -z "$said" ] || fail "verify: $said"
systemd-analyze security --offline=true --threshold=20 --no-pager "$work/impulse-server.service" \
    | tail -1
systemd-analyze security --offline=true --threshold=20 --no-pager "$work/impulse-server.service" \
    >/dev/null || fail "too exposed"

# --- Its user owns a folder for himself alone, and may not log in ---
root=$work/root
mkdir -p "$root/etc" "$root/usr/lib/sysusers.d" "$root/usr/lib/tmpfiles.d"
cp packaging/server/sysusers.conf "$root/usr/lib/sysusers.d/impulse-server.conf"
cp packaging/server/tmpfiles.conf "$root/usr/lib/tmpfiles.d/impulse-server.conf"
systemd-sysusers --root="$root" 2>"$work/log" || { cat "$work/log" >&2; fail "systemd-sysusers"; }
systemd-tmpfiles --root="$root" --create || fail "systemd-tmpfiles"
line=$(cat "$root/etc/passwd")
id=$(printf '%s' "$line" | cut -d : -f 3)
should="impulse-server:x:$id:$id:Impulse server:/var/lib/impulse-server:/usr/sbin/nologin"
[ "$line" = "$should" ] || fail "passwd should have $should and has $line"
[ "$id" -gt 0 ] && [ "$id" -lt 1000 ] || fail "$id is no id of a system user"
grep -q '^impulse-server:!' "$root/etc/shadow" || fail "the user has a password"
[ "$(cat "$root/etc/group")" = "impulse-server:x:$id:" ] || fail "the group: $(cat "$root/etc/group")"
is=$(stat -c '%a %u %g %F' "$root/var/lib/impulse-server")
[ "$is" = "700 $id $id directory" ] || fail "the data folder is $is"
grep -qx "User=impulse-server" $unit && grep -qx "Group=impulse-server" $unit || fail "the unit has another user"

# --- Every system call of a traced run is in its filter ---
# A server that is traced keeps its process id; the tracer is nobody's child (-D).
cat >"$work/traced" <<EOF
#!/bin/sh
exec strace -D -f -qq -c -U name -o $work/calls.\$\$ $binaries/impulse-server "\$@"
EOF
chmod 755 "$work/traced"
# traced PROGRAM CASES: the cases of a test program, with servers that are traced
traced() {
    IMPULSE_SERVER=$work/traced "$binaries/$1" "$2" >"$work/tests" 2>&1 \
        || { cat "$work/tests" >&2; fail "$1 with a traced server"; }
    sed -n 's/^skipped: /not traced: /p' "$work/tests"
}
# Not the backup of half a gigabyte: traced it takes minutes.
traced impulse-operation-tests "~the end of the server cuts a backup off*"
# Starts, TLS, upgrades; people who chat; and what goes wrong: the end of a server that is in use, no space,
# no descriptors, no database.
traced impulse-integration-tests "the server says exactly*,TLS*,an invite made while*,data of each*,\
people chat with every dispatcher*,a server that is stopped*,a full disk*,with its descriptors used up*,\
a database locked*"
traced impulse-postgres-tests "two people chat*,/metrics has the size*,the storage*"
sleep 1 # the tracers write when their servers have gone
awk 'NF == 1 && $1 ~ /^[a-z]/ && $1 != "syscall" && $1 != "total" { print $1 }' "$work"/calls.* \
    | sort -u | grep -vx fchown >"$work/used" # SQLite gives files away only as root
[ "$(wc -l <"$work/used")" -gt 40 ] || fail "the trace is empty"

# members @GROUP: its system calls, those of groups in it included
members() {
    systemd-analyze syscall-filter --no-pager "$1" | sed -n 's/^    *\([@a-z_0-9-]*\)$/\1/p' \
        | while read -r name; do
            case $name in @*) members "$name" ;; *) echo "$name" ;; esac
        done
}
: >"$work/allowed"
sed -n 's/^SystemCallFilter=//p' $unit | while read -r line; do
    sign=+
    case $line in '~'*) sign=-; line=${line#'~'} ;; esac
    for name in $line; do
        case $name in @*) members "$name" ;; *) echo "$name" ;; esac
    done | sort -u >"$work/group"
    if [ $sign = + ]; then sort -u "$work/allowed" "$work/group" >"$work/next"
    else sort -u "$work/allowed" | comm -23 - "$work/group" >"$work/next"; fi
    mv "$work/next" "$work/allowed"
done
missing=$(comm -23 "$work/used" "$work/allowed" | tr '\n' ' ')
[ -z "$missing" ] || fail "system calls that the unit forbids: $missing"
echo "$(wc -l <"$work/used") system calls used, $(wc -l <"$work/allowed") allowed"

# --- It works with everything but its data folder read-only ---
mkdir "$work/data" "$work/people"
mkfifo "$work/ready"
unshare --mount --propagation private sh -c '
    mount --bind "$1/data" "$1/data"
    mount -o remount,bind,ro /
    for folder in /tmp /var /home /run /dev/shm; do
        if mountpoint -q $folder; then mount -o remount,bind,ro $folder; fi
    done
    if touch "$1/people/written" 2>/dev/null; then echo "not read-only" >&2; exit 1; fi
    exec "$2/impulse-server" --data "$1/data" --port 0 --registration open' \
    sh "$work" "$binaries" >"$work/ready" 2>"$work/log" &
server=$!
read -r line <"$work/ready" || { cat "$work/log" >&2; fail "no server on a read-only system"; }
url=${line#impulse-server ready on }
export DBUS_SESSION_BUS_ADDRESS=disabled:
echo "a long password" >"$work/people/password"
person() {
    name=$1; shift
    "$binaries/impulse-cli" --home "$work/people/$name" --password-file "$work/people/password" "$@"
}
for name in anna boris; do
    person $name --server "$url" register $name --recovery-file "$work/people/$name.code" >/dev/null
done
person anna send boris "from a read-only system" >/dev/null
person boris history anna | grep -q "from a read-only system" || fail "the message did not arrive"
kill -TERM $server
wait $server || { cat "$work/log" >&2; fail "the server ended with code $?"; }
server=
echo "sandbox.sh: passed"
