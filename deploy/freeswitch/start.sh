#!/bin/sh
# Starts FreeSWITCH in the foreground with the configuration beside this script; its log is standard output. More arguments
# are FreeSWITCH's own (`-np`: without real-time priority). Run it as a user of its own.
#
#   EVENT_SOCKET_PASSWORD=… start.sh
#
# STATE is the folder for its own files, RECORDINGS the one for recordings, FREESWITCH the program. What else the environment
# says is in freeswitch.xml.
set -eu
: "${EVENT_SOCKET_PASSWORD:?is the password that Mediaplane has as well: letters and digits, 16 or more}"
here=$(cd "$(dirname "$0")" && pwd)
state=${STATE:-/var/lib/freeswitch}
recordings=${RECORDINGS:-/srv/recordings}
umask 027
for folder in log db run tmp storage cache; do
  mkdir -p "$state/$folder"
done
mkdir -p "$recordings"
# Its tables are of the calls that it had: none.
rm -f "$state"/db/*.db*
"$here/certificate.sh" "$state/certs"
exec "${FREESWITCH:-freeswitch}" -nf -nonat -conf "$here" -log "$state/log" -db "$state/db" -run "$state/run" \
  -certs "$state/certs" -temp "$state/tmp" -storage "$state/storage" -cache "$state/cache" \
  -recordings "$recordings" "$@" </dev/null
