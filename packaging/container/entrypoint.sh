#!/bin/sh
# Starts the server in its container, after it has been prepared the first time. Arguments are options
# of impulse-server; `ctl …` and other commands pass through.
set -eu
case ${1:-} in
    ""|--*)
        link=$(/usr/lib/impulse-server/first-start.sh "$IMPULSE_SERVER_DATA")
        [ -z "$link" ] || echo "The first person registers with this link: $link"
        ;;
esac
exec impulse-server "$@"
