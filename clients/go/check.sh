#!/bin/sh
# The lints of the Go client: format, vet, and that go.mod names what is used.
set -eu
cd "$(dirname "$0")"
unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
    echo "Not as gofmt writes it: $unformatted" >&2
    exit 1
fi
go mod tidy -diff
go vet ./...
