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
# When, of what, where: the log is kept.
state=$(git diff --quiet HEAD && echo "" || echo " and changes")
# shellcheck source=/dev/null
system=$(. /etc/os-release && echo "$PRETTY_NAME")
printf 'packages.sh, %s, commit %s%s, %s, %s\n' "$(date -u '+%F %T UTC')" "$(git rev-parse --short HEAD)" "$state" \
    "$(uname -srm)" "$system"
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
cmake --preset release >/dev/null
cmake --build build/release --parallel "$jobs"
rm -rf build/release/packages
(cd build/release && cpack -G DEB >/dev/null)
if command -v lintian >/dev/null; then
    lintian --fail-on error build/release/packages/*.deb
    echo "lintian $(lintian --print-version): no errors"
else
    echo "skipped: lintian is not installed"
fi
if command -v desktop-file-validate >/dev/null; then
    desktop-file-validate packaging/desktop/impulse.desktop
else
    echo "skipped: desktop-file-validate is not installed"
fi
for package in build/release/packages/*.deb; do
    echo "$package: installed $(dpkg-deb -f "$package" Installed-Size) KB"
done
