#!/usr/bin/env bash
# Makes the Java code of the API below the folder OUT: generate.sh OUT. The compiler and the plugin come from Maven, once, into .cache/java.
set -euo pipefail
cd "$(dirname "$0")/../.."

# maven_tool NAME GROUP VERSION: makes .cache/java/NAME of that artifact for this machine, unless it is of this version already.
maven_tool() {
    local stamp=.cache/java/$1.version system machine
    [ "$(cat "$stamp" 2>/dev/null)" != "$3" ] || [ ! -x ".cache/java/$1" ] || return 0
    case $(uname -s) in Darwin) system=osx ;; *) system=linux ;; esac
    case $(uname -m) in arm64 | aarch64) machine=aarch_64 ;; *) machine=x86_64 ;; esac
    mvn --quiet --batch-mode --file clients/java/pom.xml dependency:copy "-Dartifact=$2:$1:$3:exe:$system-$machine" \
        "-DoutputDirectory=$PWD/.cache/java"
    mv ".cache/java/$1-$3-$system-$machine.exe" ".cache/java/$1"
    chmod +x ".cache/java/$1"
    printf '%s\n' "$3" >"$stamp"
}

# protoc must not be newer than protobuf.version in pom.xml, nor the plugin than grpc.version.
maven_tool protoc com.google.protobuf 4.36.2
maven_tool protoc-gen-grpc-java io.grpc 1.83.1
"$BUF" generate proto --template clients/java/buf.gen.yaml --output "$1"
