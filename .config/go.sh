# To be sourced: tools that are Go modules.

# go_tool NAME PACKAGE@VERSION: makes .cache/bin/NAME of it, unless that is of this version already.
go_tool() {
    local stamp=.cache/bin/$1.version
    [ "$(cat "$stamp" 2>/dev/null)" != "$2" ] || [ ! -x ".cache/bin/$1" ] || return 0
    command -v go >/dev/null || { echo "$2 needs Go 1.25 or newer: install it from your system or from go.dev." >&2; return 1; }
    echo "Building $2 into .cache/bin; this takes a minute or two once …"
    mkdir -p .cache/bin/new
    GOBIN=$PWD/.cache/bin/new go install -trimpath -ldflags '-s -w' "$2"
    mv .cache/bin/new/* ".cache/bin/$1"
    printf '%s\n' "$2" >"$stamp"
}
