#!/bin/sh
# Makes a fixture of the present database schemas: the data folder of a server and the profiles of two
# people, as the programs of a release leave them. To be run once for each release that changes a schema.
#   tests/integration/schemas/make.sh BINARIES NAME     writes NAME.tar.xz beside this script
set -eu
binaries=$(realpath "${1:?make.sh: which binaries?}")
output=$(realpath "$(dirname "$0")")/${2:?make.sh: which name?}.tar.xz
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
export DBUS_SESSION_BUS_ADDRESS=disabled:
umask 077

mkdir -p server/tls
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 \
    -subj /CN=impulse-server -keyout server/tls/key.pem -out server/tls/certificate.pem 2>/dev/null
# The profiles remember this address. Only Linux has all of 127.0.0.0/8.
# Releases of schema 4 want the whole path of the data folder, those before schema 7 tell the link in the log.
"$binaries/impulse-server" --data "$work/server" --address 127.77.0.1 --port 47443 --registration open \
    --certificate server/tls/certificate.pem --key server/tls/key.pem >ready 2>log &
server=$!
until grep -qs '^impulse-server ready' ready; do
    kill -0 $server || { cat log >&2; exit 1; }
    sleep 0.1
done
link=$(sed -n 's/.*link for clients: //p' ready log)
echo "correct horse of the fixture" >password
cli() { who=$1; shift; "$binaries/impulse-cli" --home "$who" --password-file password "$@"; }
cli anna --server "$link" register anna --recovery-file anna-code
cli boris --server "$link" register boris --recovery-file boris-code
cli anna send boris "written before the upgrade"
cli boris history anna >/dev/null
cli boris accept anna
cli boris send anna "and answered before it"
cli anna history boris >/dev/null
# For each something that waits on the server while he is away.
cli anna send boris "waits for boris"
cli boris send anna "waits for anna"
cli anna invite >invite
kill -TERM $server
wait $server
server=
tar -cJf "$output" server anna boris password anna-code boris-code invite
ls -l "$output"
