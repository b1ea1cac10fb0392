#!/bin/sh
# The lints of the TypeScript clients: their types and those of the examples, that the reference can be made of them without a
# warning, and that the packages hold what they should. `make tools` installs what it needs.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm run --silent build
npx --no-install tsc --project examples
npx --no-install typedoc --treatWarningsAsErrors --out "$work/reference"
for name in core client web; do
    npm pack --dry-run --json --workspace "packages/$name" --foreground-scripts=false >"$work/pack.json"
    node --eval '
        const held = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"))[0].files.map(({ path }) => path);
        const others = held.filter((path) => !path.startsWith("dist/"));
        if (held.length === others.length || others.sort().join() !== "LICENSE,README.md,package.json") {
            console.error(`The package ${process.argv[2]} holds ${held.join(", ")}: it should have dist, README.md and LICENSE.`);
            process.exit(1);
        }
    ' "$work/pack.json" "$name"
done
