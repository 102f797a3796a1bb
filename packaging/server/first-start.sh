#!/bin/sh
# Prepares the data folder of a new server: a self-signed certificate, the server's keys and database,
# and a first invite, whose link it prints. What is there already stays. Run as the server's user.
#   first-start.sh DATA-FOLDER [options of impulse-server]
# People trust the key in the link, not the certificate, so a self-signed one is as good as any.
set -eu

data=${1:?first-start.sh: which data folder?}
shift
umask 077
tls=$data/tls
if [ ! -e "$tls/key.pem" ]; then
    mkdir -p "$tls"
    # Both or none: the key comes last.
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 7300 \
        -subj "/CN=impulse-server" -keyout "$tls/key.pem.new" -out "$tls/certificate.pem" 2>/dev/null
    mv "$tls/key.pem.new" "$tls/key.pem"
fi
[ -e "$data/server.key" ] || impulse-server "$@" --make-invite
