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
npm pack --dry-run --json --workspaces --foreground-scripts=false >"$work/packages.json"
node --eval '
    for (const { name, files } of JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"))) {
        const others = files.map(({ path }) => path).filter((path) => !path.startsWith("dist/"));
        if (files.length === others.length || others.sort().join() !== "LICENSE,README.md,package.json") {
            console.error(`${name} has dist and ${others.join(", ")}: beside dist it should hold README.md and LICENSE.`);
            process.exit(1);
        }
    }
' "$work/packages.json"
