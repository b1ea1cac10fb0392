#!/bin/sh
# Makes the Python code of the API, and its types, below the folder OUT, with the plugins that `make tools` installs.
set -eu
cd "$(dirname "$0")"
bin=$PWD/../../.cache/python-client/bin
out=$1/src
mkdir -p "$out"
cd ../../proto
PATH=$bin:$PATH
python -m grpc_tools.protoc --proto_path=. --python_out="$out" --mypy_out="quiet:$out" mediaplane/v1/*.proto
# shellcheck disable=SC2046 # one word for each file
python -m grpc_tools.protoc --proto_path=. --grpc_python_out="$out" --mypy_grpc_out="quiet:$out" \
    $(grep -l '^service ' mediaplane/v1/*.proto)
cat >"$out/mediaplane/v1/__init__.py" <<'END'
"""The messages and stubs of the API, as generated from it: one module for each of its files."""
END
