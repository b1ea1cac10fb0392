#!/bin/sh
# Makes the certificate of DTLS-SRTP in a folder: ECDSA P-256, which is cheaper than FreeSWITCH's own RSA of 4096 bits and is
# understood by clients that have no RSA suites.
#
#   certificate.sh /etc/freeswitch/tls
#
# FreeSWITCH 1.10.12 takes a key of fewer than 4096 bits for a weak one, whatever its kind: at its start it renames the file to
# dtls-srtp.pem.old and makes one of its own. A folder of that name makes the renaming fail, and the file is used.
set -eu
folder=${1:?usage: certificate.sh FOLDER}
umask 077
mkdir -p "$folder/dtls-srtp.pem.old"
if [ ! -s "$folder/dtls-srtp.pem" ]; then
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$folder/key.new" 2>/dev/null
  openssl req -x509 -new -key "$folder/key.new" -sha256 -days 3650 -subj /CN=mediaplane -out "$folder/certificate.new"
  cat "$folder/key.new" "$folder/certificate.new" >"$folder/dtls-srtp.pem"
  rm "$folder/key.new" "$folder/certificate.new"
fi
# That of SIP over WebSocket, which is not used: without it FreeSWITCH spends seconds on an RSA key.
[ -s "$folder/wss.pem" ] || cp "$folder/dtls-srtp.pem" "$folder/wss.pem"
