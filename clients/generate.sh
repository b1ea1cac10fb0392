#!/usr/bin/env bash
# Makes the generated code of all clients anew from proto/, or checks that it is what would be made:
#     clients/generate.sh [check]
# Each clients/<language>/generate.sh OUT writes its code below the folder OUT, as it lies in clients/<language>. BUF is where buf is.
set -euo pipefail
cd "$(dirname "$0")"
BUF=$(../.config/buf.sh path)
export BUF
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stale=()

# generated LANGUAGE FOLDER: the folder in clients/<language> that holds generated code and nothing else.
generated() {
    local made=$work/$1 kept=$1/$2
    mkdir -p "$made"
    "$1/generate.sh" "$made"
    if [ "$mode" = check ]; then
        diff --recursive --new-file --unified "$kept" "$made/$2" || stale+=("clients/$kept")
    else
        rm -rf "$kept"
        mkdir -p "$(dirname "$kept")"
        cp -r "$made/$2" "$kept"
    fi
}

mode=${1:-write}
case $mode in
    write | check) ;;
    *)
        echo "usage: $0 [check]" >&2
        exit 2
        ;;
esac

generated go mediaplane/v1
generated java src/main/java/io/github/mediaplane/v1
generated python src/mediaplane/v1
generated rust src/gen
generated typescript packages/core/src/gen

if [ ${#stale[@]} -gt 0 ]; then
    echo "Not what proto/ makes: ${stale[*]}. Run 'make clients', and commit what it writes." >&2
    exit 1
fi
