#!/usr/bin/env bash
# Makes the Go code of the API below the folder OUT: generate.sh OUT. The plugins are built once, into .cache/bin.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .config/go.sh
go_tool protoc-gen-go google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12
go_tool protoc-gen-go-grpc google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2
PATH=$PWD/.cache/bin:$PATH "$BUF" generate proto --template clients/go/buf.gen.yaml --output "$1"
