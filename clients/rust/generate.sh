#!/bin/sh
# Makes the Rust code of the API below the folder OUT: generate.sh OUT.
set -eu
cd "$(dirname "$0")/../.."
cargo run --quiet --locked --package mediaplane-client-generate -- proto "$1/src/gen"
