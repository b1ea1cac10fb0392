#!/bin/sh
# Makes the TypeScript code of the API below the folder OUT, and that of the error details which all users of gRPC share:
# googleapis-common-protos brings those. `make tools` installs it and the plugin.
set -eu
cd "$(dirname "$0")"
shared=$(../../.cache/python-client/bin/python -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
"$BUF" generate ../../proto --output "$1"
"$BUF" build "$shared" --path "$shared/google/rpc/error_details.proto" --exclude-source-info --output - |
    "$BUF" generate - --output "$1"
