#!/bin/sh
# Starts Janus in the foreground as a media server of Mediaplane, and nothing else. Its configuration is written to a temporary
# folder, since it has a secret. docs/operating.md tells what each setting is for.
#
#   ADMIN_SECRET=… start.sh
#
# MEDIA_IP is the address for media, NAT_1_1 the outer address of a one-to-one NAT. RTP_PORTS, SIP_PORTS, ROOM_PORTS and
# STREAM_PORTS are its UDP ports, PORT and ADMIN_PORT those of its WebSockets on loopback.
set -eu
: "${ADMIN_SECRET:?is the secret that Mediaplane has as well: letters and digits, 16 or more}"
case $ADMIN_SECRET in *[!A-Za-z0-9_-]*) echo "ADMIN_SECRET: letters and digits only" >&2; exit 2 ;; esac
umask 077
configs=$(mktemp -d)

cat >"$configs/janus.jcfg" <<END
general: {
  configs_folder = "$configs"
  admin_secret = "$ADMIN_SECRET"
  session_timeout = 60
  reclaim_session_timeout = 60
  opaqueid_in_api = true
  debug_colors = false
  protected_folders = []
}
media: {
  rtp_port_range = "${RTP_PORTS:-20000-25999}"
}
# What has no configuration here.
plugins: { disable = "libjanus_duktape.so,libjanus_lua.so,libjanus_sip.so,libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so" }
transports: { disable = "libjanus_http.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so" }
loggers: { disable = "libjanus_jsonlog.so" }
events: { broadcast = false }
nat: {
  full_trickle = false
  ${MEDIA_IP:+ice_enforce_list = \"$MEDIA_IP\"}
  ${NAT_1_1:+nat_1_1_mapping = \"$NAT_1_1\"}
}
END
cat >"$configs/janus.transport.websockets.jcfg" <<END
general: { json = "compact", ws = true, ws_ip = "127.0.0.1", ws_port = ${PORT:-8188} }
admin: { admin_ws = true, admin_ws_ip = "127.0.0.1", admin_ws_port = ${ADMIN_PORT:-7188} }
END
local_ip=${MEDIA_IP:+"local_ip = \"$MEDIA_IP\","}
echo "general: { $local_ip rtp_port_range = \"${SIP_PORTS:-26000-26999}\" }" >"$configs/janus.plugin.nosip.jcfg"
echo "general: { string_ids = true, $local_ip rtp_port_range = \"${ROOM_PORTS:-27000-27999}\" }" >"$configs/janus.plugin.audiobridge.jcfg"
echo "general: { string_ids = true, rtp_port_range = \"${STREAM_PORTS:-28000-29999}\" }" >"$configs/janus.plugin.streaming.jcfg"
echo "general: {}" >"$configs/janus.plugin.echotest.jcfg"
echo "general: { string_ids = true }" >"$configs/janus.plugin.videoroom.jcfg"
echo "general: { path = \"${RECORDINGS:-/srv/recordings}\" }" >"$configs/janus.plugin.recordplay.jcfg"
exec "${JANUS:-janus}" --configs-folder="$configs" --config="$configs/janus.jcfg"
