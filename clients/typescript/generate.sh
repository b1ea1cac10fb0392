#!/bin/sh
# Makes packages/core/src/gen from the API, and from the error details that gRPC's clients share: googleapis-common-protos,
# as PyPI has it, brings those. `make tools` installs both and the plugin.
set -eu
cd "$(dirname "$0")"
buf=$(command -v buf || echo ../../.cache/buf/node_modules/.bin/buf)
site=$(../../.cache/python-client/bin/python -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
rm -rf packages/core/src/gen
"$buf" generate ../../proto
"$buf" build "$site" --path "$site/google/rpc/error_details.proto" --exclude-source-info --output - | "$buf" generate -
