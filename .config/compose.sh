#!/usr/bin/env bash
# Checks the files of deploy/compose with the library that `docker compose` reads them with, what they mount, the Dockerfile,
# and the alerts.
set -euo pipefail
cd "$(dirname "$0")/.."
. .config/go.sh
go_tool compose-go github.com/compose-spec/compose-go/v2/cmd@v2.16.2

compose=$PWD/.cache/bin/compose-go
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What must be told (`${NAME:?…}`) is told: the tool does not look at the environment.
for file in deploy/compose/*.yml; do
    sed -E 's/\$\{[A-Z_0-9]+:\?[^}]*\}/told/g' "$file" >"$work/${file##*/}"
done

# read_all FILE…: paths in them are relative to their folder.
read_all() {
    (cd deploy/compose && "$compose" --format json "${@/#/$work/}")
}

for file in "$work"/*.yml; do
    file=${file##*/}
    # A mounted file that is not there would be made as a folder.
    read_all "$file" | python3 -c '
import json, os, sys
project = json.load(sys.stdin)
mounts = [m["source"] for s in project["services"].values() for m in s.get("volumes", []) if m["type"] == "bind"]
missing = [path for path in mounts if path.startswith(os.getcwd() + "/deploy") and not os.path.exists(path)]
sys.exit(f"{sys.argv[1]}: not there: {missing}" if missing else 0)' "$file"
    echo "$file: read"
done
read_all embedded.yml observability.yml >/dev/null
# This check can fail.
sed 's/network_mode:/network_modes:/' "$work/embedded.yml" >"$work/wrong"
if read_all wrong >/dev/null 2>"$work/said" || ! grep -q network_modes "$work/said"; then
    echo "compose.sh: an unknown key should have been refused" >&2
    exit 1
fi

.cache/venv/bin/hadolint --failure-threshold info deploy/docker/Dockerfile
promtool check config --syntax-only deploy/compose/observability/prometheus.yml
promtool test rules deploy/grafana/alerts.test.yaml
