#!/bin/sh
# Lints the API contract and refuses changes that break clients of the stored baseline.
# `path` tells where `buf` is. Uses `buf` from the PATH, or installs it from npm into the ignored folder .cache/buf.
set -eu
cd "$(dirname "$0")/.."
version=1.75.0
buf=$(command -v buf || true)
if [ -z "$buf" ]; then
    buf=.cache/buf/node_modules/.bin/buf
    if [ ! -x "$buf" ] || [ "$("$buf" --version 2>&1)" != "$version" ]; then
        npm install --silent --no-fund --no-audit --prefix .cache/buf "@bufbuild/buf@$version" >&2
    fi
fi
case "${1:-check}" in
    check)
        "$buf" format --diff --exit-code proto
        "$buf" lint proto
        "$buf" breaking proto --against proto/baseline.binpb
        ;;
    path) (cd "$(dirname "$buf")" && echo "$PWD/$(basename "$buf")") ;;
    baseline) "$buf" build proto --exclude-source-info --output proto/baseline.binpb ;;
    *)
        echo "usage: $0 [check|baseline|path]" >&2
        exit 2
        ;;
esac
