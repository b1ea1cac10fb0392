#!/usr/bin/env bash
# Installs what the tests and lints need and is not here: Debian packages when this is root, Python packages into
# .cache/venv, those of npm into .cache/browser. What it cannot install, it names together with the command that does,
# and fails.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
packages=()

# need COMMAND PACKAGE: the Debian package that brings the command.
need() {
    command -v "$1" >/dev/null || { missing+=("$1"); packages+=("$2"); }
}

need cc gcc
need janus janus
need janus-pp-rec janus-tools
need ffmpeg ffmpeg
need python3 python3
python3 -c 'import ensurepip' 2>/dev/null || { missing+=("python3's venv"); packages+=(python3-venv); }
need node nodejs
need npm npm
need javac default-jdk-headless
need mvn maven
need chromium chromium
need prometheus prometheus

if ! command -v cargo >/dev/null; then
    echo "Rust is missing: install a toolchain of at least $(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml) with rustup." >&2
    exit 1
fi

if ! command -v go >/dev/null; then
    echo "Go is missing: install at least $(sed -n 's/^go //p' clients/go/go.mod) from your system or from go.dev." >&2
    exit 1
fi

if [ ${#packages[@]} -gt 0 ]; then
    install="apt-get install --yes --no-install-recommends ${packages[*]}"
    if ! command -v apt-get >/dev/null; then
        echo "Missing here: ${missing[*]}." >&2
        echo "This machine has no apt; install what other systems call ${packages[*]}, then try again." >&2
        echo "Without them, 'cargo test --lib' still runs the tests that need no media server; some of these need ffmpeg." >&2
        exit 1
    elif [ "$(id -u)" != 0 ]; then
        echo "Missing here: ${missing[*]}. As root:" >&2
        echo "    $install" >&2
        echo "Without them, 'cargo test --lib' still runs the tests that need no media server; some of these need ffmpeg." >&2
        exit 1
    fi
    echo "Installing ${packages[*]} …"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet=2
    $install --quiet=2 >/dev/null
fi

# Vite says which Node it needs; some systems' own is older.
if ! node --eval 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)'; then
    echo "Node $(node --version) is too old for the console and the TypeScript clients: install 20.19, 22.12 or newer from nodejs.org, and put it first in the PATH." >&2
    exit 1
fi

# The list that is installed is kept, so that a second run costs nothing.
wanted=$(cat .config/requirements.txt tests/interop/requirements.txt)
if [ "$wanted" != "$(cat .cache/venv/installed 2>/dev/null)" ]; then
    echo "Installing Python packages into .cache/venv …"
    rm -rf .cache/venv
    hash -r
    python3 -m venv .cache/venv
    .cache/venv/bin/pip install --quiet --disable-pip-version-check \
        --requirement .config/requirements.txt --requirement tests/interop/requirements.txt
    printf '%s\n' "$wanted" >.cache/venv/installed
fi

# The same for the packages of the page for browsers, of its test and of the console's.
listed=$(cat examples/browser/package.json tests/browser/package.json tests/console/package.json)
if [ "$listed" != "$(cat .cache/browser/installed 2>/dev/null)" ]; then
    echo "Installing npm packages into .cache/browser …"
    rm -rf .cache/browser
    mkdir -p .cache/browser
    named=$(printf '%s' "$listed" | sed -nE 's|^ *"([@a-z/-]+)": "([0-9.]+)",?$|\1@\2|p')
    # shellcheck disable=SC2086 # one word for each package
    npm install --silent --no-fund --no-audit --no-save --prefix .cache/browser $named
    printf '%s\n' "$listed" >.cache/browser/installed
fi

# The same for the clients.
wanted=$(cat clients/python/requirements.txt)
if [ "$wanted" != "$(cat .cache/python-client/installed 2>/dev/null)" ]; then
    echo "Installing Python packages of the clients into .cache/python-client …"
    rm -rf .cache/python-client
    python3 -m venv .cache/python-client
    .cache/python-client/bin/pip install --quiet --disable-pip-version-check --requirement clients/python/requirements.txt
    printf '%s\n' "$wanted" >.cache/python-client/installed
fi

key=$(cat clients/typescript/package-lock.json clients/typescript/packages/*/package.json | cksum)
if [ "$key" != "$(cat clients/typescript/node_modules/installed 2>/dev/null)" ]; then
    echo "Installing npm packages of the TypeScript clients …"
    npm ci --silent --no-fund --no-audit --prefix clients/typescript
    printf '%s\n' "$key" >clients/typescript/node_modules/installed
fi

# The tests of the Java client run offline; this fetches what they need, and compiles them.
key=$(cksum <clients/java/pom.xml)
if [ "$key" != "$(cat clients/java/target/fetched 2>/dev/null)" ]; then
    echo "Fetching what the Java client needs, and building it …"
    mvn --quiet --batch-mode --file clients/java/pom.xml test -DskipTests
    printf '%s\n' "$key" >clients/java/target/fetched
fi
