#!/bin/sh
# Installs the system packages that Impulse needs, if they are missing.
#   packaging/setup.sh           what building and running needs
#   packaging/setup.sh --tests   and what the tests need
# Debian 12 and 13 and Ubuntu 24.04 are tested; Fedora, Arch and macOS are best effort.
set -eu

tests=no
for argument in "$@"; do
    case $argument in
        --tests) tests=yes ;;
        -h|--help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "setup.sh: unknown option $argument" >&2; exit 2 ;;
    esac
done

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else echo "setup.sh: not root and no sudo: run this as root: $*" >&2; exit 1
    fi
}

best_effort() {
    echo "setup.sh: $1 is not tested; if a package is missing, README.md lists what Impulse needs." >&2
}

install_apt() {
    packages="g++ cmake ninja-build pkg-config
        qt6-base-dev qt6-websockets-dev qt6-httpserver-dev qt6-svg-dev qt6-tools-dev qt6-tools-dev-tools qt6-l10n-tools
        libqt6sql6-sqlite qtkeychain-qt6-dev libsodium-dev libgl1-mesa-dev
        ca-certificates fonts-inter fonts-noto-core fonts-noto-color-emoji"
    [ $tests = no ] || packages="$packages catch2 ccache mold openssl libssl-dev dbus gnome-keyring sqlite3 git valgrind
        iproute2 procps strace faketime systemd xz-utils python3-yaml
        mmdebstrap buildah lintian desktop-file-utils postgresql libqt6sql6-psql"
    missing=
    for package in $packages; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' \
            || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    echo "setup.sh: installing$missing"
    as_root apt-get update -qq
    # shellcheck disable=SC2086 # a list of words
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

install_dnf() {
    best_effort Fedora
    packages="gcc-c++ cmake ninja-build pkgconf-pkg-config qt6-qtbase-devel qt6-qtwebsockets-devel
        qt6-qthttpserver-devel qt6-qtsvg-devel qt6-qttools-devel qtkeychain-qt6-devel libsodium-devel mesa-libGL-devel
        rsms-inter-fonts google-noto-sans-fonts google-noto-color-emoji-fonts"
    [ $tests = no ] || packages="$packages catch-devel ccache mold openssl openssl-devel dbus-daemon gnome-keyring sqlite git valgrind iproute procps-ng strace systemd xz
        python3-pyyaml postgresql-server qt6-qtbase-postgresql"
    missing=
    for package in $packages; do
        rpm -q "$package" >/dev/null || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086
    as_root dnf install -y -q $missing
}

install_pacman() {
    best_effort Arch
    packages="gcc cmake ninja pkgconf qt6-base qt6-websockets qt6-httpserver qt6-svg qt6-tools qtkeychain-qt6 libsodium
        inter-font noto-fonts noto-fonts-emoji"
    [ $tests = no ] || packages="$packages catch2 ccache mold openssl dbus gnome-keyring sqlite git valgrind iproute2 procps-ng strace systemd xz
        python-yaml postgresql"
    # shellcheck disable=SC2086 # prints what is missing, and fails if anything is
    missing=$(pacman -T $packages) || true
    [ -n "$missing" ] || return 0
    # A new machine has no package lists yet. Refreshing old ones without upgrading everything is
    # what Arch warns of, and upgrading is not for a script to decide.
    refresh=
    ls /var/lib/pacman/sync/*.db >/dev/null 2>&1 || refresh=y
    # shellcheck disable=SC2086
    as_root pacman -S$refresh --needed --noconfirm $missing || {
        echo "setup.sh: are the package lists old? Run pacman -Syu, then this again." >&2
        exit 1
    }
}

install_brew() {
    best_effort macOS
    packages="cmake ninja pkgconf qt qtkeychain libsodium"
    [ $tests = no ] || packages="$packages catch2 ccache openssl sqlite postgresql"
    # shellcheck disable=SC2086
    brew install -q $packages
}

if command -v apt-get >/dev/null; then install_apt
elif command -v dnf >/dev/null; then install_dnf
elif command -v pacman >/dev/null; then install_pacman
elif command -v brew >/dev/null; then install_brew
else
    echo "setup.sh: no apt, dnf, pacman or brew here. README.md lists what Impulse needs." >&2
    exit 1
fi
