#!/bin/sh
# Builds the console's page into console/dist, or checks that what is there is what its sources make, to the byte.
set -eu
cd "$(dirname "$0")/../console"
most=200000

# The packages that are installed are kept, so that a second run costs nothing.
if ! cmp -s package-lock.json node_modules/.installed; then
    npm ci --silent
    cp package-lock.json node_modules/.installed
fi
case "${1:-check}" in
    check)
        npm run --silent types
        built=$(mktemp -d)
        trap 'rm -rf "$built"' EXIT
        npx --no-install vite build --logLevel warn --outDir "$built" --emptyOutDir
        diff -r "$built" dist || {
            echo "console/dist is not what its sources make: run 'make console' and commit what it changes." >&2
            exit 1
        }
        size=$(find dist -type f -exec cat {} + | wc -c)
        [ "$size" -lt "$most" ] || {
            echo "console/dist has $size bytes, more than $most." >&2
            exit 1
        }
        ;;
    build) npm run --silent build ;;
    *)
        echo "usage: $0 [check|build]" >&2
        exit 2
        ;;
esac
