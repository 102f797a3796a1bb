#!/bin/sh
# Installs the packages of packaging/packages.sh in a new Debian system, in a folder of its own, and uses
# them as a person would: a server, two people who chat over TLS, upgrade, removal, purge. Needs root,
# mmdebstrap and the network (for Debian's packages).
#   packaging/clean-root.sh [--suite bookworm|trixie] [--keep DIR]    --keep: the system stays in DIR
set -eu
cd "$(dirname "$0")/.."

suite=bookworm
keep=
while [ $# -gt 0 ]; do
    case $1 in
        --suite) suite=${2:?}; shift ;;
        --keep) keep=${2:?}; shift ;;
        -h|--help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "clean-root.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
    esac
    shift
done
[ "$(id -u)" = 0 ] || { echo "clean-root.sh: not root" >&2; exit 1; }
packages=$(ls build/release/packages/*.deb) || { echo "clean-root.sh: packaging/packages.sh first" >&2; exit 1; }

# Everything that is mounted below is mounted in a namespace of this script, and goes with it.
if [ "${IMPULSE_CLEAN_ROOT:-}" != inside ]; then
    exec env IMPULSE_CLEAN_ROOT=inside unshare --mount --propagation private \
        "$0" --suite "$suite" ${keep:+--keep "$keep"}
fi

step() { printf '== %s\n' "$*"; }
fail() { printf 'clean-root.sh: %s\n' "$*" >&2; exit 1; }

work=$(mktemp -d)
root=${keep:-$work/root}
server=
cleanup() {
    trap - EXIT INT TERM
    [ -z "$server" ] || kill -TERM "$server" 2>/dev/null || true
    umount -R "$root/proc" "$root/dev" "$root/tmp" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# When, of what, where: the log is kept.
state=$(git diff --quiet HEAD && echo "" || echo " and changes")
printf 'clean-root.sh, %s, commit %s%s, %s, suite %s\n' "$(date -u '+%F %T UTC')" "$(git rev-parse --short HEAD)" \
    "$state" "$(uname -srm)" "$suite"

step "a new $suite in $root"
mmdebstrap --quiet --variant=minbase "$suite" "$root" 2>"$work/mmdebstrap.log" \
    || { cat "$work/mmdebstrap.log" >&2; exit 1; }
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mkdir -p "$root/packages"
# shellcheck disable=SC2086 # a list of files
cp $packages "$root/packages/"

inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
    HOME=/root LANG=C.UTF-8 "$@"; }
# as PERSON COMMAND…
as() {
    person=$1; shift
    chroot "$root" setpriv --reuid "$person" --regid "$person" --clear-groups \
        env -i PATH=/usr/bin:/bin HOME="/home/$person" LANG=C.UTF-8 "$@"
}
seconds() { cut -d ' ' -f 1 /proc/uptime; }

# The unit's own command line, as its user, with its environment; until `ready`. More options may follow.
start_server() {
    unit=$root/lib/systemd/system/impulse-server.service
    command=$(sed -n 's/^ExecStart=//p' "$unit")
    user=$(sed -n 's/^User=//p' "$unit")
    environment=$(grep -v '^#' "$root/etc/default/impulse-server")
    # shellcheck disable=SC2086 # words
    chroot "$root" setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs \
        env -i PATH=/usr/bin:/bin $environment $command "$@" >"$work/server.out" 2>"$work/server.log" &
    server=$!
    : >"$work/server.out"
    for _ in $(seq 100); do
        grep -q '^impulse-server ready on ' "$work/server.out" && return 0
        kill -0 $server 2>/dev/null || break
        sleep 0.1
    done
    cat "$work/server.log" >&2
    fail "the server does not start"
}
stop_server() {
    kill -TERM $server
    wait $server || fail "the server ended with code $?"
    server=
}

step "what the packages depend on is downloaded"
inside apt-get update -qq
# shellcheck disable=SC2046
inside apt-get install -qq -y --download-only --no-install-recommends \
    $(cd "$root" && ls packages/*.deb | sed 's,^,/,') >/dev/null

begun=$(seconds)
step "installation"
# shellcheck disable=SC2046
inside apt-get install -y --no-install-recommends \
    $(cd "$root" && ls packages/*.deb | sed 's,^,/,') >"$work/install.log" 2>&1 \
    || { cat "$work/install.log" >&2; fail "apt-get"; }
sed -n '/^Impulse server:/,/^More links/p' "$work/install.log"
link=$(grep -oE '(wss|impulse)://[^ ]+' "$work/install.log" | head -1)
case $link in *'#'*) ;; *) fail "no invite link with the server's key in what the installation says" ;; esac
data=/var/lib/impulse-server
# For the server's user alone, who owns nothing but his data.
modes="impulse-server impulse-server 700 $data
impulse-server impulse-server 600 $data/server.key
impulse-server impulse-server 600 $data/pepper.key
impulse-server impulse-server 600 $data/secret.key
impulse-server impulse-server 600 $data/impulse.db
impulse-server impulse-server 700 $data/tls
impulse-server impulse-server 600 $data/tls/key.pem
root root 644 /etc/impulse/server.conf
root root 755 /usr/bin/impulse-server"
# shellcheck disable=SC2046 # a list of files
is=$(inside stat -c '%U %G %a %n' $(printf '%s\n' "$modes" | cut -d ' ' -f 4))
[ "$is" = "$modes" ] || fail "owners and modes should be
$modes
and are
$is"
printf '%s\n' "$is"
sizes=$(inside dpkg-query -W -f '${Package} ${Installed-Size}\n' impulse-server impulse impulse-cli)
printf '%s\n' "$sizes" | while read -r package size; do
    echo "installed: $package $size KB"
    [ "$size" -le 5000 ] || fail "$package has more than 5 MB"
done

step "the server, by its unit's command line as its user"
start_server
cat "$work/server.out"
as impulse-server test ! -w /etc/impulse/server.conf || fail "the server could change its configuration"

step "two people"
for person in anna boris; do
    inside useradd --create-home --shell /bin/sh $person
    printf 'a long password of %s\n' $person >"$root/home/$person/password"
    inside chown $person:$person /home/$person/password
    inside chmod 600 /home/$person/password
done
cli() { # PERSON ARGUMENTS…
    who=$1; shift
    as "$who" impulse-cli --home "/home/$who/impulse" --password-file "/home/$who/password" "$@"
}
cli anna --server "$link" register anna --recovery-file /home/anna/code
second=$(cli anna invite | grep -oE '(wss|impulse)://[^ ]+')
cli boris --server "$second" register boris --recovery-file /home/boris/code
cli anna send boris "Hello from a new computer."
cli boris --json history anna | grep -q 'Hello from a new computer.' || fail "the message did not arrive"
ended=$(seconds)
inside impulse-server ctl user list | grep -q anna || fail "impulse-server ctl does not know anna"
echo "$begun $ended" | awk '{ printf "From the start of the installation to the first decrypted message: %.1f s\n", $2 - $1
    exit $2 - $1 > 60 }' || fail "more than 60 s"
cli boris accept anna >/dev/null
cli boris send anna "And hello back." >/dev/null
cli anna history boris | grep -q 'And hello back.' || fail "the answer did not arrive"
step "a changed key in the link is refused"
third=$(cli anna invite | grep -oE '(wss|impulse)://[^ ]+')
wrong=$(printf '%s' "$third" | sed 's/#...../#AAAAA/')
code=0
as anna impulse-cli --home /home/anna/other --password-file /home/anna/password --server "$wrong" \
    register carla --recovery-file /home/anna/other-code 2>"$work/refused" || code=$?
[ $code = 5 ] || { cat "$work/refused" >&2; fail "code $code in place of 5 (security)"; }

step "upgrade: the same package once more, with a database in use"
stop_server
inside apt-get install -y -qq --reinstall "/packages/$(cd "$root/packages" && ls impulse-server_*.deb)" \
    >"$work/upgrade.log" 2>&1 || { cat "$work/upgrade.log" >&2; fail "the upgrade"; }
! grep -q 'The first person registers' "$work/upgrade.log" || fail "an upgrade made another first invite"
start_server
cli anna history boris | grep -q 'And hello back.' || fail "the history is gone after the upgrade"
stop_server
for fixture in tests/integration/schemas/*.tar.xz; do
    step "upgrade of $(basename "$fixture" .tar.xz)"
    rm -rf "$root/var/lib/impulse-server" "$root/home/anna/old"
    mkdir "$root/home/anna/old"
    tar -C "$root/home/anna/old" -xJf "$fixture"
    mv "$root/home/anna/old/server" "$root/var/lib/impulse-server"
    inside chown -R impulse-server:impulse-server /var/lib/impulse-server
    inside chown -R anna:anna /home/anna/old
    inside dpkg-reconfigure impulse-server >"$work/upgrade.log" 2>&1 || { cat "$work/upgrade.log" >&2; fail "the upgrade"; }
    # The profiles remember the address of then.
    start_server --address 127.77.0.1 --port 47443
    for text in "written before the upgrade" "and answered before it" "waits for anna"; do
        as anna impulse-cli --home /home/anna/old/anna --password-file /home/anna/old/password \
            history boris | grep -q "$text" || fail "lost: $text"
    done
    stop_server
done

step "the app starts"
as anna env QT_QPA_PLATFORM=offscreen impulse --version
desktop=$root/usr/share/applications/impulse.desktop
grep -q '^MimeType=.*x-scheme-handler/impulse;' "$desktop" || fail "impulse: links open nothing"
icons=$root/usr/share/icons/hicolor
for size in scalable 16x16 32x32; do
    grep -q '<svg' "$icons/$size/apps/$(sed -n 's/^Icon=//p' "$desktop").svg" || fail "no icon of size $size"
done
inside test -x "/usr/bin/$(sed -n 's/^Exec=\([^ ]*\).*/\1/p' "$desktop")" || fail "the desktop file starts nothing"
if command -v desktop-file-validate >/dev/null; then
    desktop-file-validate "$desktop" || fail "the desktop file"
else
    echo "skipped: desktop-file-validate is not installed"
fi

step "removal keeps the data, purging deletes it"
inside apt-get remove -y -qq impulse-server >/dev/null 2>&1
inside test -e /var/lib/impulse-server/server.key || fail "removing deleted the data"
inside test -e /etc/impulse/server.conf || fail "removing deleted the settings"
inside apt-get purge -y -qq impulse-server >"$work/purge.log" 2>&1 || { cat "$work/purge.log"; fail "purging"; }
for path in /var/lib/impulse-server /etc/impulse /etc/default/impulse-server; do
    inside test ! -e $path || fail "purging left $path"
done
! inside getent passwd impulse-server || fail "purging left the user"
! inside getent group impulse-server || fail "purging left the group"
for package in impulse impulse-cli; do
    files=$(inside dpkg -L $package)
    inside apt-get purge -y -qq $package >"$work/purge.log" 2>&1 || { cat "$work/purge.log"; fail "removing $package"; }
    for path in $files; do
        [ -d "$root$path" ] || [ ! -e "$root$path" ] || fail "removing $package left $path"
    done
done
for package in impulse-server impulse impulse-cli; do
    ! inside dpkg-query -W $package >/dev/null 2>&1 || fail "dpkg still knows $package"
done
echo "clean-root.sh: passed"
