#!/bin/sh
# Builds the image of packaging/container/Dockerfile without a daemon and without a registry, on a base made
# from Debian's packages, and runs the server from the built system: two people chat with it, on SQLite and, where
# that is installed, on PostgreSQL.
# Needs root, buildah, mmdebstrap and the network (for Debian's packages).
#   packaging/container/image.sh [--suite bookworm|trixie]
set -eu
cd "$(dirname "$0")/../.."

suite=bookworm
while [ $# -gt 0 ]; do
    case $1 in
        --suite) suite=${2:?}; shift ;;
        -h|--help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "image.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
    esac
    shift
done
[ "$(id -u)" = 0 ] || { echo "image.sh: not root" >&2; exit 1; }
cli=build/release/bin/impulse-cli
[ -x $cli ] || { echo "image.sh: build the release first (packaging/packages.sh)" >&2; exit 1; }
if [ "${IMPULSE_IMAGE:-}" != inside ]; then
    exec env IMPULSE_IMAGE=inside unshare --mount --propagation private "$0" --suite "$suite"
fi

step() { printf '== %s\n' "$*"; }
fail() { printf 'image.sh: %s\n' "$*" >&2; exit 1; }

work=$(mktemp -d)
server=
container=
root=
cluster=
# Images and layers of this run only, in folders of its own.
buildah() { command buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
cleanup() {
    trap - EXIT INT TERM
    [ -z "$server" ] || kill -TERM "$server" 2>/dev/null || true
    [ -z "$cluster" ] || as_postgres "$programs/pg_ctl" -D "$cluster/data" -m immediate stop >/dev/null 2>&1 || true
    # Before anything is deleted: /dev in there is this system's own.
    [ -z "$root" ] || umount -R -l "$root/proc" "$root/dev" 2>/dev/null || true
    [ -z "$container" ] || buildah rm "$container" >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# When, of what, where: the log is kept.
state=$(git diff --quiet HEAD && echo "" || echo " and changes")
printf 'image.sh, %s, commit %s%s, %s, suite %s\n' "$(date -u '+%F %T UTC')" "$(git rev-parse --short HEAD)" "$state" \
    "$(uname -srm)" "$suite"

step "a base image of $suite"
mmdebstrap --quiet --variant=minbase --include=ca-certificates "$suite" "$work/base.tar"
container=$(buildah from scratch)
buildah add -q "$container" "$work/base.tar" / >/dev/null
buildah commit -q "$container" localhost/impulse-base >/dev/null
buildah rm "$container" >/dev/null
container=
rm "$work/base.tar"

step "no secret gets into a layer"
# As others get it: what is committed, nothing else; and a password as compose.yaml has it made.
mkdir "$work/source"
git archive HEAD | tar -C "$work/source" -x
secret=packaging/container/postgres-password
git check-ignore -q $secret || fail "git would take $secret"
echo secret >"$work/source/$secret"
cp "$work/source/.dockerignore" "$work/copy.dockerignore"
printf 'FROM localhost/impulse-base\nCOPY . /source\n' >"$work/copy"
buildah bud -q --isolation chroot --ignorefile "$work/copy.dockerignore" -f "$work/copy" -t localhost/impulse-copy \
    "$work/source" >/dev/null
container=$(buildah from localhost/impulse-copy)
copied=$(buildah mount "$container")
[ -e "$copied/source/packaging/container/Dockerfile" ] || fail "the source was not copied"
[ ! -e "$copied/source/$secret" ] || fail "$secret is in a layer"
buildah rm "$container" >/dev/null
buildah rmi -f localhost/impulse-copy >/dev/null
container=

step "the image"
# Docker's form: that of OCI has no HEALTHCHECK.
buildah bud -q --format docker --isolation chroot --build-arg BASE=localhost/impulse-base \
    -f "$work/source/packaging/container/Dockerfile" -t localhost/impulse-server "$work/source" \
    >"$work/bud.log" 2>&1 || {
    grep -A 6 -E 'error:|FAILED:|^E:' "$work/bud.log" | head -60 >&2
    fail "buildah"
}
# expect FIELD VALUE
expect() {
    is=$(buildah inspect --type image --format "{{.Docker.Config.$1}}" localhost/impulse-server)
    [ "$is" = "$2" ] || fail "$1 of the image is $is, should be $2"
    echo "$1: $is"
}
expect User impulse-server
expect Volumes 'map[/data:{}]'
expect Entrypoint '[/usr/lib/impulse-server/entrypoint.sh]'
expect StopSignal SIGTERM
expect Healthcheck.Test '[CMD impulse-server ctl health]'

step "the server runs from the built system"
container=$(buildah from localhost/impulse-server)
root=$(buildah mount "$container")
echo "$(du -sm "$root" | cut -f 1) MB in all, impulse-server $(du -sk "$root/usr/bin/impulse-server" | cut -f 1) KB"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
# A command as the container's user, with the image's ENV. No word of it has a space.
variables=$(buildah inspect --type image --format '{{range .Docker.Config.Env}}{{.}} {{end}}' localhost/impulse-server)
run="chroot $root setpriv --reuid impulse-server --regid impulse-server --clear-groups --no-new-privs
    env -i PATH=/usr/bin:/bin $variables IMPULSE_SERVER_HOST=localhost IMPULSE_SERVER_PORT=0"
# start [NAME=VALUE…]: the server, until it is ready; `url` is then where, `link` the first person's.
start() {
    : >"$work/out"
    # shellcheck disable=SC2086 # words
    $run "$@" /usr/lib/impulse-server/entrypoint.sh >"$work/out" 2>"$work/log" &
    server=$!
    tries=0
    until grep -q '^impulse-server ready on ' "$work/out"; do
        tries=$((tries + 1))
        kill -0 $server 2>/dev/null && [ $tries -lt 100 ] || { cat "$work/log" >&2; fail "it does not start"; }
        sleep 0.1
    done
    url=$(sed -n 's/^impulse-server ready on //p' "$work/out")
    # Port 0: the link was made before the port was known.
    link=$(sed -n 's/^The first person registers with this link: //p' "$work/out" \
        | sed "s,^[a-z]*://[^/]*,$url,")
}
stop() {
    kill -TERM $server
    wait $server || fail "the server ended with code $?"
    server=
}
person() { name=$1; shift; $cli --home "$people/$name" --password-file "$work/password" "$@"; }
# chat FOLDER: two people, with profiles in a folder of that name.
chat() {
    people=$work/$1
    mkdir "$people"
    person anna --server "$link" register anna --recovery-file "$people/anna.code"
    # shellcheck disable=SC2086
    second=$($run impulse-server ctl invite create | grep -oE '(wss|impulse)://[^ ]+' | sed "s,^[a-z]*://[^/]*,$url,")
    person boris --server "$second" register boris --recovery-file "$people/boris.code"
    person anna send boris "from a container" >/dev/null
    person boris history anna | grep -q "from a container" || fail "the message did not arrive"
}
export DBUS_SESSION_BUS_ADDRESS=disabled:
echo "a long password" >"$work/password"
start
chat sqlite
# shellcheck disable=SC2086
health=$($run impulse-server ctl health) || fail "the health check of a good server"
echo "health: $health"
kill -STOP $server
# shellcheck disable=SC2086
if health=$($run impulse-server ctl health 2>&1); then fail "the health check of a server that stands still"; fi
echo "health of a server that stands still: $health"
kill -CONT $server
stop

step "the server with PostgreSQL"
find "$root/data" -mindepth 1 -delete
# That it finds nobody is said by the driver: it is there, and complete.
code=0
# shellcheck disable=SC2086
$run IMPULSE_SERVER_STORAGE=postgresql://impulse@127.0.0.1:1/impulse impulse-server >"$work/out" 2>"$work/log" \
    || code=$?
[ $code = 4 ] || { cat "$work/log" >&2; fail "code $code in place of 4 (database) where no PostgreSQL listens"; }
grep -o 'connection to server at .*Connection refused' "$work/log" || {
    cat "$work/log" >&2
    fail "it does not say that no PostgreSQL listens"
}
programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
if [ -z "$programs" ]; then
    echo "skipped: PostgreSQL is not installed"
else
    # As in compose.yaml: over TCP, with a password that is a file of the server's user alone.
    cluster=$work/cluster
    install -d -o postgres "$cluster"
    chmod a+x "$work"
    install -D -m 0400 -o 7443 "$work/password" "$root/run/secrets/postgres-password"
    as_postgres() { setpriv --reuid postgres --regid postgres --clear-groups env -C "$cluster" "$@"; }
    as_postgres "$programs/initdb" -D "$cluster/data" -U impulse -A scram-sha-256 --pwfile "$work/password" \
        -E UTF8 --no-locale -N >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "initdb"; }
    port=$(shuf -i 20000-30000 -n 1)
    as_postgres "$programs/pg_ctl" -D "$cluster/data" -w -l "$cluster/log" \
        -o "-c listen_addresses=127.0.0.1 -c port=$port -k $cluster" start >/dev/null \
        || { cat "$cluster/log" >&2; fail "PostgreSQL does not start"; }
    PGPASSWORD=$(cat "$work/password") "$programs/createdb" -h 127.0.0.1 -p "$port" -U impulse impulse
    start "IMPULSE_SERVER_STORAGE=postgresql://impulse@127.0.0.1:$port/impulse" \
        IMPULSE_SERVER_STORAGE_PASSWORD_FILE=/run/secrets/postgres-password
    chat postgresql
    [ ! -e "$root/data/impulse.db" ] || fail "it has made a SQLite database"
    stop
    echo "two people chatted on $("$programs/postgres" --version)"
fi
echo "image.sh: passed"
