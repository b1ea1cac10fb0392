#!/bin/sh
# The lints of the Python client: its types, and that its wheel can be used. `make tools` installs what it needs.
set -eu
cd "$(dirname "$0")"
bin=$PWD/../../.cache/python-client/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$bin/mypy" --no-error-summary --cache-dir="$work/mypy"
"$bin/pip" wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir "$work" .
cat >"$work/wheel.py" <<'END'
import importlib.resources

import mediaplane.aio
import mediaplane.v1.session_pb2_grpc

package = importlib.resources.files(mediaplane)
assert ".whl" in str(package), f"not from the wheel: {package}"
assert package.joinpath("py.typed").is_file() and package.joinpath("v1/session_pb2.pyi").is_file(), "the types are missing"
END
PYTHONPATH=$(echo "$work"/*.whl) "$bin/python" "$work/wheel.py"
