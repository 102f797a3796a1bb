#!/bin/sh
# Builds the Debian packages of this system: impulse-server, impulse and impulse-cli.
#   packaging/packages.sh [--no-install]    they are then in build/release/packages
set -eu
cd "$(dirname "$0")/.."

case ${1:-} in
    "") packaging/setup.sh ;;
    --no-install) ;;
    -h|--help) sed -n '2,3s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "packages.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
esac
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
cmake --preset release >/dev/null
cmake --build build/release --parallel "$jobs"
rm -rf build/release/packages
(cd build/release && cpack -G DEB >/dev/null)
if command -v lintian >/dev/null; then
    lintian --fail-on error build/release/packages/*.deb
else
    echo "skipped: lintian is not installed"
fi
if command -v desktop-file-validate >/dev/null; then
    desktop-file-validate packaging/desktop/impulse.desktop
else
    echo "skipped: desktop-file-validate is not installed"
fi
ls -1 build/release/packages/*.deb
